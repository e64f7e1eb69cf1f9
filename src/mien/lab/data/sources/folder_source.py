"""Folders of images: ``<split>/<label>/``, ``<label>/``, or the label in the file's name."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from mien.errors import DataError
from mien.lab.data.faces import AS_FER2013, SPLITS, ImageShape
from mien.lab.data.source_content import SourceContent, persons_of
from mien.lab.data.sources.decode import Size, decode_image, size_notes
from mien.lab.data.sources.source_table import TABLE, read_source_table
from mien.lab.data.split_names import split_code

LAYOUT = "expected <split>/<label>/ or <label>/ folders with images in them"
SKIPPED_FILES = ("thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class _ImageFile:
    path: Path
    split: int
    label: str
    # What is left of the path below split and label: the order inside a class.
    rest: str
    person: str | None = None


def read_image_folder(
    folder: Path,
    *,
    splits: Mapping[str, str] | None = None,
    file_pattern: str | None = None,
    shape: ImageShape = AS_FER2013,
) -> SourceContent:
    """Read every image below ``folder``.

    Rows are sorted by split, label and file name, so they do not depend on the file system.
    Hidden files, ``Thumbs.db`` and the like are passed over; folders around the layout with
    nothing else in them are gone through. The table that ``mien data collect`` leaves beside the
    labels says what each image was taken from.

    Parameters
    ----------
    folder : Path
    splits : mapping of str to str, optional
        Names of the data set's own for the splits (see ``split_code``).
    file_pattern : str, optional
        Regular expression with a group ``label`` and perhaps ``split`` and ``person``, searched for
        in the path below ``folder`` (with ``/``); then the folders themselves mean nothing.
    shape : ImageShape
        Size of the images, and whether colour is kept.

    Raises
    ------
    DataError
        Naming the file or folder: no images, a folder that is no split beside ones that are, a
        file outside the layout, a file that is not an image.
    """
    taken_from: dict[str, str] | None = None
    pattern = None if file_pattern is None else re.compile(file_pattern)
    if pattern is not None:
        files = list(_by_pattern(folder, pattern, splits))
    else:
        top = _enter(folder, splits)
        taken_from = read_source_table(top)
        files = list(_by_layout(top, splits))
    if not files:
        raise DataError("the folder holds no images", where=folder, hint=LAYOUT)
    files.sort(key=lambda file: (file.split, file.label.lower(), file.rest))
    images = np.empty(shape.of(len(files)), dtype=np.uint8)
    sizes: Counter[Size] = Counter()
    for row, file in enumerate(files):
        images[row], size = decode_image(file.path, file.path, shape)
        sizes[size] += 1
    sources = None
    with_persons = pattern is not None and "person" in pattern.groupindex
    if taken_from is not None:
        sources = tuple(taken_from.get(file.path.name, str(file.path)) for file in files)
    elif with_persons:
        sources = persons_of([file.person or "" for file in files])
    return SourceContent(
        images=images,
        labels=[file.label for file in files],
        splits=np.array([file.split for file in files], dtype=np.uint8),
        where=lambda row: str(files[row].path),
        notes=size_notes(sizes, shape),
        ordered=False,
        sources=sources,
        sources_are="person" if with_persons else "file",
    )


def _enter(folder: Path, splits: Mapping[str, str] | None) -> Path:
    """Go down while there is but one folder, which holds folders itself and is no split."""
    while True:
        inside = [entry for entry in _entries(folder) if not _is_skipped(entry)]
        if len(inside) != 1 or not inside[0].is_dir():
            return folder
        if split_code(inside[0].name, splits) is not None or not any(
            entry.is_dir() for entry in _entries(inside[0])
        ):
            return folder
        folder = inside[0]


def _by_layout(folder: Path, splits: Mapping[str, str] | None) -> Iterator[_ImageFile]:
    top = [entry for entry in _entries(folder) if entry.is_dir() and not _is_skipped(entry)]
    codes = {entry.name: split_code(entry.name, splits) for entry in top}
    with_splits = any(code is not None for code in codes.values())
    for path in _walk(folder):
        if path == folder / TABLE:
            continue
        parts = path.relative_to(folder).parts
        depth = 2 if with_splits else 1
        if len(parts) <= depth:
            raise DataError("a file outside the folders of the labels", where=path, hint=LAYOUT)
        code = codes[parts[0]] if with_splits else 0
        if code is None:
            raise DataError(
                f"the folder {parts[0]!r} is no split, but others next to it are",
                where=path.parents[len(parts) - 2],
                hint="known are train, val, test and the like; name others in a mapping (splits:)",
            )
        yield _ImageFile(path, code, _composed(parts[depth - 1]), _order(parts[depth:]))


def _by_pattern(
    folder: Path, pattern: re.Pattern[str], splits: Mapping[str, str] | None
) -> Iterator[_ImageFile]:
    for path in _walk(folder):
        below = path.relative_to(folder)
        match = pattern.search(below.as_posix())
        if match is None or match["label"] is None:
            raise DataError(
                "its name does not match the mapping's file_pattern",
                where=path,
                hint=f"the pattern is {pattern.pattern}",
            )
        split = match["split"] if "split" in pattern.groupindex else None
        code = 0 if split is None else split_code(split, splits)
        if code is None:
            raise DataError(
                f"no split {split!r}",
                where=path,
                hint=f"say in the mapping (splits:) which of {', '.join(SPLITS)} it is",
            )
        person = match["person"] if "person" in pattern.groupindex else None
        yield _ImageFile(path, code, _composed(match["label"]), _order(below.parts), person)


def _order(parts: tuple[str, ...]) -> str:
    return _composed(PurePosixPath(*parts).as_posix())


def _composed(text: str) -> str:
    # Macintoshes hand out names with accents taken apart.
    return unicodedata.normalize("NFC", text)


def _walk(folder: Path) -> Iterator[Path]:
    """Every file below ``folder`` that is not passed over; links to folders are followed."""
    for entry in _entries(folder):
        if _is_skipped(entry):
            continue
        if not entry.is_dir():
            yield entry
        elif folder.resolve().is_relative_to(entry.resolve()):
            raise DataError("a link to a folder that it lies in", where=entry)
        else:
            yield from _walk(entry)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(folder))
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", where=folder) from error


def _is_skipped(entry: Path) -> bool:
    hidden = entry.name.startswith(".") or entry.name == "__MACOSX"
    return hidden or entry.name.lower() in SKIPPED_FILES
