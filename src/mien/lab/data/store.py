"""Where imported data sets lie: one safetensors file each in the user's data folder."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from platformdirs import user_data_path
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from mien.emotions import LABEL_SETS, LabelSet
from mien.errors import DataError, OutputError, UsageError
from mien.lab.beside import write_beside
from mien.lab.data.faces import AS_FER2013, SPLITS, FaceData, ImageShape
from mien.lab.data.holdout import DEFAULT_SHARE
from mien.lab.data.labels.mapping import Mapping
from mien.lab.data.source_content import Columns
from mien.lab.data.sources.sources import read_faces

FORMAT = "mien.faces/1"


@dataclass(frozen=True)
class StoredFaces:
    """What the file of an imported data set says of itself.

    Attributes
    ----------
    name : str
    path : Path
    rows : int
    image_shape : ImageShape
    label_set : LabelSet
    splits : dict of str to int
        Rows by split.
    votes : bool
        Whether it holds FER+ votes.
    sha256 : str
        As it was when the file was written (``load_faces`` checks it, this does not).
    notes : tuple of str
    """

    name: str
    path: Path
    rows: int
    image_shape: ImageShape
    label_set: LabelSet
    splits: dict[str, int]
    votes: bool
    sha256: str
    notes: tuple[str, ...]


def data_folder() -> Path:
    """Folder of the imported data sets: ``$MIEN_DATA``, or the platform's user data folder."""
    return Path(os.environ.get("MIEN_DATA") or user_data_path("mien") / "data")


def import_faces(
    path: Path,
    *,
    name: str = "fer2013",
    ferplus: Path | None = None,
    mapping: Mapping | None = None,
    columns: Columns | None = None,
    holdout: float = DEFAULT_SHARE,
    seed: int = 0,
    shape: ImageShape = AS_FER2013,
) -> FaceData:
    """Read a data set in any known form, check it, and keep it under ``name``.

    The parameters are those of ``mien.lab.data.sources.sources.read_faces``. A set of the same
    name is replaced, once the new one has been read without error.

    Raises
    ------
    DataError
        If a file is not as expected; it says which line.
    UsageError
        If the name cannot be the name of a file.
    OutputError
        If the data folder cannot be written.
    """
    target = stored_path(name)
    data = read_faces(
        path,
        name,
        ferplus=ferplus,
        mapping=mapping,
        columns=columns,
        holdout=holdout,
        seed=seed,
        shape=shape,
    )
    save_faces(data, target)
    return data


def stored_path(name: str) -> Path:
    """File of the data set ``name``; raises ``UsageError`` for what cannot be a name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", name):
        raise UsageError(
            f"{name!r} cannot be the name of a data set",
            hint="use letters, digits and . _ + -",
        )
    return data_folder() / f"{name}.safetensors"


def save_faces(data: FaceData, path: Path) -> None:
    """Write ``data`` to a safetensors file, beside first and then renamed."""
    arrays = {"images": data.images, "labels": data.labels, "splits": data.splits}
    if data.votes is not None:
        arrays["votes"] = data.votes
    metadata = {
        "format": FORMAT,
        "label_set": data.label_set.name,
        "label_names": json.dumps(data.label_set.labels),
        "sha256": data.sha256,
        "votes_sha256": data.votes_sha256,
        "notes": json.dumps(data.notes),
    }
    arrays = {key: np.ascontiguousarray(array) for key, array in arrays.items()}
    write_beside(
        path,
        lambda partial: save_file(arrays, partial, metadata),
        hint="set MIEN_DATA to another folder",
    )


def load_faces(name: str) -> FaceData:
    """Load an imported data set by name.

    Raises
    ------
    DataError
        If no such set was imported, or its file is damaged (the SHA-256 is checked).
    """
    path = _existing(name)
    with _readable(path):
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            label_set = _label_set(metadata, path)
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        data = FaceData(
            name,
            arrays["images"],
            arrays["labels"],
            arrays["splits"],
            label_set,
            arrays.get("votes"),
            _notes(metadata),
        )
    whole = data.sha256 == metadata.get("sha256")
    # Files from before votes were hashed have no such key.
    if not whole or metadata.get("votes_sha256") not in (None, data.votes_sha256):
        raise DataError("its SHA-256 is wrong", where=path, hint="import it again")
    return data


def stored_names() -> tuple[str, ...]:
    """Names of the imported data sets, in alphabetical order."""
    return tuple(sorted(path.stem for path in data_folder().glob("*.safetensors")))


def describe_stored(name: str) -> StoredFaces:
    """Tell what is in an imported data set without reading its images.

    Raises
    ------
    DataError
        If no such set was imported, or its file is damaged.
    """
    path = _existing(name)
    with _readable(path), safe_open(path, framework="numpy") as file:
        metadata = file.metadata() or {}
        label_set = _label_set(metadata, path)
        splits = file.get_tensor("splits")
        shape = file.get_slice("images").get_shape()
        return StoredFaces(
            name,
            path,
            len(splits),
            ImageShape(shape[1], len(shape) == 4),
            label_set,
            {split: int((splits == code).sum()) for code, split in enumerate(SPLITS)},
            "votes" in file.keys(),  # noqa: SIM118
            metadata["sha256"],
            _notes(metadata),
        )


def remove_stored(name: str) -> Path:
    """Delete the file of an imported data set and return its path.

    Raises
    ------
    DataError
        If no such set was imported.
    OutputError
        If it cannot be deleted.
    """
    path = _existing(name)
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"cannot be removed ({error.strerror or error})", where=path) from error
    return path


def _existing(name: str) -> Path:
    path = stored_path(name)
    if not path.is_file():
        known = stored_names()
        raise DataError(
            f"no data set {name!r} has been imported",
            hint=f"there are: {', '.join(known)}"
            if known
            else "import it with: mien data import fer2013.csv",
        )
    return path


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise DataError(
            "the imported data set is damaged", where=path, hint="import it again"
        ) from error


def _label_set(metadata: dict[str, str], path: Path) -> LabelSet:
    if metadata.get("format") != FORMAT:
        raise DataError("not a Mien data set", where=path)
    # Files from before there were label sets of one's own name one of Mien's only.
    if "label_names" not in metadata:
        return LABEL_SETS[metadata["label_set"]]
    return LabelSet(metadata["label_set"], tuple(json.loads(metadata["label_names"])))


def _notes(metadata: dict[str, str]) -> tuple[str, ...]:
    return tuple(json.loads(metadata.get("notes", "[]")))
