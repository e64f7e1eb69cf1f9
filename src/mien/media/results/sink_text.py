"""JSON, JSON Lines and CSV. Frames are written as they come; memory does not grow with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mien.media.results.column import Column, Value
from mien.media.results.result_columns import face_rows
from mien.media.results.sink import Sink
from mien.media.results.spreadsheet import FORMULA_STARTS
from mien.results import Frame, printable_path, to_json
from mien.version import __version__

FRAMES_SCHEMA = "mien.frames/1"
"""Name and version of the JSON document; documented in ``docs/schema.md``."""

_LINE = 100


class JsonSink(Sink):
    """One JSON document with all frames and the inputs that could not be read."""

    def __init__(self, out: Path | None) -> None:
        super().__init__(out)
        self._frames = 0

    def _before(self) -> bytes:
        head = f'{{\n  "schema": {to_json(FRAMES_SCHEMA)},\n  "mien": {to_json(__version__)},\n'
        return f'{head}  "frames": ['.encode()

    def _one(self, frame: Frame) -> bytes:
        comma = "," if self._frames else ""
        self._frames += 1
        return f"{comma}\n    {_pretty(_plain(frame), '    ')}".encode()

    def _after(self) -> bytes:
        frames_end = "\n  ]" if self._frames else "]"
        errors = [
            {"path": printable_path(path), "error": printable_path(error)}
            for path, error in self._errors
        ]
        return f'{frames_end},\n  "errors": {_pretty(errors, "  ")}\n}}\n'.encode()


def json_document(frames: Iterable[Frame]) -> str:
    """The document that ``JsonSink`` writes, as text, of frames that are all there."""
    sink = JsonSink(None)
    return b"".join([sink._before(), *map(sink._one, frames), sink._after()]).decode()


class JsonLinesSink(Sink):
    """One frame a line."""

    def _one(self, frame: Frame) -> bytes:
        return f"{frame.to_json()}\n".encode()


class CsvSink(Sink):
    """One row a face, after a header. UTF-8 without a byte-order mark, lines end in a line feed."""

    def __init__(self, out: Path | None, columns: Sequence[Column]) -> None:
        super().__init__(out)
        self._columns = tuple(columns)

    def _before(self) -> bytes:
        return _csv([tuple(column.name for column in self._columns)])

    def _one(self, frame: Frame) -> bytes:
        return _csv(tuple(map(_cell, row)) for row in face_rows(frame, self._columns))


def _csv(rows: Iterable[tuple[Value, ...]]) -> bytes:
    text = io.StringIO(newline="")
    for row in rows:
        # Only with this terminator does every Python quote both \r and \n inside a cell.
        csv.writer(text, lineterminator="\r\n").writerow(row)
        text.seek(text.tell() - 2)
        text.write("\n")
        text.truncate()
    return text.getvalue().encode()


def _cell(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        # Another name of the same file, and no formula.
        return f"./{value}"
    return value


def _plain(frame: Frame) -> dict[str, Any]:
    plain = frame.to_dict()
    plain["path"] = printable_path(plain["path"])
    return plain


def _pretty(value: Any, indent: str) -> str:
    """JSON with a line for each entry of what does not fit on one line."""
    line = to_json(value)
    if len(indent) + len(line) <= _LINE or not isinstance(value, (dict, list)):
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [f"{to_json(key)}: {_pretty(entry, inner)}" for key, entry in value.items()]
    else:
        parts = [_pretty(entry, inner) for entry in value]
    opening, closing = line[0], line[-1]
    body = ",\n".join(f"{inner}{part}" for part in parts)
    return f"{opening}\n{body}\n{indent}{closing}"
