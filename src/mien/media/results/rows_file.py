"""Rows as a Parquet or a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mien.media.results.output import open_output
from mien.media.results.spreadsheet import harmless

Row = dict[str, Any]


def write_rows(
    target: Path,
    rows: Sequence[Row],
    *,
    columns: Sequence[str] | None = None,
    text: Sequence[str] = (),
) -> None:
    """Write rows to a ``.parquet`` file or, where it is named otherwise, as CSV.

    Parameters
    ----------
    target : Path
    rows : sequence of dict
        None is an empty cell. At least one, where no columns are named.
    columns : sequence of str, optional
        Those of all rows when None.
    text : sequence of str
        Columns of text; all others are numbers in Parquet.
    """
    names = list(columns or dict.fromkeys(name for row in rows for name in row))
    is_parquet = target.suffix == ".parquet"
    content = _parquet(rows, names, text) if is_parquet else csv_bytes(rows, names)
    with open_output(target) as stream:
        stream.write(content)


def csv_bytes(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """Rows as CSV, in UTF-8; no cell begins a formula."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)
    return stream.getvalue().encode()


def _parquet(rows: Sequence[Row], columns: Sequence[str], text: Sequence[str]) -> bytes:
    from arro3.core import Array, DataType, Field, Schema, Table
    from arro3.io import write_parquet

    fields = [
        Field(name, DataType.string() if name in text else DataType.float64()) for name in columns
    ]
    arrays = [
        Array(
            [
                row[field.name] if field.name in text or row[field.name] is None
                else float(row[field.name])
                for row in rows
            ],
            type=field.type,
        )
        for field in fields
    ]  # fmt: skip
    content = io.BytesIO()
    write_parquet(Table.from_arrays(arrays, schema=Schema(fields)), content, compression="snappy")
    return content.getvalue()
