"""Which recordings a study has: videos as they are named, or a table that says whose they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mien.errors import DataError, UsageError
from mien.media.open_table import open_table
from mien.media.video.container import is_url
from mien.media.video.find_videos import find_videos

COLUMNS = ("file", "participant", "session", "condition", "start", "end")


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording of one participant.

    Attributes
    ----------
    file : str
    participant, session, condition : str
        The participant is the file's name and the others are empty, where no table says otherwise.
    start, end : float or None
        What of the file counts, in seconds; None is its beginning and its end.
    name : str
        Of its results; no other recording of the study has it.
    """

    file: str
    participant: str
    session: str = ""
    condition: str = ""
    start: float | None = None
    end: float | None = None
    name: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return asdict(self)


def find_recordings(named: Sequence[str]) -> list[Recording]:
    """Expand what was named: videos, folders and patterns, and tables (``.csv``) of recordings.

    A table has the column *file* and any of *participant*, *session*, *condition*, *start*, *end*;
    others are left alone. Its files lie relative to it.

    Raises
    ------
    DataError
        If a table cannot be read; it says which line.
    UsageError
        If nothing is found, a camera is named, or a recording stands there twice.
    VideoError
        If a folder cannot be looked into.
    """
    recordings: list[Recording] = []
    for one in named:
        if one.lower().endswith(".csv"):
            recordings += _read_table(Path(one))
        else:
            recordings += [Recording(file, _stem(file)) for file in find_videos([one])]
    if not recordings:
        raise UsageError("no recordings were found", hint="name videos, a folder, or a table")
    cameras = [each.file for each in recordings if each.file.startswith("camera:")]
    if cameras:
        raise UsageError("a camera is no recording", where=cameras[0], hint="mien video camera:0")
    seen: set[tuple[Any, ...]] = set()
    for each in recordings:
        key = (each.file, each.start, each.end, each.participant, each.session)
        if key in seen:
            raise UsageError("this recording is named twice", where=each.file)
        seen.add(key)
    return _named(recordings)


def _named(recordings: list[Recording]) -> list[Recording]:
    """Names of letters, digits, ``-`` and ``_``, each once whatever the capitals."""
    taken: set[str] = set()
    found = []
    for each in recordings:
        parts = [each.participant, each.session, each.condition, _stem(each.file)]
        plain = [re.sub(r"[^\w-]+", "-", part).strip("-") for part in parts]
        first = name = "_".join(dict.fromkeys(part for part in plain if part))[:100] or "recording"
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{first}-{number}"
        taken.add(name.casefold())
        found.append(replace(each, name=name))
    return found


def _stem(file: str) -> str:
    return (
        re.split(r"[?#]", file)[0].rstrip("/").rsplit("/", 1)[-1]
        if is_url(file)
        else Path(file).stem
    )


def _read_table(path: Path) -> list[Recording]:
    with open_table(path) as reader:
        columns = reader.fieldnames or []
        if "file" not in columns:
            raise DataError("no column file", where=path, hint=f"columns: {', '.join(COLUMNS)}")
        return [_row(row, path, reader.line_num) for row in reader]


def _row(row: dict[str, str | None], path: Path, line: int) -> Recording:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    where = f"{path}, line {line}"
    if not cells["file"]:
        raise DataError("no file", where=where)
    file = cells["file"]
    if not is_url(file):
        file = str(path.parent / file)
    start, end = (_seconds(cells[name], where, name) for name in ("start", "end"))
    if start is not None and end is not None and end <= start:
        raise DataError(f"end {end} is not after start {start}", where=where)
    return Recording(
        file=file,
        participant=cells["participant"] or _stem(file),
        session=cells["session"],
        condition=cells["condition"],
        start=start,
        end=end,
    )


def _seconds(text: str, where: str, name: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise DataError(f"{name} is {text!r}, expected seconds", where=where) from error
    if not 0 <= value < 1e9:
        raise DataError(f"{name} is {text!r}, expected seconds from 0 on", where=where)
    return value
