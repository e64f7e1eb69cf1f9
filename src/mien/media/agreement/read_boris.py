"""Codes out of BORIS's exports: tabular events (of versions 7 and 8) and aggregated events."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from mien.errors import DataError
from mien.media.agreement.codes import Code, CodedRecording, seconds_in

Row = dict[str, str]


def is_boris(text: str) -> bool:
    """Whether a table looks like one of BORIS's: it has a column *Behavior* and its times."""
    return _header(text) is not None


def read_boris(path: Path, text: str, coder: str) -> list[CodedRecording]:
    """Read an export: state events are stretches, point events are points.

    The recording is the media file, else the observation. BORIS does not say who coded: a coder
    who was not named is called like the file.

    Raises
    ------
    DataError
        If a state begins and does not end, or a time is none; it says which line.
    """
    at = _header(text)
    assert at is not None
    number, separator = at
    lines = text.splitlines(keepends=True)
    reader = csv.DictReader(io.StringIO("".join(lines[number:])), delimiter=separator)
    rows = [
        (
            f"{path}, line {number + reader.line_num}",
            {(name or "").strip().lower(): (cell or "").strip() for name, cell in row.items()
             if isinstance(cell, str | None)},
        )
        for row in reader
    ]  # fmt: skip
    by_recording: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for where, row in rows:
        if row.get("behavior"):
            by_recording[_recording(row)].append((where, row))
    return [
        CodedRecording(coder or path.stem, name, "", tuple(_codes(each)), str(path))
        for name, each in by_recording.items()
    ]


def _header(text: str) -> tuple[int, str] | None:
    """The line with the columns' names, after those that version 7 writes before it."""
    for number, line in enumerate(text.splitlines()[:60]):
        for separator in "\t,;":
            names = {name.strip().strip('"').lower() for name in line.split(separator)}
            if "behavior" in names and ("time" in names or "start (s)" in names):
                return number, separator
    return None


def _recording(row: Row) -> str:
    for name in ("media file name", "media file path", "media file", "source"):
        if row.get(name):
            # A player's number stands before the name in some: ``1: film.mp4``.
            text = row[name].split(";")[0]
            text = text.split(":", 1)[1] if text[:2] in {f"{n}:" for n in range(1, 9)} else text
            return PureWindowsPath(text.strip()).name
    return row.get("observation id", "")


def _codes(rows: list[tuple[str, Row]]) -> Iterator[Code]:
    """Stretches of one recording: a state lasts from its START to its STOP, a subject at a time."""
    open_since: dict[tuple[str, str], tuple[float, str]] = {}
    for where, row in rows:
        word = row["behavior"]
        if "start (s)" in row:
            start = seconds_in(row["start (s)"], where)
            stop = row.get("stop (s)", "")
            end = start if stop in ("", "NA") else seconds_in(stop, where)
            yield Code(start, end if end > start else None, word)
            continue
        time = seconds_in(row["time"], where)
        status = (row.get("status") or row.get("behavior type") or "POINT").upper()
        key = (row.get("subject", ""), word)
        if status == "POINT":
            yield Code(time, None, word)
        elif key not in open_since:
            if status == "STOP":
                raise DataError(f"{word!r} stops and did not start", where=where)
            open_since[key] = time, where
        else:
            start, _ = open_since.pop(key)
            if time > start:
                yield Code(start, time, word)
    for (_, word), (_, where) in open_since.items():
        raise DataError(f"{word!r} starts and does not stop", where=where)
