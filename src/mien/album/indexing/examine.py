"""One file examined: its content's hash, and unless the album knows it, its faces."""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import sqlite3
import stat
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mien.album.indexing.measure import brightness, difference_hash, sharpness
from mien.album.indexing.photo import Photo, read_photo, turned_photo
from mien.album.indexing.turn import needed_turn, turned_image
from mien.album.records import (
    HASH_BYTES,
    MOST_BYTES,
    Examined,
    FaceRecord,
    FileStat,
    PictureRecord,
    stat_of,
)
from mien.errors import ImageError
from mien.media.image import Image, open_error
from mien.results import printable_path
from mien.vision.crop import roll_of
from mien.vision.detection.detector import Detection, input_pixels_of
from mien.vision.pixel_analyzer import PixelAnalyzer

LEAST_CROP_SIDE = 48.0
"""Faces are cropped from a decoding in which they have at least as many pixels a side, or as many
as the model takes if that is more, if the photo has them."""

FIRST_DECODED = 6
"""A JPEG is first decoded with at least so many times the pixels that the detector sees. It finds
faces from about 20 pixels of its input; they have ``LEAST_CROP_SIDE`` here, so that a second,
larger decoding, which costs as much as the first, is seldom needed: see docs/decisions/0007."""

FIRST_SHOWN = 2
"""The detector is given a picture with at least so many times the pixels that it sees, halved from
larger ones: it brings them down itself, but more slowly."""


@dataclass(frozen=True, slots=True)
class ExaminerSettings:
    """What a worker needs to know.

    Attributes
    ----------
    database : Path or None
        Album in which known contents are looked up; None examines everything.
    model : Path
        The expression model's file.
    model_id : int
        Its row in the album.
    """

    database: Path | None
    model: Path
    model_id: int = 0


class Examiner:
    """Holds the networks and, of an album, a reading connection; close it afterwards.

    Parameters
    ----------
    settings : ExaminerSettings
    known : ndarray of shape (n,), bytes, optional
        Sorted hashes of contents that need not be examined, for a worker without the album.
    """

    def __init__(
        self, settings: ExaminerSettings, *, known: npt.NDArray[np.bytes_] | None = None
    ) -> None:
        cv2.setNumThreads(1)
        self._model_id = settings.model_id
        self._analyzer = PixelAnalyzer(settings.model, threads=1)
        self._hashes = known
        self._album = None
        self._done: set[bytes] = set()
        if settings.database is not None:
            self._album = sqlite3.connect(settings.database, timeout=60, isolation_level=None)
            self._album.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """Close the connection."""
        if self._album is not None:
            self._album.close()

    def examine(self, path: bytes) -> Examined:
        """Hash a file, and read its faces unless the album has this content already.

        Never raises for what is wrong with the file; that is in the result's ``error``.
        """
        name = printable_path(os.fsdecode(path)) or ""
        found: FileStat | None = None
        try:
            with Path(os.fsdecode(path)).open("rb") as file:
                found = stat_of(os.fstat(file.fileno()))
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise ImageError("is not a regular file", where=name)
                if found.size > MOST_BYTES:
                    raise ImageError(f"has {found.size:,} bytes, too many", where=name)
                content = file.read()
            digest = hashlib.blake2b(content, digest_size=HASH_BYTES).digest()
            if self._is_known(digest):
                return Examined(path, found, digest)
            picture = examine_photo(self._analyzer, content, name)
            self._done.add(digest)
            return Examined(path, found, digest, picture)
        except ImageError as error:
            retry = isinstance(error.__cause__, MemoryError)
            return Examined(path, found, error=error.what, retry=retry)
        except (OSError, ValueError) as error:
            if found is None:
                with contextlib.suppress(OSError, ValueError):
                    found = stat_of(Path(os.fsdecode(path)).stat())
            retry = isinstance(error, OSError)
            return Examined(path, found, error=open_error(error, name).what, retry=retry)
        except MemoryError:
            what = "there is not enough memory to decode it"
            return Examined(path, found, error=what, retry=True)

    def _is_known(self, digest: bytes) -> bool:
        # Its own last results may not be committed yet.
        if digest in self._done:
            return True
        if self._hashes is not None:
            at = int(np.searchsorted(self._hashes, digest))
            # numpy leaves out zeros at the end.
            return at < len(self._hashes) and self._hashes[at].ljust(HASH_BYTES, b"\0") == digest
        if self._album is None:
            return False
        query = "SELECT 1 FROM picture WHERE hash = ? AND model = ?"
        return self._album.execute(query, (digest, self._model_id)).fetchone() is not None


def examine_photo(
    analyzer: PixelAnalyzer, content: bytes, name: str, *, reduce: bool = True
) -> PictureRecord:
    """Find and measure the faces of a photo.

    Parameters
    ----------
    analyzer : PixelAnalyzer
    content : bytes
        Of the picture's file.
    name : str
        For errors.
    reduce : bool
        Decode a JPEG no larger than ``FIRST_DECODED`` asks, and once more, larger, if a face has
        fewer pixels in it than the crop wants. False, or a detector that does not say what it
        sees, decodes at full size, and gives that to the detector.

    Raises
    ------
    ImageError
        If it cannot be read.
    """
    seen = input_pixels_of(analyzer.detector) if reduce else None
    photo = read_photo(content, name, least_pixels=seen and FIRST_DECODED * seen)
    view, by = _shrunk(photo.image, FIRST_SHOWN * seen) if seen else (photo.image, 1)
    found = analyzer.detector.detect(view)
    turned = 0
    if not photo.exif.oriented:
        turned = needed_turn(view, found)
    if turned:
        photo, view = turned_photo(photo, turned), turned_image(view, turned)
        found = analyzer.detector.detect(view)
    detections = _scaled(found, by, by)
    close = photo
    smallest = min((min(d.width, d.height) for d in detections), default=math.inf)
    wanted = max(LEAST_CROP_SIDE, analyzer.card.input_height)
    if smallest < wanted and photo.reduction > 1:
        pixels = photo.image.shape[0] * photo.image.shape[1]
        needed = math.ceil(pixels * (wanted / smallest) ** 2)
        close = read_photo(content, name, least_pixels=needed, turned=turned)
        detections = _scaled(detections, *_ratio(photo.image.shape, close.image.shape))
    return PictureRecord(
        photo.width,
        photo.height,
        photo.exif,
        difference_hash(view),
        _faces(analyzer, close, detections),
        turned,
        photo.incomplete,
    )


def _shrunk(image: Image, least_pixels: int) -> tuple[Image, int]:
    """The image with the mean of each n × n pixels, and n; what is left over at the end is cut."""
    height, width = image.shape[:2]
    by = int(math.sqrt(height * width / least_pixels))
    if by < 2 or min(height, width) < by:
        return image, 1
    size = width // by, height // by
    whole = image[: size[1] * by, : size[0] * by]
    return cv2.resize(whole, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False), by


def _faces(
    analyzer: PixelAnalyzer, photo: Photo, detections: list[Detection]
) -> tuple[FaceRecord, ...]:
    crops = analyzer.cut_out(photo.image, detections)
    look = analyzer.look(crops)
    read, embeddings = look.faces(detections), look.embeddings
    full = _scaled(detections, *_ratio(photo.image.shape, (photo.height, photo.width)))
    return tuple(
        FaceRecord(
            xyxy=whole.xyxy,
            score=whole.score,
            roll=roll_of(whole),
            size=math.sqrt(whole.area),
            sharpness=sharpness(crop),
            brightness=brightness(crop),
            unsure=face.unsure,
            probabilities=tuple(face.probabilities.values()),
            ferplus=tuple(face.ferplus.values()),
            embedding=b"" if embeddings is None else embeddings[at].astype("<f2").tobytes(),
        )
        for at, (whole, face, crop) in enumerate(zip(full, read, crops, strict=True))
    )


def _ratio(shape: tuple[int, ...], to: tuple[int, ...]) -> tuple[float, float]:
    """Pixels across and down of an image of the shape ``to`` (h, w, …) for one of ``shape``."""
    return to[1] / shape[1], to[0] / shape[0]


def _scaled(detections: Iterable[Detection], x: float, y: float) -> list[Detection]:
    """Detections as they lie in an image ``x`` times as wide and ``y`` times as high."""
    scale = np.array([x, y, x, y])
    return [
        replace(
            detection,
            xyxy=tuple((np.array(detection.xyxy) * scale).tolist()),
            landmarks=None
            if detection.landmarks is None
            else tuple((px * x, py * y) for px, py in detection.landmarks),
        )
        for detection in detections
    ]
