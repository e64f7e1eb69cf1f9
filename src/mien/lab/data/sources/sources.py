"""Any known form of a data set to a checked ``FaceData``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mien.errors import DataError, UsageError
from mien.lab.data.audit.vote_join import check_join
from mien.lab.data.faces import AS_FER2013, SPLITS, FaceData, ImageShape
from mien.lab.data.ferplus import read_votes
from mien.lab.data.holdout import DEFAULT_SHARE, hold_out
from mien.lab.data.labels.label_assignment import DROPPED, assign_labels
from mien.lab.data.labels.mapping import Mapping
from mien.lab.data.packed_text import zip_holds_csv
from mien.lab.data.source_content import Columns, SourceContent
from mien.lab.data.sources.csv_source import find_csv, read_csv
from mien.lab.data.sources.folder_source import read_image_folder
from mien.lab.data.sources.parquet_source import SUFFIXES, find_parquet, read_parquet

FER2013_COUNTS = (28_709, 3_589, 3_589)
KAGGLE_COUNTS = (28_709, 0, 7_178)
"""FER2013's splits, and the same in Kaggle's image folder, which has but train and test."""

PACKED = (".zip", ".rar", ".7z")
"""Archives that are not read, unless a ``.zip`` holds a CSV file."""


def read_faces(
    path: Path,
    name: str,
    *,
    ferplus: Path | None = None,
    mapping: Mapping | None = None,
    columns: Columns | None = None,
    holdout: float = DEFAULT_SHARE,
    seed: int = 0,
    shape: ImageShape = AS_FER2013,
) -> FaceData:
    """Read a data set in any known form and check it; what was decided is in its ``notes``.

    Parameters
    ----------
    path : Path
        ``fer2013.csv``, ``icml_face_data.csv`` or another CSV file in their form, the folder or
        archive that holds one, or such a file compressed (gzip, ZIP, bzip2, xz); a Parquet file
        with encoded images or a folder of such; a folder
        of images, ``<split>/<label>/`` or ``<label>/``.
    name : str
        Name of the result.
    ferplus : Path, optional
        ``fer2013new.csv``, joined row by row.
    mapping : Mapping, optional
        What labels, columns and splits mean. Needed for labels that are not FER2013's or FER+'s.
    columns : Columns, optional
        Names of columns, before those of the mapping.
    holdout : float
        Share of Training that becomes PublicTest where there is no PublicTest; 0: none.
    seed : int
        Of the choice of what is held out.
    shape : ImageShape
        Size that images are brought to, and whether colour is kept.

    Raises
    ------
    DataError
        If something is not as expected; it says what and where.
    UsageError
        If FER+ votes are to be joined to a folder of images, which has no order of rows, columns
        are named for one, a pattern of file names for something else, or colour is asked of a CSV
        file.
    """
    try:
        reading = _read(path, mapping, columns, shape)
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", where=path) from error
    labels, label_set = assign_labels(reading, mapping)
    votes = reading.votes
    if ferplus is not None:
        if not reading.ordered:
            raise UsageError(
                "FER+ votes are joined by row, and the images of a folder have no rows",
                where=path,
                hint="import fer2013.csv with --ferplus",
            )
        votes = read_votes(ferplus, reading.splits)
    counts = Counter(reading.splits.tolist())
    notes = [*reading.notes, *_fer2013_notes(tuple(counts[code] for code in range(3)))]
    kept = np.flatnonzero(labels != DROPPED)
    if len(kept) < len(labels):
        dropped = Counter(
            own for own, code in zip(reading.labels, labels, strict=True) if code == DROPPED
        )
        listed = ", ".join(f"{own} {count:,}" for own, count in sorted(dropped.items()))
        notes.append(f"{len(labels) - len(kept):,} rows are left out by the mapping: {listed}")
    found = np.unique(labels[kept])
    if len(found) < 2:
        only = f"all are {label_set.labels[found[0]]}" if len(found) else "all are left out"
        raise DataError(
            f"{len(labels):,} images, and {only}; a data set needs two labels",
            where=path,
            hint="is this the right folder or column?",
        )
    data = FaceData(
        name,
        reading.images[kept],
        labels[kept].astype(np.uint8),
        reading.splits[kept],
        label_set,
        None if votes is None else votes[kept],
    )
    join = check_join(data)
    if join is not None and join.warning is not None:
        notes.append(join.warning)
    missing = [label for code, label in enumerate(label_set.labels) if code not in found]
    if missing:
        notes.append(f"no image of: {', '.join(missing)}")
    sources = None if reading.sources is None else [reading.sources[row] for row in kept]
    return _with_splits(data, notes, holdout, seed, sources, reading.sources_are)


def _read(
    path: Path, mapping: Mapping | None, columns: Columns | None, shape: ImageShape
) -> SourceContent:
    splits = mapping.splits if mapping else None
    pattern = mapping.file_pattern if mapping else None
    if pattern is not None and not path.is_dir():
        raise UsageError("the mapping is for a folder of images (file_pattern)", where=path)
    if mapping is not None:
        given = (columns or Columns()).model_dump(exclude_none=True)
        columns = mapping.columns.model_copy(update=given)
    if path.suffix.lower() in SUFFIXES:
        return read_parquet([path], columns=columns, splits=splits, shape=shape)
    if path.suffix.lower() in PACKED and path.is_file() and not zip_holds_csv(path):
        raise DataError("an archive", where=path, hint="unpack it and name the folder")
    if path.is_dir() and (pattern is not None or find_csv(path) is None):
        if pattern is None and (files := find_parquet(path)):
            return read_parquet(files, columns=columns, splits=splits, shape=shape)
        if columns is not None and columns != Columns():
            raise UsageError("a folder of images has no columns", where=path)
        return read_image_folder(path, splits=splits, file_pattern=pattern, shape=shape)
    return read_csv(path, columns=columns, splits=splits, shape=shape)


def _fer2013_notes(counts: tuple[int, ...]) -> list[str]:
    if counts == KAGGLE_COUNTS:
        return [
            "these are FER2013's images as Kaggle's folder has them: its test folder is PublicTest "
            "and PrivateTest in one, so figures on it cannot be compared with PrivateTest figures "
            "(import fer2013.csv for those)"
        ]
    if sum(counts) == sum(FER2013_COUNTS) and counts != FER2013_COUNTS:
        return [
            "as many images as FER2013 has, but not in its splits: figures on them cannot be "
            "compared with PrivateTest figures"
        ]
    return []


def _with_splits(
    data: FaceData,
    notes: list[str],
    holdout: float,
    seed: int,
    sources: Sequence[str] | None,
    sources_are: str,
) -> FaceData:
    """Hold out a PublicTest where there is none, and say which splits there are."""
    training, public, private = (
        int(np.count_nonzero(data.splits == code)) for code in range(len(SPLITS))
    )
    if not training:
        notes.append("no Training images: it can be evaluated on, but not trained on")
    elif not public and holdout > 0:
        data = hold_out(data, holdout, seed, sources)
        rows = data.rows("PublicTest")
        together = "twins and near twins"
        if sources is not None:
            of = {"file": "that were taken from one file", "person": "of one person"}
            together += f", and images {of[sources_are]},"
        together += " stay together"
        notes.append(
            f"it has no PublicTest: {len(rows):,} of the {training:,} Training images are held out "
            f"for it ({holdout * 100:g} % of each label, seed {seed}; {together})"
        )
        lacking = np.setdiff1d(data.labels, data.labels[rows])
        if sources is not None and len(lacking):
            names = ", ".join(data.label_set.labels[code] for code in lacking)
            notes.append(f"no image in PublicTest of: {names}; collect from more {sources_are}s")
    elif not public:
        notes.append("no PublicTest: nothing to choose epochs, models and thresholds by")
    if not private:
        notes.append("no PrivateTest: there will be no final figure on images nobody chose by")
    return FaceData(
        data.name,
        data.images,
        data.labels,
        data.splits,
        data.label_set,
        data.votes,
        tuple(notes),
    )
