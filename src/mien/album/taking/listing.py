"""Hits as a table, JSON, CSV or plain paths."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from mien.album.asking.hits import Hit, HitFace
from mien.emotions import UNSURE
from mien.media.results.spreadsheet import FORMULA_STARTS
from mien.results import printable_path
from mien.version import __version__

SCHEMA = "mien.album/1"
"""Name and version of the JSON form; documented in ``docs/guides/album.md``."""

_FACES_SHOWN = 4


def to_table(hits: Sequence[Hit], emotion: str, *, place: bool) -> Table:
    """A table for people; its faces are those that counted.

    ``emotion`` is a label, whose probability is then shown, or anything else.
    """
    known = any(emotion in face.probabilities for hit in hits for face in hit.faces)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", justify="right")
    table.add_column("Score", justify="right", no_wrap=True)
    table.add_column("Photo", overflow="fold", min_width=16)
    table.add_column("Taken", no_wrap=True)
    table.add_column(f"Faces, {emotion}" if known else "Faces", overflow="fold")
    if place:
        table.add_column("Place", overflow="fold", max_width=11)
    for hit in hits:
        cells: list[str | Text] = [
            str(hit.rank),
            f"{hit.score:.3f}",
            Text(shown_path(_from_here(hit.path))),
            (hit.taken_text or "")[:16].replace("T", " "),
            Text(_faces_in_words(hit, emotion)),
        ]
        if place:
            cells.append("" if hit.place is None else f"{hit.place[0]:.5f}, {hit.place[1]:.5f}")
        table.add_row(*cells)
    return table


def _from_here(path: str) -> str:
    """The path from the present folder, if it lies below it: a table has little room."""
    with contextlib.suppress(OSError):
        return path.removeprefix(os.path.join(os.getcwd(), ""))  # noqa: PTH109, PTH118 (text)
    return path


def to_paths(hits: Sequence[Hit], *, ending: bytes) -> bytes:
    r"""The paths as the system knows them, each followed by ``ending`` (``b"\n"``, ``b"\0"``)."""
    return b"".join(os.fsencode(hit.path) + ending for hit in hits)


def to_json(hits: Sequence[Hit], question: dict[str, Any]) -> bytes:
    """One document: schema, version, what was asked, and the photos."""
    document = {
        "schema": SCHEMA,
        "mien": __version__,
        "question": question,
        "photos": [to_plain(hit) for hit in hits],
    }
    return f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode()


def to_csv(hits: Sequence[Hit], *, place: bool) -> bytes:
    """One row a photo; the labels' columns are means over the faces that count."""
    labels = next((tuple(face.probabilities) for hit in hits for face in hit.faces), ())
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    places = ("latitude", "longitude") if place else ()
    header = ("rank", "score", "path", "taken", "width", "height", "faces", "counted")
    writer.writerow((*header, *labels, *places))
    for hit in hits:
        counted = [face for face in hit.faces if face.counted]
        means = [
            round(sum(face.probabilities[label] for face in counted) / len(counted), 6)
            if counted
            else ""
            for label in labels
        ]
        path = printable_path(hit.path) or ""
        # A spreadsheet would run such a name as a formula.
        path = f"./{path}" if path.startswith(FORMULA_STARTS) else path
        row = [hit.rank, round(hit.score, 6), path, hit.taken_text or ""]
        row += [hit.width, hit.height, len(hit.faces), len(counted), *means]
        writer.writerow(row + (list(hit.place or ("", "")) if place else []))
    return text.getvalue().encode()


def shown_path(path: str) -> str:
    """The path without control characters, which could play tricks on a terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in printable_path(path) or ""
    )


def _faces_in_words(hit: Hit, emotion: str) -> str:
    counted = [face for face in hit.faces if face.counted]
    words = [_face_in_words(face, emotion) for face in counted[:_FACES_SHOWN]]
    if len(counted) > _FACES_SHOWN:
        words.append(f"and {len(counted) - _FACES_SHOWN} more")
    return ", ".join(words)


def _face_in_words(face: HitFace, emotion: str) -> str:
    if emotion in face.probabilities:
        return f"{face.probabilities[emotion]:.0%}"
    return f"{face.top_emotion} {face.probabilities[face.top_emotion]:.0%}"


def to_plain(hit: Hit) -> dict[str, Any]:
    """A photo as ``to_json`` writes it, in plain types."""
    plain: dict[str, Any] = {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "path": printable_path(hit.path),
        "taken": hit.taken_text,
        "width": hit.width,
        "height": hit.height,
        "faces": [
            {
                "xyxy": [round(value, 2) for value in face.xyxy],
                "score": round(face.score, 4),
                "size": round(face.size, 2),
                "sharpness": round(face.sharpness, 4),
                "brightness": None if face.brightness is None else round(face.brightness, 4),
                "roll": round(face.roll, 2),
                "label": UNSURE if face.unsure else face.top_emotion,
                "unsure": face.unsure,
                "counted": face.counted,
                "probabilities": {
                    name: round(value, 6) for name, value in face.probabilities.items()
                },
            }
            for face in hit.faces
        ],
    }
    if hit.turned:
        plain["turned"] = hit.turned
    if hit.incomplete:
        plain["incomplete"] = True
    if hit.place is not None:
        plain["latitude"], plain["longitude"] = (round(value, 6) for value in hit.place)
    return plain
