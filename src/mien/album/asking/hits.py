"""Hits: the photos that fit a question, with all that the album knows of them."""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from mien.album.asking.columns import AlbumColumns, FaceColumns, probabilities_of
from mien.album.asking.question import Labels
from mien.album.asking.rank import Ranking
from mien.album.records import FloatColumn
from mien.results import Box


@dataclass(frozen=True, slots=True)
class HitFace:
    """A face of a hit.

    Attributes
    ----------
    xyxy : tuple of 4 float
        In pixels of the upright photo.
    score, size, sharpness, roll : float
    brightness : float or None
        None if an older Mien has read the photo.
    unsure : bool
    counted : bool
        Whether it made part of the photo's score.
    probabilities : dict of str to float
        In the label set that was asked for.
    value : float or None
        What it brings into the photo's score, 0 to 1; None unless that was asked for.
    """

    xyxy: Box
    score: float
    size: float
    sharpness: float
    brightness: float | None
    roll: float
    unsure: bool
    counted: bool
    probabilities: dict[str, float]
    value: float | None = None

    @property
    def top_emotion(self) -> str:
        """The label with the highest probability."""
        return max(self.probabilities, key=self.probabilities.__getitem__)


@dataclass(frozen=True, slots=True)
class Hit:
    """A photo that fits a question.

    Attributes
    ----------
    rank : int
        From 1.
    score : float
    picture : int
        Row in the database.
    hash : bytes
        BLAKE2b of its content, 16 bytes.
    path : str
        With ``os.fsencode`` the bytes by which the system knows it.
    width, height : int
        Of the upright photo in pixels.
    taken : float or None
        Seconds since 1970 on the camera's clock.
    utc_offset : int or None
        Minutes.
    place : tuple of float or None
        Latitude and longitude in degrees; None also when it was not asked for.
    faces : tuple of HitFace
    turned : int
        Degrees clockwise by which the photo's picture is to be turned to be upright; 0 if it is.
    incomplete : bool
        Whether its file is cut off.
    """

    rank: int
    score: float
    picture: int
    hash: bytes
    path: str
    width: int
    height: int
    taken: float | None
    utc_offset: int | None
    place: tuple[float, float] | None
    faces: tuple[HitFace, ...]
    turned: int = 0
    incomplete: bool = False

    @property
    def taken_text(self) -> str | None:
        """The time as ``2019-07-04T12:33:10``, with its offset from UTC where that is known."""
        if self.taken is None:
            return None
        text = datetime.fromtimestamp(self.taken, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        if self.utc_offset is None:
            return text
        hours, minutes = divmod(abs(self.utc_offset), 60)
        return f"{text}{'-' if self.utc_offset < 0 else '+'}{hours:02d}:{minutes:02d}"


def hits_of(
    connection: sqlite3.Connection,
    columns: AlbumColumns,
    ranking: Ranking,
    labels: Labels,
    *,
    values: FloatColumn | None = None,
    place: bool = False,
) -> tuple[Hit, ...]:
    """The hits of a ranking in its order, ranked from 1.

    Parameters
    ----------
    connection : sqlite3.Connection
    columns : AlbumColumns
        What was ranked.
    ranking : Ranking
    labels : Labels
        The set of the faces' probabilities.
    values : float64 ndarray of shape (faces,), optional
        What each face of the album brings into its photo's score.
    place : bool
        Whether to tell where the photos were taken.
    """
    names, probabilities = probabilities_of(columns.faces, labels)
    found = []
    for number, (row, score) in enumerate(
        zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True), start=1
    ):
        picture = int(columns.picture[row])
        content, width, height, taken, utc_offset, turned, incomplete, *where = connection.execute(
            "SELECT hash, width, height, taken, utc_offset, turned, incomplete, latitude, "
            "longitude FROM picture WHERE id = ?",
            (picture,),
        ).fetchone()
        boxes = connection.execute(
            "SELECT x0, y0, x1, y1, score, roll FROM face WHERE picture = ? ORDER BY number",
            (picture,),
        ).fetchall()
        first = int(np.searchsorted(columns.faces.photo, row))
        faces = tuple(
            _face(columns.faces, at, box, ranking, names, probabilities, values)
            for at, box in enumerate(boxes, start=first)
        )
        found.append(
            Hit(
                rank=number,
                score=score,
                picture=picture,
                hash=content,
                path=os.fsdecode(columns.paths[row]),
                width=width,
                height=height,
                taken=taken,
                utc_offset=utc_offset,
                place=(where[0], where[1]) if place and where[0] is not None else None,
                faces=faces,
                turned=turned,
                incomplete=bool(incomplete),
            )
        )
    return tuple(found)


def _face(
    faces: FaceColumns,
    at: int,
    box: Sequence[float],
    ranking: Ranking,
    names: tuple[str, ...],
    probabilities: npt.NDArray[np.float64],
    values: FloatColumn | None,
) -> HitFace:
    left, top, right, bottom, score, roll = box
    return HitFace(
        xyxy=(left, top, right, bottom),
        score=score,
        size=float(faces.size[at]),
        sharpness=float(faces.sharpness[at]),
        brightness=None if math.isnan(faces.brightness[at]) else float(faces.brightness[at]),
        roll=roll,
        unsure=bool(faces.unsure[at]),
        counted=bool(ranking.counted[at]),
        probabilities=dict(zip(names, probabilities[at].tolist(), strict=True)),
        value=None if values is None else float(values[at]),
    )
