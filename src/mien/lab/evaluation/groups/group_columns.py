"""Columns to group images by: from the user's table, and from the pixels."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from mien.errors import DataError, UsageError
from mien.lab.data.audit.intensity import deviations, histograms, means
from mien.lab.data.faces import FaceData
from mien.lab.data.packed_text import is_packed, open_text
from mien.lab.evaluation.groups.group_results import NOT_GIVEN

ROW = "row"
"""The column that says which row of the data set a line is about, from 0."""

IMAGE_COLUMNS = ("brightness", "contrast")
"""What ``image_columns`` gives."""

MOST_GROUPS = 50
"""A text column with more different values is no grouping: names, paths, remarks."""

MOST_CODES = 10
"""Whole numbers with at most so many different values are groups themselves, as skin types are."""

_EMPTY = ["", "NA", "NaN", "nan", "null"]


def read_group_columns(
    path: Path,
    data: FaceData,
    rows: NDArray[np.int64],
    *,
    bounds: Mapping[str, tuple[float, ...]] | None = None,
) -> dict[str, NDArray[np.str_]]:
    """Read columns to group images by.

    Parameters
    ----------
    path : Path
        CSV (with a header; also compressed, ``.csv.gz``) or Parquet (``.parquet``, ``.pq``) with a
        column ``row`` and one column or more of text, truth values or numbers. Rows may be in any
        order and need not be complete: those that are missing, and empty fields, are ``NOT_GIVEN``.
    data : FaceData
    rows : ndarray of shape (n,), int64
        Rows of the data set to give the groups of.
    bounds : mapping of str to tuple of float, optional
        Where to cut a column of numbers; see ``cut``. The others are cut into three groups of
        equal size, unless they are whole numbers of at most ``MOST_CODES`` different values.

    Returns
    -------
    dict of str to ndarray of shape (n,), str

    Raises
    ------
    DataError
        If the file cannot be read, has no column ``row`` or no other, names a row that the data
        set has not or one twice, or has a column that cannot be grouped by.
    UsageError
        If ``bounds`` name no column of numbers, or do not rise.
    """
    table = _read(path)
    names = [name for name in table.column_names if name != ROW]
    if len(names) == len(table.column_names):
        raise DataError(
            f"no column {ROW!r}",
            where=path,
            hint=f"it says which row of the data set a line is about; there are: "
            f"{', '.join(table.column_names) or 'none'}",
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or len(table.column_names) - len(names) > 1:
        raise DataError(f"two columns are called {(twice or [ROW])[0]!r}", where=path)
    if not names:
        raise DataError(f"no column but {ROW!r}", where=path, hint="add one to group by")
    numbers = _row_numbers(table[ROW], len(data), path)
    line_of = np.full(len(data), -1, dtype=np.int64)
    line_of[numbers] = np.arange(len(numbers))
    lines = line_of[rows]
    if not (lines >= 0).any():
        raise DataError(
            "none of its rows is among those evaluated",
            where=path,
            hint=f"these are {rows.min():,} to {rows.max():,}",
        )
    bounds = dict(bounds or {})
    found = {
        name: _groups(table[name], lines, bounds.pop(name, None), f"{path}, column {name!r}")
        for name in names
    }
    if bounds:
        raise UsageError(
            f"there is no column {', '.join(map(repr, bounds))} to cut",
            where=path,
            hint=f"there are: {', '.join(names)}",
        )
    return found


def image_columns(data: FaceData, rows: NDArray[np.int64]) -> dict[str, NDArray[np.str_]]:
    """Brightness and contrast in three groups of equal size each.

    Brightness is the mean grey value of an image, contrast its standard deviation.

    Returns
    -------
    dict of str to ndarray of shape (len(rows),), str
        ``brightness`` and ``contrast``; the names of the groups give the bounds, in grey values
        from 0 (black) to 255 (white).
    """
    histogram = histograms(data.images[rows])
    found = (cut(means(histogram)), cut(deviations(histogram)))
    return dict(zip(IMAGE_COLUMNS, found, strict=True))


def cut(values: NDArray[np.float64], bounds: tuple[float, ...] | None = None) -> NDArray[np.str_]:
    """Cut numbers into groups that are named by their bounds.

    Parameters
    ----------
    values : ndarray of shape (n,), float64
        Those that are not finite are ``NOT_GIVEN``.
    bounds : tuple of float, optional
        Rising. A value that equals a bound belongs to the group above it. By default the terciles,
        rounded to three digits.

    Returns
    -------
    ndarray of shape (n,), str
        ``under 13``, ``13 to 19``, ``20 or more`` for whole numbers cut at 13 and 20; for others
        ``13 to 20`` stands for 13 to just under 20.

    Raises
    ------
    UsageError
        If the bounds do not rise.
    """
    known = np.isfinite(values)
    if bounds is None:
        if not known.any():
            return np.full(len(values), NOT_GIVEN)
        terciles = np.quantile(values[known], [1 / 3, 2 / 3])
        bounds = tuple(sorted({float(f"{value:.3g}") for value in terciles}))
    if not bounds or not np.isfinite(bounds).all() or np.any(np.diff(bounds) <= 0):
        raise UsageError(
            f"bounds must be numbers that rise, not {', '.join(f'{b:g}' for b in bounds)}"
        )
    whole = bool(np.all(values[known] == np.round(values[known])))
    names = [f"under {bounds[0]:g}"]
    for low, high in itertools.pairwise(bounds):
        last = high - 1 if whole and high == round(high) else high
        names.append(f"{low:g} to {last:g}" if last > low else f"{low:g}")
    names.append(f"{bounds[-1]:g} or more")
    found = np.array(names)[np.digitize(values, bounds)]
    return np.where(known, found, NOT_GIVEN)


def _read(path: Path) -> pyarrow.Table:
    options = pyarrow.csv.ConvertOptions(null_values=_EMPTY, strings_can_be_null=True)
    try:
        if is_packed(path):
            with open_text(path, (path.stem,), "a CSV file with a column row") as (text, _):
                content = io.BytesIO(text.read().encode())
            return pyarrow.csv.read_csv(content, convert_options=options)
        # A handle of our own: given a path, pyarrow takes folder names like usage=x for columns.
        with path.open("rb") as stream:
            if path.suffix in (".parquet", ".pq"):
                return pyarrow.parquet.ParquetFile(stream).read()
            return pyarrow.csv.read_csv(stream, convert_options=options)
    except FileNotFoundError as error:
        raise DataError("no such file", where=path) from error
    except (OSError, pyarrow.ArrowException) as error:
        raise DataError(
            f"cannot be read as {'Parquet' if path.suffix in ('.parquet', '.pq') else 'CSV'} "
            f"({error})",
            where=path,
        ) from error


def _row_numbers(column: pyarrow.ChunkedArray, rows: int, path: Path) -> NDArray[np.int64]:
    where = f"{path}, column {ROW!r}"
    if not pyarrow.types.is_integer(column.type) or column.null_count:
        raise DataError("not all are whole numbers", where=where)
    numbers: NDArray[np.int64] = column.to_numpy().astype(np.int64)
    outside = numbers[(numbers < 0) | (numbers >= rows)]
    if len(outside):
        raise DataError(
            f"{outside[0]} is no row of the data set",
            where=where,
            hint=f"its rows are 0 to {rows - 1:,}",
        )
    values, counts = np.unique(numbers, return_counts=True)
    if (counts > 1).any():
        raise DataError(f"row {values[counts > 1][0]} is there twice", where=where)
    return numbers


def _groups(
    column: pyarrow.ChunkedArray,
    lines: NDArray[np.int64],
    bounds: tuple[float, ...] | None,
    where: str,
) -> NDArray[np.str_]:
    """The groups of the lines; line -1 is a row that the file has not."""
    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    numeric = any(
        test(kind)
        for test in (pyarrow.types.is_integer, pyarrow.types.is_floating, pyarrow.types.is_decimal)
    )
    if bounds is not None and not numeric:
        raise UsageError("only numbers can be cut", where=where)
    if numeric:
        values = np.append(
            column.cast(pyarrow.float64(), safe=False).to_numpy(zero_copy_only=False), np.nan
        )[lines]
        present = np.unique(values[np.isfinite(values)])
        codes = len(present) <= MOST_CODES and bool(np.all(present == np.round(present)))
        if bounds is None and codes:
            return np.array([f"{one:g}" if np.isfinite(one) else NOT_GIVEN for one in values])
        return cut(values, bounds)
    if pyarrow.types.is_boolean(kind):
        texts = ["" if one is None else "yes" if one else "no" for one in column.to_pylist()]
    elif pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind):
        texts = [(one or "").strip() for one in column.to_pylist()]
    elif pyarrow.types.is_null(kind):
        texts = [""] * len(column)
    else:
        raise DataError(f"cannot group by values of type {kind}", where=where)
    found = np.array([one or NOT_GIVEN for one in (*texts, "")])[lines]
    count = len(np.unique(found))
    if count > MOST_GROUPS:
        raise DataError(
            f"{count:,} different values, at most {MOST_GROUPS} can be groups",
            where=where,
            hint="leave the column out, or put its values into groups",
        )
    return found
