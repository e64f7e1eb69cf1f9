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


def write_rows(target: Path, rows: Sequence[Row], *, text: Sequence[str] = ()) -> None:
    """Write rows with the columns of the first; ``.parquet`` or, otherwise, CSV.

    Parameters
    ----------
    target : Path
    rows : sequence of dict
        At least one; None is an empty cell.
    text : sequence of str
        Columns of text; all others are numbers in Parquet.
    """
    content = _parquet(rows, text) if target.suffix == ".parquet" else _csv(rows)
    with open_output(target) as stream:
        stream.write(content)


def _csv(rows: Sequence[Row]) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)
    return stream.getvalue().encode()


def _parquet(rows: Sequence[Row], text: Sequence[str]) -> bytes:
    from arro3.core import Array, DataType, Field, Schema, Table
    from arro3.io import write_parquet

    fields = [
        Field(name, DataType.string() if name in text else DataType.float64()) for name in rows[0]
    ]
    columns = [
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
    write_parquet(Table.from_arrays(columns, schema=Schema(fields)), content, compression="snappy")
    return content.getvalue()
