"""``fer2013.csv``, ``icml_face_data.csv`` and others in Kaggle's form, checked line by line."""

from __future__ import annotations

import csv
import io
import math
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import DataError, UsageError
from mien.lab.data.faces import AS_FER2013, LEAST_SIDE, MOST_SIDE, SPLITS, ImageShape
from mien.lab.data.packed_text import open_text
from mien.lab.data.source_content import (
    USUAL_PERSON_COLUMNS,
    Columns,
    SourceContent,
    persons_of,
)
from mien.lab.data.split_names import split_code

EXPECTED = "expected fer2013.csv, a Parquet file or a folder of images"
USUAL_COLUMNS = {
    "label": ("emotion", "label"),
    "image": ("pixels",),
    "split": ("usage", "split"),
    "person": USUAL_PERSON_COLUMNS,
}
OPTIONAL = ("split", "person")
FILE_NAMES = ("fer2013.csv", "icml_face_data.csv")


def read_csv(
    path: Path,
    *,
    columns: Columns | None = None,
    splits: Mapping[str, str] | None = None,
    shape: ImageShape = AS_FER2013,
) -> SourceContent:
    """Read a CSV file with an image's pixel values a row, the folder it is in, or an archive of it.

    Columns are found by name, so their order, their case and spaces around the names do not
    matter; a byte order mark, CRLF line ends and compression (gzip, ZIP, bzip2, xz) are accepted.
    Without a column for the split, all rows are of Training, as in the contest's ``train.csv``.
    A column with the person makes images of one person stay together where some are held out.

    Parameters
    ----------
    path : Path
    columns : Columns, optional
        Names of the columns, where they are not ``emotion``, ``pixels`` and ``Usage``.
    splits : mapping of str to str, optional
        Names of the data set's own for the splits (see ``split_code``).
    shape : ImageShape
        Size of the images, which have no colour.

    Raises
    ------
    UsageError
        If colour is asked for.
    DataError
        Naming the line: a missing column, a wrong number of pixels, a pixel out of range, an
        unknown split, a cut-off last line.
    """
    if shape.colour:
        raise UsageError(
            "a CSV file has grey pixels only",
            where=path,
            hint="leave out --colour, or import a folder or Parquet file of images",
        )
    try:
        path = _find_in_folder(path)
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", where=path) from error
    with open_text(path, FILE_NAMES, EXPECTED) as (stream, where):
        return _read_rows(stream, where, columns or Columns(), splits, shape.side)


def find_csv(folder: Path) -> Path | None:
    """The CSV file that lies in ``folder`` or in a folder ``fer2013`` in it, if any."""
    found = [folder / below / name for below in ("", "fer2013") for name in FILE_NAMES]
    return next((file for file in found if file.is_file()), None)


def _find_in_folder(path: Path) -> Path:
    """The CSV file when ``path`` is a folder that holds one, else ``path`` itself."""
    if not path.is_dir():
        return path
    inside = find_csv(path)
    if inside is None:
        raise DataError(
            "the folder holds no fer2013.csv", where=path, hint="name the CSV file itself"
        )
    return inside


def _read_rows(
    stream: io.TextIOBase,
    where: str,
    columns: Columns,
    split_names: Mapping[str, str] | None,
    side: int,
) -> SourceContent:
    reader = csv.reader(stream)
    images: list[NDArray[np.uint8]] = []
    labels: list[str] = []
    splits: list[int] = []
    persons: list[str] = []
    lines: list[int] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        if not header:
            raise DataError("the file is empty", where=where, hint="download fer2013.csv again")
        label_at, pixels_at, split_at, person_at = _find_columns(header, columns, where)
        for row in reader:
            if not row:
                continue
            at = f"{where}, line {reader.line_num}"
            if len(row) != len(header):
                raise DataError(
                    f"{len(row)} fields, expected {len(header)}",
                    where=at,
                    hint="is the file cut off? download it again",
                )
            images.append(_parse_pixels(row[pixels_at], at, side))
            labels.append(row[label_at].strip())
            splits.append(0 if split_at is None else _parse_split(row[split_at], split_names, at))
            if person_at is not None:
                persons.append(row[person_at].strip())
            lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(f"not CSV ({error})", where=f"{where}, line {reader.line_num}") from error
    if not images:
        raise DataError("no rows after the header", where=where)
    return SourceContent(
        images=np.stack(images),
        labels=labels,
        splits=np.array(splits, dtype=np.uint8),
        where=lambda row: f"{where}, line {lines[row]}",
        fer2013_numbers=header[label_at].lower() == "emotion",
        sources=None if person_at is None else persons_of(persons),
        sources_are="person",
    )


def _find_columns(
    header: list[str], columns: Columns, where: str
) -> tuple[int, int, int | None, int | None]:
    """Positions of the columns for label and pixels and, where there are some, split and person."""
    found = {role: columns.find(role, usual, header) for role, usual in USUAL_COLUMNS.items()}
    missing = [
        getattr(columns, role) or usual[0]
        for role, usual in USUAL_COLUMNS.items()
        if found[role] is None and (role not in OPTIONAL or getattr(columns, role) is not None)
    ]
    if missing:
        raise DataError(
            f"no column {', '.join(missing)}",
            where=where,
            hint=f"expected emotion, pixels, Usage, found {', '.join(header)[:120]}",
        )
    label, pixels, split, person = (found[role] for role in USUAL_COLUMNS)
    assert label is not None and pixels is not None
    return (
        header.index(label),
        header.index(pixels),
        None if split is None else header.index(split),
        None if person is None else header.index(person),
    )


def _parse_pixels(text: str, at: str, side: int) -> NDArray[np.uint8]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            values = np.fromstring(text, dtype=np.int64, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise DataError(
                "a pixel is not a whole number", where=at, hint=_pixel_hint(text)
            ) from error
    if len(values) != side**2:
        # Of another size, if it is a square that could be a data set's.
        own = math.isqrt(len(values))
        is_square = own**2 == len(values) and LEAST_SIDE <= own <= MOST_SIDE
        raise DataError(
            f"{len(values)} pixel values, expected {side**2} ({side}×{side})",
            where=at,
            hint=f"import it with --size {own}" if is_square else None,
        )
    if values.min() < 0 or values.max() > 255:
        raise DataError("a pixel lies outside 0 to 255", where=at)
    return values.astype(np.uint8).reshape(side, side)


def _pixel_hint(text: str) -> str | None:
    """What to do about numbers that are not whole, or not separated by spaces."""
    try:
        values = np.array([float(part) for part in re.split(r"[\s,;\[\]]+", text) if part])
    except ValueError:
        return None
    if not len(values) or not np.isfinite(values).all():
        return None
    if np.all(values == np.round(values)):
        return "write whole numbers with spaces between them, 12 and not 12.0 or [12, …]"
    if values.min() < 0:
        return (
            "they look standardised: whole numbers from 0 to 255 are needed, as the images had "
            "them before"
        )
    if values.max() <= 1:
        return "they lie between 0 and 1: multiply them by 255 and round them to whole numbers"
    return "round them to whole numbers from 0 to 255"


def _parse_split(text: str, split_names: Mapping[str, str] | None, at: str) -> int:
    code = split_code(text, split_names)
    if code is None:
        raise DataError(
            f"Usage {text.strip()[:20]!r}", where=at, hint=f"expected one of {', '.join(SPLITS)}"
        )
    return code
