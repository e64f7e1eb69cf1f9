"""What is known of a photo and its faces: what workers find and the database keeps."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.results import Box

SIZE, SHARPNESS, UNSURE_COLUMN, FIRST_LABEL = 0, 1, 2, 3
"""Places in ``face.measures``, little-endian float32: size, sharpness, unsure (0 or 1), then the
probabilities of the first head and of FER+, and last the brightness, which older rows lack."""

MEASURE_BYTES = 4


@dataclass(frozen=True, slots=True)
class Exif:
    """What a camera wrote into the file.

    Attributes
    ----------
    taken : float or None
        The camera's own clock in seconds since 1970-01-01 00:00 *on that clock*.
    utc_offset : int or None
        Minutes by which that clock was ahead of UTC, where the camera knew.
    orientation : int
        1 to 8; 1 is upright.
    oriented : bool
        Whether the file says which way up it is.
    latitude, longitude : float or None
        In degrees, north and east positive.
    """

    taken: float | None = None
    utc_offset: int | None = None
    orientation: int = 1
    latitude: float | None = None
    longitude: float | None = None
    oriented: bool = False


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """One face of a photo.

    Attributes
    ----------
    xyxy : tuple of 4 float
        In pixels of the upright photo at its full size.
    score : float
        The detector's, 0 to 1.
    roll : float
        Angle of the eye line in degrees, positive clockwise.
    size : float
        Geometric mean of the box's sides in pixels.
    sharpness : float
        See ``mien.album.indexing.measure.sharpness``.
    brightness : float
        0 to 1; see ``mien.album.indexing.measure.brightness``.
    unsure : bool
    probabilities, ferplus : tuple of float
        In the order of the model's labels; ``ferplus`` is empty without such a head.
    embedding : bytes
        Little-endian float16 values; empty when the model has none.
    """

    xyxy: Box
    score: float
    roll: float
    size: float
    sharpness: float
    brightness: float
    unsure: bool
    probabilities: tuple[float, ...]
    ferplus: tuple[float, ...]
    embedding: bytes = b""

    def measures(self) -> bytes:
        """What ranking needs, as it is stored in ``face.measures``."""
        values = (self.size, self.sharpness, float(self.unsure), *self.probabilities, *self.ferplus)
        values += (self.brightness,)
        return np.array(values, "<f4").tobytes()


@dataclass(frozen=True, slots=True)
class PictureRecord:
    """One picture, whatever files hold it.

    Attributes
    ----------
    width, height : int
        Of the upright photo in pixels.
    exif : Exif
    difference_hash : int
        See ``mien.album.indexing.measure.difference_hash``.
    faces : tuple of FaceRecord
        Largest first.
    turned : int
        Degrees clockwise, 0, 90, 180 or 270, by which it had to be turned to be upright, where its
        file does not say so and its faces do. Everything else is of the turned picture.
    incomplete : bool
        Whether the file is cut off, and with it the picture.
    """

    width: int
    height: int
    exif: Exif
    difference_hash: int
    faces: tuple[FaceRecord, ...]
    turned: int = 0
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class FileStat:
    """How a file is told from its own earlier state without being opened."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of one file.

    Attributes
    ----------
    path : bytes
        As the system names it.
    stat : FileStat or None
        Of the file that was read; None when it was gone before it could be opened.
    hash : bytes
        BLAKE2b of the content, 16 bytes; empty when it could not be read.
    picture : PictureRecord or None
        None when the content is in the album already, or cannot be read.
    error : str or None
        Why it cannot be read.
    retry : bool
        Whether the reason lies in the system (permission, disk, memory) and not in the content, so
        that it is worth trying again.
    """

    path: bytes
    stat: FileStat | None
    hash: bytes = b""
    picture: PictureRecord | None = None
    error: str | None = None
    retry: bool = False


FloatColumn = npt.NDArray[np.float64]


HASH_BYTES = 16


MOST_BYTES = 1 << 30
"""Larger files are not read: no photo has a gigabyte."""


_LARGEST = (1 << 63) - 1


def stat_of(found: os.stat_result) -> FileStat:
    """What is compared of a file's state, in numbers that fit into SQLite's 63 bits and a sign."""
    return FileStat(
        min(found.st_size, _LARGEST),
        max(-_LARGEST, min(found.st_mtime_ns, _LARGEST)),
        found.st_ino & _LARGEST,
    )
