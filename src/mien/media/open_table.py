"""Tables that people write by hand or in a spreadsheet: CSV with names of columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.errors import DataError


@contextmanager
def open_table(path: Path) -> Iterator[csv.DictReader[str]]:
    """The rows of a CSV file in UTF-8, with or without a byte order mark.

    Raises
    ------
    DataError
        If the file cannot be read, in the ``with`` block too: rows are read as they are asked for.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            yield csv.DictReader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"cannot be read ({error})", where=path) from error
