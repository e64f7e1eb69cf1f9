"""``fer2013.csv`` and ``icml_face_data.csv``: Kaggle's text form, checked line by line."""

from __future__ import annotations

import csv
import io
import tarfile
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from mien.emotions import FER2013
from mien.errors import DataError
from mien.lab.data.faces import IMAGE_SIZE, SPLITS, FaceData

PIXELS = IMAGE_SIZE * IMAGE_SIZE
COLUMNS = ("emotion", "pixels", "Usage")
FILE_NAMES = ("fer2013.csv", "icml_face_data.csv")


def read_fer2013_csv(path: Path) -> FaceData:
    """Read a FER2013 CSV file, the folder it lies in, or the contest's ``fer2013.tar.gz``.

    Columns are found by name, so their order and spaces around the names do not matter; a byte
    order mark and CRLF line ends are accepted.

    Raises
    ------
    DataError
        Naming the line: a missing column, a wrong number of pixels, a pixel or label out of
        range, an unknown Usage, a cut-off last line.
    """
    with _open_text(path) as (stream, where):
        images, labels, splits = _read_rows(stream, where)
    return FaceData("fer2013", images, labels, splits, FER2013)


@contextmanager
def _open_text(path: Path) -> Iterator[tuple[io.TextIOBase, str]]:
    """Open the CSV text behind ``path`` together with the name to use for it in errors."""
    try:
        path = _find_in_folder(path)
        if path.name.endswith((".tar.gz", ".tgz", ".tar")):
            with tarfile.open(path) as archive:
                member = next((m for m in archive if _is_csv_name(m.name)), None)
                stream = archive.extractfile(member) if member else None
                if stream is None:
                    raise DataError("the archive holds no fer2013.csv", where=path)
                with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
                    yield text, f"{path} ({member.name})" if member else str(path)
                # The checksum at the end of a gzip stream is only looked at when it is read.
                while archive.fileobj and archive.fileobj.read(1 << 20):
                    pass
        else:
            with path.open(encoding="utf-8-sig", newline="") as text:
                yield text, str(path)
    except FileNotFoundError as error:
        raise DataError("no such file", where=path) from error
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise DataError(f"the archive cannot be read ({error})", where=path) from error
    except UnicodeDecodeError as error:
        raise DataError("not a text file", where=path, hint="expected fer2013.csv") from error
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", where=path) from error


def _find_in_folder(path: Path) -> Path:
    """The CSV file when ``path`` is a folder that holds one, else ``path`` itself."""
    if not path.is_dir():
        return path
    found = [path / folder / name for folder in ("", "fer2013") for name in FILE_NAMES]
    inside = next((file for file in found if file.is_file()), None)
    if inside is None:
        raise DataError(
            "the folder holds no fer2013.csv", where=path, hint="name the CSV file itself"
        )
    return inside


def _is_csv_name(member: str) -> bool:
    return PurePosixPath(member).name in FILE_NAMES


def _read_rows(
    stream: io.TextIOBase, where: str
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    reader = csv.reader(stream)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not header:
            raise DataError("the file is empty", where=where, hint="download fer2013.csv again")
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise DataError(
                f"no column {', '.join(missing)}",
                where=where,
                hint=f"expected {', '.join(COLUMNS)}, found {', '.join(header)[:120]}",
            )
        emotion_at, pixels_at, usage_at = (header.index(name) for name in COLUMNS)
        images: list[NDArray[np.uint8]] = []
        labels: list[int] = []
        splits: list[int] = []
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
            images.append(_parse_pixels(row[pixels_at], at))
            labels.append(_parse_label(row[emotion_at], at))
            splits.append(_parse_usage(row[usage_at], at))
    except csv.Error as error:
        raise DataError(f"not CSV ({error})", where=f"{where}, line {reader.line_num}") from error
    if not images:
        raise DataError("no rows after the header", where=where)
    return (
        np.stack(images),
        np.array(labels, dtype=np.uint8),
        np.array(splits, dtype=np.uint8),
    )


def _parse_pixels(text: str, at: str) -> NDArray[np.uint8]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            values = np.fromstring(text, dtype=np.int64, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise DataError("a pixel is not a whole number", where=at) from error
    if len(values) != PIXELS:
        raise DataError(f"{len(values)} pixel values, expected {PIXELS} (48×48)", where=at)
    if values.min() < 0 or values.max() > 255:
        raise DataError("a pixel lies outside 0 to 255", where=at)
    return values.astype(np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE)


def _parse_label(text: str, at: str) -> int:
    numbers = [str(number) for number in range(len(FER2013))]
    if text.strip() not in numbers:
        raise DataError(
            f"label {text.strip()[:20]!r}, expected {numbers[0]} to {numbers[-1]}",
            where=at,
            hint=", ".join(f"{number} {name}" for number, name in enumerate(FER2013.labels)),
        )
    return numbers.index(text.strip())


def _parse_usage(text: str, at: str) -> int:
    if text.strip() not in SPLITS:
        raise DataError(
            f"Usage {text.strip()[:20]!r}", where=at, hint=f"expected one of {', '.join(SPLITS)}"
        )
    return SPLITS.index(text.strip())
