"""A table for people."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from mien.emotions import COLOURS
from mien.media.results.sink import Sink
from mien.results import Face, Frame, printable_path
from mien.wording import count

_BAR_CELLS = 8
_SIGNS_TOLD = 3
_EIGHTHS = " ▏▎▍▌▋▊▉"
# Below this width the names of the files need the room more than the boxes do.
_WIDTH_FOR_BOXES = 96


class TableSink(Sink):
    """All faces in one table, at the end.

    On a terminal as wide as the terminal, in colour; anywhere else as wide as it needs to be, as
    plain text in UTF-8, so that no path is cut to fit a width that nobody has.
    """

    def __init__(self, out: Path | None) -> None:
        super().__init__(out)
        self._frames: list[Frame] = []

    def _one(self, frame: Frame) -> bytes:
        self._frames.append(frame)
        return b""

    def _after(self) -> bytes:
        if self._out is None and sys.stdout.isatty():
            console = Console()
            wide = console.width >= _WIDTH_FOR_BOXES
            table = _table(self._frames, wide=wide, ascii_only=console.options.ascii_only)
            console.print(table)
            console.print(self._summary(), highlight=False)
            return b""
        text = io.StringIO()
        table = _table(self._frames, wide=True, ascii_only=False)
        console = Console(file=text, width=100_000)
        console = Console(file=text, width=Measurement.get(console, console.options, table).maximum)
        console.print(table)
        lines = [line.rstrip() for line in text.getvalue().splitlines()]
        return "\n".join([*lines, "", self._summary(), ""]).encode()

    def _summary(self) -> str:
        faces = sum(len(frame.faces) for frame in self._frames)
        parts = [count(len(self._frames), "picture"), count(faces, "face")]
        if self._errors:
            parts.append(f"{len(self._errors)} could not be read")
        return ", ".join(parts)


def _table(frames: list[Frame], *, wide: bool, ascii_only: bool) -> Table:
    """One row a face; the name of the picture stands in its first row only."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("Picture", overflow="fold", min_width=12)
    table.add_column("Face", justify="right")
    fixed: dict[str, Any] = {"no_wrap": True}
    table.add_column("Expression", **fixed)
    table.add_column("Confidence", **fixed)
    table.add_column("Second best", **fixed)
    if wide:
        table.add_column("Box: left, top, size", **fixed)
    signs = any(_signs(face) for frame in frames for face in frame.faces)
    if signs:
        table.add_column("Visible", overflow="fold")
    for frame in frames:
        name = Text(_printable(frame.path or "(in memory)"))
        if not frame.faces:
            table.add_row(name, "", Text("no face found", style="dim"))
        for number, face in enumerate(frame.faces, start=1):
            cells = [
                name if number == 1 else "",
                str(number),
                _expression(face),
                _confidence(face, ascii_only=ascii_only),
                _second_best(face),
            ]
            further = ([_box(face)] if wide else []) + ([_signs(face)] if signs else [])
            table.add_row(*cells, *further)
    return table


def _expression(face: Face) -> Text:
    if face.unsure:
        return Text.assemble(("unsure", "italic"), (f" ({face.top_emotion}?)", "dim"))
    return Text(face.label, style="bold")


def _confidence(face: Face, *, ascii_only: bool) -> Text:
    percent = f"{face.confidence:4.0%} "
    if ascii_only:
        return Text(percent + "#" * round(face.confidence * _BAR_CELLS))
    eighths = round(face.confidence * _BAR_CELLS * 8)
    bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    return Text.assemble(percent, (bar, COLOURS.get(face.top_emotion, "default")))


def _second_best(face: Face) -> Text:
    others = [(p, name) for name, p in face.probabilities.items() if name != face.top_emotion]
    if not others:
        return Text("")
    probability, name = max(others)
    return Text(f"{name} {probability:.0%}", style="dim")


def _signs(face: Face) -> str:
    """What is visible in the face, in one line; empty where nobody looked."""
    if face.signs is None:
        return f"(signs: {face.no_signs_because})" if face.no_signs_because else ""
    signs, away = face.signs, face.signs.distance
    told = "; ".join(signs.sentences[:_SIGNS_TOLD]) or "a face at rest"
    if signs.covered:
        told += f" ({', '.join(name.replace('_', ' ') for name in signs.covered)} covered)"
    if signs.body is not None and signs.body.sentences:
        told += f"; {'; '.join(signs.body.sentences)}"
    if not away.is_likely:
        return told
    return f"{told} · {away.metres:.1f} m away ({away.low:.1f} to {away.high:.1f})"


def _box(face: Face) -> str:
    left, top, right, bottom = face.xyxy
    return f"{left:.0f}, {top:.0f}, {right - left:.0f} × {bottom - top:.0f}"


def _printable(path: str) -> str:
    """The path without the control characters that could play tricks on a terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in printable_path(path) or ""
    )
