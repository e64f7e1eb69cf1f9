"""FER2013 as a Parquet file: columns ``emotion``, ``usage``, ``png`` and, if known, votes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from numpy.typing import NDArray
from PIL import Image

from mien.emotions import FER2013
from mien.errors import DataError
from mien.lab.data.faces import IMAGE_SIZE, SPLITS, FaceData
from mien.lab.data.ferplus import VOTE_COLUMNS

COLUMNS = ("emotion", "usage", "png")


def read_fer2013_parquet(path: Path) -> FaceData:
    """Read a Parquet file with one encoded 48×48 grey image a row.

    ``emotion`` is 0 to 6, ``usage`` one of ``SPLITS``, ``png`` the image's bytes (any format
    Pillow reads). The ten columns ``ferplus_<vote>`` are taken when all are there.

    Raises
    ------
    DataError
        Naming the row (counted from 0) and what is wrong with it.
    """
    try:
        table = pyarrow.parquet.read_table(path)
    except FileNotFoundError as error:
        raise DataError("no such file", where=path) from error
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError("not a Parquet file that can be read", where=path) from error
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise DataError(
            f"no column {', '.join(missing)}",
            where=path,
            hint=f"expected {', '.join(COLUMNS)}",
        )
    if not table.num_rows:
        raise DataError("no rows", where=path)
    labels = _read_whole_numbers(table, "emotion", len(FER2013) - 1, path)
    usages = table["usage"].to_pylist()
    unknown = next((row for row, usage in enumerate(usages) if usage not in SPLITS), None)
    if unknown is not None:
        raise DataError(
            f"usage {usages[unknown]!r}",
            where=f"{path}, row {unknown}",
            hint=f"expected one of {', '.join(SPLITS)}",
        )
    images = np.empty((len(labels), IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)
    for row, encoded in enumerate(table["png"].to_pylist()):
        try:
            image = np.asarray(Image.open(io.BytesIO(encoded)).convert("L"))
        except Exception as error:  # Pillow's decoders raise SyntaxError and others beside OSError
            raise DataError("its image cannot be decoded", where=f"{path}, row {row}") from error
        if image.shape != images.shape[1:]:
            raise DataError(
                f"its image is {image.shape[1]}×{image.shape[0]}, expected 48×48",
                where=f"{path}, row {row}",
            )
        images[row] = image
    vote_names = [f"ferplus_{name}" for name in VOTE_COLUMNS]
    votes = None
    if all(name in table.column_names for name in vote_names):
        votes = np.stack(
            [_read_whole_numbers(table, name, 255, path) for name in vote_names], axis=1
        )
    return FaceData(
        "fer2013",
        images,
        labels,
        np.array([SPLITS.index(usage) for usage in usages], dtype=np.uint8),
        FER2013,
        votes,
    )


def _read_whole_numbers(
    table: pyarrow.Table, column: str, highest: int, path: Path
) -> NDArray[np.uint8]:
    """A column of whole numbers from 0 to ``highest``, each checked."""
    kind = table.schema.field(column).type
    if not pyarrow.types.is_integer(kind):
        raise DataError(f"column {column} is {kind}, expected whole numbers", where=path)
    values = table[column].to_pylist()
    for row, value in enumerate(values):
        if value is None or not 0 <= value <= highest:
            raise DataError(
                f"{column} {'missing' if value is None else value}, expected 0 to {highest}",
                where=f"{path}, row {row}",
            )
    return np.array(values, dtype=np.uint8)
