"""Whole pictures with labels, as people have them: a folder by label, or a table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from mien.emotions import known_label
from mien.errors import DataError
from mien.lab.data.packed_text import open_text

TABLE = "labels.csv"
"""Name of the table in a folder that has one."""

_PACKED = ("", ".gz", ".bz2", ".xz")

_FILE = ("file", "path", "image", "picture", "filename")
_LABEL = ("label", "emotion", "expression")
_PERSON = ("person", "subject", "identity", "participant")
_SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".heic", ".heif")
)


@dataclass(frozen=True)
class LabelledPictures:
    """Pictures of one main face each, and what it shows.

    Attributes
    ----------
    source : Path
        The folder or table that they come from.
    paths : tuple of Path
    labels : ndarray of shape (n,), str
        Names that Mien knows: ``happy`` for ``happiness``.
    persons : ndarray of shape (n,), str, or None
        Who is in the picture; pictures of one person do not count as independent.
    groups : dict of str to ndarray of shape (n,), str
        Further columns; ``""`` where nothing is known.
    """

    source: Path
    paths: tuple[Path, ...]
    labels: NDArray[np.str_]
    persons: NDArray[np.str_] | None
    groups: dict[str, NDArray[np.str_]]


def read_labelled_pictures(source: Path) -> LabelledPictures:
    """Read a folder or a table.

    - A folder with ``labels.csv`` (or ``labels.csv.gz``, ``.bz2``, ``.xz``): that table; pictures
      lie beside it or in ``images/``.
    - Any other folder: one folder a label, with pictures in it.
    - A ``.csv`` (also compressed) or ``.parquet`` file with columns ``file`` and ``label``
      (or ``path``, ``image``; ``emotion``, ``expression``), and where known ``person``. All other
      columns are groups.

    Raises
    ------
    DataError
        If there is no such folder or table, a column is missing, a label or a picture is unknown.
    """
    if source.is_dir():
        tables = (source / f"{TABLE}{suffix}" for suffix in _PACKED)
        table = next((each for each in tables if each.is_file()), None)
        return _from_folders(source) if table is None else _from_table(table)
    if not source.exists():
        raise DataError("no such folder or table", where=source, hint="check the spelling")
    return _from_table(source)


def _from_folders(source: Path) -> LabelledPictures:
    paths, labels = [], []
    for folder in sorted(each for each in source.iterdir() if each.is_dir()):
        found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES)
        paths += found
        labels += [_known(folder.name, folder)] * len(found)
    if not paths:
        raise DataError(
            f"has neither {TABLE} nor a folder of pictures for each label",
            where=source,
            hint="for example photos/happy/1.jpg",
        )
    return LabelledPictures(source, tuple(paths), np.array(labels), None, {})


def _from_table(path: Path) -> LabelledPictures:
    columns = _columns(path)
    names = {name.strip().lower(): name for name in columns}
    file, label = (_one_of(wanted, names, path) for wanted in (_FILE, _LABEL))
    person = next((names[each] for each in _PERSON if each in names), None)
    rows = list(zip(columns[file], columns[label], strict=True))
    if not rows:
        raise DataError("has no rows", where=path)
    return LabelledPictures(
        path,
        tuple(_place(path, name, row) for row, (name, _) in enumerate(rows, 2)),
        np.array([_known(own, f"{path}, line {row}") for row, (_, own) in enumerate(rows, 2)]),
        None if person is None else np.array(columns[person]),
        {
            name: np.array(values)
            for name, values in columns.items()
            if name not in (file, label, person)
        },
    )


def _columns(path: Path) -> dict[str, list[str]]:
    try:
        if path.suffix.lower() == ".parquet":
            table = parquet.read_table(path)
            return {
                name: ["" if value is None else str(value) for value in table[name].to_pylist()]
                for name in table.column_names
            }
        with open_text(path, (TABLE,), "a CSV file with columns file and label") as (text, _):
            rows = list(csv.reader(text))
    except (OSError, csv.Error, pa.ArrowInvalid) as error:
        raise DataError(f"cannot be read as a table ({error})", where=path) from error
    if not rows:
        raise DataError("is empty", where=path)
    header, *body = rows
    for line, row in enumerate(body, 2):
        if len(row) != len(header):
            raise DataError(
                f"{len(row)} columns, expected {len(header)}", where=f"{path}, line {line}"
            )
    return {name: [row[at] for row in body] for at, name in enumerate(header)}


def _one_of(wanted: tuple[str, ...], names: dict[str, str], path: Path) -> str:
    found = next((names[each] for each in wanted if each in names), None)
    if found is None:
        raise DataError(
            f"has no column {wanted[0]!r}",
            where=path,
            hint=f"name one of its columns {', '.join(wanted)}",
        )
    return found


def _place(table: Path, name: str, line: int) -> Path:
    for place in (table.parent / name, table.parent / "images" / name):
        if place.is_file():
            return place
    raise DataError(f"there is no picture {name!r}", where=f"{table}, line {line}")


def _known(label: str, where: object) -> str:
    known = known_label(label)
    if known is None:
        raise DataError(
            f"unknown label {label!r}", where=where, hint="angry, happy, neutral, surprise, …"
        )
    return known
