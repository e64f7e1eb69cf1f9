"""The album as numpy columns: all that ranking needs, loaded in two queries."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.album.asking.question import Labels
from mien.album.records import (
    FIRST_LABEL,
    MEASURE_BYTES,
    SHARPNESS,
    SIZE,
    UNSURE_COLUMN,
    FloatColumn,
)
from mien.album.store import path_range
from mien.emotions import LABEL_SETS, translate
from mien.errors import DataError, UsageError

_COPY = re.compile(
    rb"(?i)(?:[ _-](?:copy|copie|kopie|copia)(?:[ _-]?\(?\d+\)?)?|[ _]?\(\d{1,3}\))\.[^.]+$"
    rb"|^(?:copy of|kopie von|copie de|copia de) "
)
_UNKNOWN = np.array([np.nan], "<f4").tobytes()


@dataclass(frozen=True)
class FaceColumns:
    """One row a face, in the order of photos, largest face first.

    Attributes
    ----------
    photo : int64 ndarray of shape (faces,)
        Row of the photo in ``AlbumColumns``; never decreases.
    size, sharpness, brightness : float64 ndarray of shape (faces,)
        The brightness of a face that was read by an older Mien is NaN.
    unsure : bool ndarray of shape (faces,)
    probabilities : float32 ndarray of shape (faces, labels)
    ferplus : float32 ndarray of shape (faces, FER+ labels)
        No columns when the model has no such head.
    labels, ferplus_labels : tuple of str
    """

    photo: npt.NDArray[np.int64]
    size: FloatColumn
    sharpness: FloatColumn
    brightness: FloatColumn
    unsure: npt.NDArray[np.bool_]
    probabilities: npt.NDArray[np.float32]
    ferplus: npt.NDArray[np.float32]
    labels: tuple[str, ...]
    ferplus_labels: tuple[str, ...]


@dataclass(frozen=True)
class AlbumColumns:
    """One row a photo, by path.

    Attributes
    ----------
    picture : int64 ndarray of shape (photos,)
        Row in the database.
    taken : float64 ndarray of shape (photos,)
        Seconds since 1970 on the camera's clock; NaN where unknown.
    difference_hash : uint64 ndarray of shape (photos,)
    paths : tuple of bytes
        Of one of the files that hold it: the first, in order of bytes, whose folder is there, and
        whose name is not a copy's, if there is such a one.
    faces : FaceColumns
    other_model : int
        Photos left out because another model than the current one has read them.
    missing : tuple of bytes
        Paths of photos left out because no folder that held them is there any more.
    """

    picture: npt.NDArray[np.int64]
    taken: FloatColumn
    difference_hash: npt.NDArray[np.uint64]
    paths: tuple[bytes, ...]
    faces: FaceColumns
    other_model: int
    missing: tuple[bytes, ...] = ()


def load_columns(connection: sqlite3.Connection, folder: bytes | None = None) -> AlbumColumns:
    """Load all photos that are there and that the album's current model has read.

    Of the files only their folders are looked at: one look for each, so that an album of many
    photos is loaded at once. A folder that was renamed or is not mounted is noticed by that.

    Parameters
    ----------
    connection : sqlite3.Connection
    folder : bytes, optional
        Only photos that lie below this absolute path, under the names that they have there.

    Raises
    ------
    DataError
        If nothing has been indexed yet.
    """
    model = connection.execute(
        "SELECT id, labels, ferplus_labels FROM model "
        "WHERE id = (SELECT value FROM setting WHERE name = 'model')"
    ).fetchone()
    if model is None:
        raise DataError("nothing is in the album yet", hint="fill it: mien album index FOLDER")
    id, labels, ferplus_labels = model[0], *(tuple(json.loads(text)) for text in model[1:])
    first, after = (b"", None) if folder is None else path_range(folder)
    files = connection.execute(
        "SELECT path, picture.id, taken, difference_hash, model FROM file "
        "JOIN picture ON picture.id = file.picture WHERE gone = 0 AND path >= ? "
        "AND (? IS NULL OR path < ?) ORDER BY path",
        (first, after, after),
    )
    folders: dict[bytes, bool] = {}
    there: dict[int, tuple[bytes, int, float | None, int, int]] = {}
    lost: dict[int, bytes] = {}
    for file in files:
        path, number = file[:2]
        if number in there and (is_copy(path) or not is_copy(there[number][0])):
            continue
        above = os.path.dirname(path)  # noqa: PTH120 (bytes)
        if above not in folders:
            folders[above] = os.path.isdir(above)  # noqa: PTH112 (bytes)
        if folders[above]:
            there[number] = file
        else:
            lost.setdefault(number, path)
    rows = sorted(row for row in there.values() if row[4] == id)
    paths, pictures, taken, hashes, _ = zip(*rows, strict=True) if rows else ((),) * 5
    picture = np.array(pictures, np.int64)
    return AlbumColumns(
        picture=picture,
        taken=np.array(taken, np.float64),
        difference_hash=np.array(hashes, np.int64).view(np.uint64),
        paths=paths,
        faces=_load_faces(connection, picture, labels, ferplus_labels),
        other_model=len(there) - len(rows),
        missing=tuple(path for number, path in lost.items() if number not in there),
    )


def is_copy(path: bytes) -> bool:
    """Whether a file has such a name as systems give to copies: ``beach (1)``, ``beach copy``."""
    return _COPY.search(os.path.basename(path)) is not None  # noqa: PTH119 (bytes)


def _load_faces(
    connection: sqlite3.Connection,
    pictures: npt.NDArray[np.int64],
    labels: tuple[str, ...],
    ferplus_labels: tuple[str, ...],
) -> FaceColumns:
    width = FIRST_LABEL + len(labels) + len(ferplus_labels) + 1
    # Rows of other models may have other widths; those of the same width fall out below.
    length = width * MEASURE_BYTES
    rows = connection.execute(
        "SELECT picture, measures FROM face WHERE length(measures) IN (?, ?)",
        (length, length - MEASURE_BYTES),
    ).fetchall()
    owners, measures = zip(*rows, strict=True) if rows else ((), ())
    of = np.array(owners, np.int64)
    whole = b"".join(each if len(each) == length else each + _UNKNOWN for each in measures)
    values = np.frombuffer(whole, "<f4").reshape(-1, width)
    order = np.argsort(pictures, kind="stable")
    place = np.searchsorted(pictures, of, sorter=order)
    place = order[np.minimum(place, len(order) - 1)] if len(order) else np.zeros_like(of)
    # Photos that are gone, or that another model has read, have no row.
    there = pictures[place] == of if len(order) else np.zeros(len(of), bool)
    photo, values = place[there], values[there]
    by_photo = np.argsort(photo, kind="stable")
    photo, values = photo[by_photo], values[by_photo]
    middle = FIRST_LABEL + len(labels)
    return FaceColumns(
        photo=photo,
        size=values[:, SIZE].astype(np.float64),
        sharpness=values[:, SHARPNESS].astype(np.float64),
        brightness=values[:, -1].astype(np.float64),
        unsure=values[:, UNSURE_COLUMN] > 0,
        probabilities=values[:, FIRST_LABEL:middle],
        ferplus=values[:, middle:-1],
        labels=labels,
        ferplus_labels=ferplus_labels,
    )


def labels_of(faces: FaceColumns, labels: Labels) -> tuple[str, ...]:
    """The labels of a set; none if the album's model does not have it."""
    if labels is Labels.SEVEN:
        return faces.labels
    return faces.ferplus_labels if labels is Labels.FERPLUS else LABEL_SETS[labels].labels


def probabilities_of(
    faces: FaceColumns, labels: Labels
) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """The faces' probabilities in a label set.

    ``seven`` and ``ferplus`` are what the model says. For ``four`` and ``valence`` the seven are
    put together (``mien.emotions.translate``); those without a counterpart, such as *surprise*,
    are left out and the rest is scaled to add up to 1.

    Returns
    -------
    labels : tuple of str
    probabilities : float64 ndarray of shape (faces, labels)

    Raises
    ------
    UsageError
        If the model does not have this set.
    """
    if labels is Labels.SEVEN:
        return faces.labels, faces.probabilities.astype(np.float64)
    if labels is Labels.FERPLUS:
        if not faces.ferplus_labels:
            raise UsageError("the album's model has no FER+ labels", where="--labels ferplus")
        return faces.ferplus_labels, faces.ferplus.astype(np.float64)
    target = LABEL_SETS[labels]
    together = np.zeros((len(faces.photo), len(target)))
    for column, label in enumerate(faces.labels):
        counterpart = translate(label, target)
        if counterpart is not None:
            together[:, target.index(counterpart)] += faces.probabilities[:, column]
    total = together.sum(axis=1, keepdims=True)
    return target.labels, np.divide(together, total, out=together, where=total > 0)
