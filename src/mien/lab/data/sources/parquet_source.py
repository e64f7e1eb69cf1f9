"""Parquet files with an encoded image a row, as Hugging Face's ``datasets`` writes them too."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from numpy.typing import NDArray

from mien.errors import DataError
from mien.lab.data.faces import AS_FER2013, SPLITS, ImageShape
from mien.lab.data.ferplus import VOTE_COLUMNS
from mien.lab.data.source_content import (
    USUAL_PERSON_COLUMNS,
    Columns,
    SourceContent,
    persons_of,
)
from mien.lab.data.sources.decode import Size, decode_image, size_notes
from mien.lab.data.split_names import split_code

SUFFIXES = (".parquet", ".pq")
USUAL_COLUMNS = {
    "label": ("emotion", "label", "labels"),
    "image": ("png", "image", "img"),
    "split": ("usage", "split"),
    "person": USUAL_PERSON_COLUMNS,
}
OPTIONAL = ("split", "person")
VOTE_NAMES = [f"ferplus_{name}" for name in VOTE_COLUMNS]
ROWS_AT_ONCE = 512


def find_parquet(folder: Path) -> list[Path]:
    """The Parquet files that lie in ``folder`` or in a folder ``data`` in it, by name."""
    for place in (folder, folder / "data"):
        if found := sorted(file for file in place.glob("*") if file.suffix in SUFFIXES):
            return found
    return []


def read_parquet(
    paths: list[Path],
    *,
    columns: Columns | None = None,
    splits: Mapping[str, str] | None = None,
    shape: ImageShape = AS_FER2013,
) -> SourceContent:
    """Read Parquet files with one encoded image a row, one after the other.

    The image is a column of bytes, or Hugging Face's struct of ``bytes`` and ``path``, in any
    format and size that Pillow reads. The label is a column of text or whole numbers; the names
    that Hugging Face keeps for its numbers are used. Without a column for the split, the name of
    the file tells it (``test-00000-of-00001.parquet``), and any other name is Training. The ten
    columns ``ferplus_<vote>`` are taken when all are there. A column with the person makes images
    of one person stay together where some are held out.

    Parameters
    ----------
    paths : list of Path
        One file at least.
    columns : Columns, optional
        Names of the columns, where they are not the usual ones (``USUAL_COLUMNS``).
    splits : mapping of str to str, optional
        Names of the data set's own for the splits (see ``split_code``).
    shape : ImageShape
        Size of the images, and whether colour is kept.

    Raises
    ------
    DataError
        Naming the file and row (counted from 0) and what is wrong with it.
    """
    parts = [_read_file(path, columns or Columns(), splits, shape) for path in paths]
    if len(parts) == 1:
        reading, sizes = parts[0]
        notes = size_notes(sizes, shape)
    else:
        reading = _join([part for part, _ in parts])
        notes = size_notes(sum((sizes for _, sizes in parts), Counter()), shape)
    return SourceContent(
        reading.images,
        reading.labels,
        reading.splits,
        reading.where,
        reading.fer2013_numbers,
        reading.votes,
        notes,
        sources=reading.sources,
        sources_are=reading.sources_are,
    )


def _join(parts: list[SourceContent]) -> SourceContent:
    starts = np.cumsum([0, *(len(part.labels) for part in parts)])

    def where(row: int) -> str:
        number = int(np.searchsorted(starts, row, side="right")) - 1
        return parts[number].where(row - int(starts[number]))

    votes = [part.votes for part in parts if part.votes is not None]
    return SourceContent(
        images=np.concatenate([part.images for part in parts]),
        labels=[label for part in parts for label in part.labels],
        splits=np.concatenate([part.splits for part in parts]),
        where=where,
        fer2013_numbers=all(part.fer2013_numbers for part in parts),
        votes=np.concatenate(votes) if len(votes) == len(parts) else None,
        sources=_joined_sources(parts),
        sources_are=parts[0].sources_are,
    )


def _joined_sources(parts: list[SourceContent]) -> tuple[str, ...] | None:
    if any(part.sources is None for part in parts):
        return None
    return tuple(source for part in parts for source in part.sources or ())


def _read_file(
    path: Path, columns: Columns, split_names: Mapping[str, str] | None, shape: ImageShape
) -> tuple[SourceContent, Counter[Size]]:
    try:
        # A handle of our own: given a path, pyarrow takes folder names like usage=x for columns.
        with path.open("rb") as stream, pyarrow.parquet.ParquetFile(stream) as file:
            label, image, split, person = _find_columns(file.schema_arrow.names, columns, path)
            if not file.metadata.num_rows:
                raise DataError("no rows", where=path)
            with_votes = all(name in file.schema_arrow.names for name in VOTE_NAMES)
            named = [each for each in (split, person) if each]
            wanted = [label, *named, *(VOTE_NAMES if with_votes else [])]
            table = file.read(columns=wanted)
            labels = _read_labels(table, label, path)
            votes = None
            if with_votes:
                votes = np.stack([_read_votes(table, name, path) for name in VOTE_NAMES], axis=1)
            splits = _read_splits(table, split, split_names, path)
            sources = None
            if person:
                values = table[person].to_pylist()
                sources = persons_of(["" if each is None else str(each) for each in values])
            images, sizes = _read_images(file, image, path, shape)
    except FileNotFoundError as error:
        raise DataError("no such file", where=path) from error
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError("not a Parquet file that can be read", where=path) from error
    reading = SourceContent(
        images=images,
        labels=labels,
        splits=splits,
        where=lambda row: f"{path}, row {row}",
        fer2013_numbers=label.lower() == "emotion",
        votes=votes,
        sources=sources,
        sources_are="person",
    )
    return reading, sizes


def _find_columns(
    header: list[str], columns: Columns, path: Path
) -> tuple[str, str, str | None, str | None]:
    found = {role: columns.find(role, usual, header) for role, usual in USUAL_COLUMNS.items()}
    missing = [
        getattr(columns, role) or f"for the {role}"
        for role in USUAL_COLUMNS
        if found[role] is None and (role not in OPTIONAL or getattr(columns, role) is not None)
    ]
    label, image = found["label"], found["image"]
    if missing or label is None or image is None:
        raise DataError(
            f"no column {', '.join(missing)}",
            where=path,
            hint=f"found {', '.join(header)[:120]}; name it with "
            "--label-column, --image-column, --split-column or --person-column",
        )
    return label, image, found["split"], found["person"]


def _read_labels(table: pyarrow.Table, column: str, path: Path) -> list[str]:
    kind = table.schema.field(column).type
    values = table[column].to_pylist()
    known = (pyarrow.types.is_integer, pyarrow.types.is_string, pyarrow.types.is_large_string)
    value_kind = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    if pyarrow.types.is_floating(value_kind):
        # Whole numbers that something like pandas has made 3.0 of; and NaN of those missing.
        values = [None if value is None or math.isnan(value) else value for value in values]
    if pyarrow.types.is_floating(value_kind) and all(
        value is None or (math.isfinite(value) and value == round(value)) for value in values
    ):
        values = [None if value is None else int(value) for value in values]
        kind = value_kind = pyarrow.int64()
    if not any(is_kind(value_kind) for is_kind in known):
        raise DataError(f"column {column} is {kind}, expected whole numbers or text", where=path)
    missing = next((row for row, value in enumerate(values) if value is None), None)
    if missing is not None:
        raise DataError(f"{column} missing", where=f"{path}, row {missing}")
    names = _hugging_face_names(table.schema.metadata, column)
    if names is None or not pyarrow.types.is_integer(value_kind):
        return [str(value) for value in values]
    for row, value in enumerate(values):
        if not 0 <= value < len(names):
            raise DataError(
                f"{column} {value}, expected 0 to {len(names) - 1}",
                where=f"{path}, row {row}",
                hint=f"the file names them {', '.join(names)}"[:120],
            )
    return [names[value] for value in values]


def _hugging_face_names(metadata: dict[bytes, bytes] | None, column: str) -> list[str] | None:
    """The class names that the library ``datasets`` keeps in the schema, if it wrote the file."""
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
        names = features[column]["names"]
    except (KeyError, TypeError, ValueError):
        return None
    return [str(name) for name in names] if isinstance(names, list) else None


def _read_splits(
    table: pyarrow.Table, column: str | None, split_names: Mapping[str, str] | None, path: Path
) -> NDArray[np.uint8]:
    if column is None:
        code = split_code(re.split(r"[-.]", path.name)[0], split_names)
        return np.full(table.num_rows, code or 0, dtype=np.uint8)
    codes: dict[object, int] = {}
    values = table[column].to_pylist()
    for row, value in enumerate(values):
        if value not in codes:
            code = split_code(str(value), split_names)
            if code is None:
                raise DataError(
                    f"{column} {value!r}",
                    where=f"{path}, row {row}",
                    hint=f"expected one of {', '.join(SPLITS)}",
                )
            codes[value] = code
    return np.array([codes[value] for value in values], dtype=np.uint8)


def _read_images(
    file: pyarrow.parquet.ParquetFile, column: str, path: Path, shape: ImageShape
) -> tuple[NDArray[np.uint8], Counter[Size]]:
    images = np.empty(shape.of(file.metadata.num_rows), dtype=np.uint8)
    sizes: Counter[Size] = Counter()
    row = 0
    for batch in file.iter_batches(ROWS_AT_ONCE, columns=[column]):
        for value in batch[column].to_pylist():
            where = f"{path}, row {row}"
            encoded = value.get("bytes") if isinstance(value, dict) else value
            if not isinstance(encoded, bytes):
                raise DataError(
                    "its image is missing" if value is None else f"{column} holds no image bytes",
                    where=where,
                )
            images[row], size = decode_image(encoded, where, shape)
            sizes[size] += 1
            row += 1
    return images, sizes


def _read_votes(table: pyarrow.Table, column: str, path: Path) -> NDArray[np.uint8]:
    """A column of votes, each checked."""
    kind = table.schema.field(column).type
    if not pyarrow.types.is_integer(kind):
        raise DataError(f"column {column} is {kind}, expected whole numbers", where=path)
    values = table[column].to_pylist()
    for row, value in enumerate(values):
        if value is None or not 0 <= value <= 255:
            raise DataError(
                f"{column} {'missing' if value is None else value}, expected 0 to 255",
                where=f"{path}, row {row}",
            )
    return np.array(values, dtype=np.uint8)
