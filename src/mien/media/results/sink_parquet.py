"""Parquet, written by arro3 (the Rust implementation of Arrow in 33 MB; pyarrow takes 170 MB)."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mien.errors import UsageError
from mien.media.results.column import Column, Value
from mien.media.results.result_columns import face_rows
from mien.media.results.sink import Sink
from mien.results import Frame

FACES_SCHEMA = "mien.faces/1"
"""Name and version of the columns, in the file's metadata under ``mien.schema``."""

_ROWS_IN_BATCH = 4096


class ParquetSink(Sink):
    """One row a face, typed columns. Holds about 300 bytes a face until the end."""

    def __init__(self, out: Path | None, columns: Sequence[Column]) -> None:
        super().__init__(out)
        if out is None and sys.stdout is not None and sys.stdout.isatty():
            raise UsageError(
                "Parquet is not text and would garble the terminal",
                where="--format parquet",
                hint="name a file with --out",
            )
        self._columns = tuple(columns)
        self._rows: list[tuple[Value, ...]] = []
        self._batches: list[Any] = []

    def _one(self, frame: Frame) -> bytes:
        self._rows.extend(face_rows(frame, self._columns))
        if len(self._rows) >= _ROWS_IN_BATCH:
            self._pack()
        return b""

    def _after(self) -> bytes:
        from arro3.core import Table
        from arro3.io import write_parquet

        self._pack()
        table = Table.from_batches(self._batches, schema=self._schema())
        # Into memory first: when a write fails, arro3 0.9 aborts with a trace of Rust's stack.
        content = io.BytesIO()
        # One entry only: arro3 writes several in an order that changes from run to run.
        metadata = {"mien.schema": FACES_SCHEMA}
        write_parquet(table, content, compression="snappy", key_value_metadata=metadata)
        return content.getvalue()

    def _schema(self) -> Any:
        from arro3.core import DataType, Field, Schema

        types = {
            "text": DataType.string(),
            "integer": DataType.int32(),
            "number": DataType.float64(),
            "boolean": DataType.bool(),
        }
        return Schema([Field(column.name, types[column.kind]) for column in self._columns])

    def _pack(self) -> None:
        """Turn the rows so far into an Arrow batch, which is far smaller."""
        from arro3.core import Array, RecordBatch

        if not self._rows:
            return
        schema = self._schema()
        arrays = [
            Array(list(values), type=field.type)
            for values, field in zip(zip(*self._rows, strict=True), schema, strict=True)
        ]
        self._batches.append(RecordBatch.from_arrays(arrays, schema=schema))
        self._rows.clear()
