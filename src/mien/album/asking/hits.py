"""The photos that an answer names, with all that the album knows of them."""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from mien.album.asking.columns import AlbumColumns, probabilities_of
from mien.album.asking.rank import Query, Ranking
from mien.results import Box


@dataclass(frozen=True, slots=True)
class HitFace:
    """A face of a photo in an answer.

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

    @property
    def top_emotion(self) -> str:
        """The label with the highest probability."""
        return max(self.probabilities, key=self.probabilities.__getitem__)


@dataclass(frozen=True, slots=True)
class Hit:
    """A photo in an answer.

    Attributes
    ----------
    rank : int
        From 1.
    score : float
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


def ranked_hits(
    connection: sqlite3.Connection,
    columns: AlbumColumns,
    ranking: Ranking,
    query: Query,
    *,
    most: int,
    place: bool = False,
) -> tuple[Hit, ...]:
    """The first ``most`` photos of a ranking, with their places only if asked for."""
    rows, scores = ranking.rows[:most].tolist(), ranking.scores[:most].tolist()
    return hits_of_rows(
        connection, columns, rows, scores, query.labels, counted=ranking.counted, place=place
    )


def hits_of_rows(
    connection: sqlite3.Connection,
    columns: AlbumColumns,
    rows: Sequence[int],
    scores: Sequence[float],
    labels: str,
    *,
    counted: np.ndarray,
    place: bool = False,
) -> tuple[Hit, ...]:
    """The photos in these rows of the columns, in this order, ranked from 1."""
    names, probabilities = probabilities_of(columns.faces, labels)
    return tuple(
        _hit(connection, columns, row, number, score, names, probabilities, counted, place)
        for number, (row, score) in enumerate(zip(rows, scores, strict=True), start=1)
    )


def _hit(
    connection: sqlite3.Connection,
    columns: AlbumColumns,
    row: int,
    number: int,
    score: float,
    names: tuple[str, ...],
    probabilities: np.ndarray,
    counted: np.ndarray,
    place: bool,
) -> Hit:
    picture = int(columns.picture[row])
    width, height, taken, utc_offset, turned, incomplete, *where = connection.execute(
        "SELECT width, height, taken, utc_offset, turned, incomplete, latitude, longitude "
        "FROM picture WHERE id = ?",
        (picture,),
    ).fetchone()
    boxes = connection.execute(
        "SELECT x0, y0, x1, y1, score, roll FROM face WHERE picture = ? ORDER BY number",
        (picture,),
    ).fetchall()
    faces = columns.faces
    first = int(np.searchsorted(faces.photo, row))
    return Hit(
        rank=number,
        score=score,
        path=os.fsdecode(columns.paths[row]),
        width=width,
        height=height,
        taken=taken,
        utc_offset=utc_offset,
        place=(where[0], where[1]) if place and where[0] is not None else None,
        faces=tuple(
            HitFace(
                xyxy=tuple(box[:4]),
                score=box[4],
                size=float(faces.size[at]),
                sharpness=float(faces.sharpness[at]),
                brightness=_known(float(faces.brightness[at])),
                roll=box[5],
                unsure=bool(faces.unsure[at]),
                counted=bool(counted[at]),
                probabilities=dict(zip(names, probabilities[at].tolist(), strict=True)),
            )
            for at, box in enumerate(boxes, start=first)
        ),
        turned=turned,
        incomplete=bool(incomplete),
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
