"""A CSV table with a row a face, whose columns are those of another tool."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from mien.media.results.sink import Sink
from mien.media.results.spreadsheet import harmless
from mien.results import Face, Frame

Cell = str | int | float | None
FaceColumn = tuple[str, Callable[[Frame, int, Face], Cell]]
"""A name, and the value for a frame, the face's number from 0, and the face."""


class FaceTableSink(Sink):
    """Writes such a table.

    Parameters
    ----------
    out : Path or None
    columns : sequence of FaceColumn
    no_face : callable
        What is known, by column, of a frame without faces, which has a row of its own.
    unknown : int or None
        What stands in the other cells of that row.
    """

    def __init__(
        self,
        out: Path | None,
        columns: Sequence[FaceColumn],
        no_face: Callable[[Frame], dict[str, Cell]],
        unknown: Cell = None,
    ) -> None:
        super().__init__(out)
        self._columns = tuple(columns)
        self._no_face = no_face
        self._unknown = unknown

    def _before(self) -> bytes:
        return _line([name for name, _ in self._columns])

    def _one(self, frame: Frame) -> bytes:
        if not frame.faces:
            known = self._no_face(frame)
            return _line([known.get(name, self._unknown) for name, _ in self._columns])
        return b"".join(
            _line([value(frame, number, face) for _, value in self._columns])
            for number, face in enumerate(frame.faces)
        )


def _line(cells: Sequence[Cell]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(
        ["" if cell is None else harmless(cell) for cell in cells]
    )
    return text.getvalue().encode()
