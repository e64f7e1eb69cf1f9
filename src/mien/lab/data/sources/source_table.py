"""What the images of a folder were taken from, by the table that ``mien data collect`` leaves."""

from __future__ import annotations

import csv
from pathlib import Path, PurePosixPath

from mien.errors import DataError

TABLE, CROP, SOURCE = "reasons.csv", "crop", "source"
"""Name of the table and two of its columns, as ``mien.media.collecting`` writes them."""


def read_source_table(folder: Path) -> dict[str, str] | None:
    """By the name of an image's file what it was taken from; None where there is no such table.

    The name alone counts, so that who looks through the images can move them to another label.

    Raises
    ------
    DataError
        If the table cannot be read, or lacks its columns.
    """
    path = folder / TABLE
    if not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            lacking = [name for name in (CROP, SOURCE) if name not in (rows.fieldnames or ())]
            if lacking:
                raise DataError(
                    f"has no column {lacking[0]!r}",
                    where=path,
                    hint="mien data collect writes one; a table of your own goes elsewhere",
                )
            return {PurePosixPath(row[CROP]).name: row[SOURCE] or "" for row in rows if row[CROP]}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"cannot be read ({error})", where=path) from error
