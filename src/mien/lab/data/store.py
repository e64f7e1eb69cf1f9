"""Where imported data sets lie: one safetensors file each in the user's data folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import numpy as np
from platformdirs import user_data_path
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from mien.emotions import LABEL_SETS
from mien.errors import DataError, OutputError
from mien.lab.data.csv_source import read_fer2013_csv
from mien.lab.data.faces import FaceData
from mien.lab.data.ferplus import join_votes
from mien.lab.data.parquet_source import read_fer2013_parquet

FORMAT = "mien.faces/1"


def data_folder() -> Path:
    """Folder of the imported data sets: ``$MIEN_DATA``, or the platform's user data folder."""
    return Path(os.environ.get("MIEN_DATA") or user_data_path("mien") / "data")


def import_faces(path: Path, *, name: str = "fer2013", ferplus: Path | None = None) -> FaceData:
    """Read a data set in any known form, check it, and keep it under ``name``.

    Parameters
    ----------
    path : Path
        ``fer2013.csv``, ``icml_face_data.csv``, the folder or ``.tar.gz`` that holds one, or a
        Parquet file with encoded images.
    ferplus : Path, optional
        ``fer2013new.csv``, joined row by row.

    Raises
    ------
    DataError
        If a file is not as expected; it says which line.
    OutputError
        If the data folder cannot be written.
    """
    if path.suffix in (".parquet", ".pq"):
        data = read_fer2013_parquet(path)
    else:
        data = read_fer2013_csv(path)
    if ferplus is not None:
        data = join_votes(data, ferplus)
    data = FaceData(name, data.images, data.labels, data.splits, data.label_set, data.votes)
    save_faces(data, data_folder() / f"{name}.safetensors")
    return data


def save_faces(data: FaceData, path: Path) -> None:
    """Write ``data`` to a safetensors file, beside first and then renamed."""
    arrays = {"images": data.images, "labels": data.labels, "splits": data.splits}
    if data.votes is not None:
        arrays["votes"] = data.votes
    metadata = {
        "format": FORMAT,
        "label_set": data.label_set.name,
        "sha256": data.sha256,
        "votes_sha256": _votes_sha256(data),
    }
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(
            {key: np.ascontiguousarray(array) for key, array in arrays.items()}, partial, metadata
        )
        partial.replace(path)
    except (OSError, SafetensorError) as error:
        raise OutputError(
            f"cannot be written ({error})", where=path, hint="set MIEN_DATA to another folder"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def load_faces(name: str) -> FaceData:
    """Load an imported data set by name.

    Raises
    ------
    DataError
        If no such set was imported, or its file is damaged (the SHA-256 is checked).
    """
    path = data_folder() / f"{name}.safetensors"
    if not path.is_file():
        raise DataError(
            f"no data set {name!r} has been imported",
            hint="import it with: mien data import fer2013.csv",
        )
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        if metadata.get("format") != FORMAT:
            raise DataError("not a Mien data set", where=path)
        data = FaceData(
            name,
            arrays["images"],
            arrays["labels"],
            arrays["splits"],
            LABEL_SETS[metadata["label_set"]],
            arrays.get("votes"),
        )
    except (OSError, SafetensorError, KeyError) as error:
        raise DataError(
            "the imported data set is damaged", where=path, hint="import it again"
        ) from error
    whole = data.sha256 == metadata.get("sha256")
    # Files from before votes were hashed have no such key.
    if not whole or metadata.get("votes_sha256") not in (None, _votes_sha256(data)):
        raise DataError("its SHA-256 is wrong", where=path, hint="import it again")
    return data


def _votes_sha256(data: FaceData) -> str:
    """Hash of the votes, which ``FaceData.sha256`` leaves out; empty without votes."""
    if data.votes is None:
        return ""
    return hashlib.sha256(np.ascontiguousarray(data.votes).data).hexdigest()
