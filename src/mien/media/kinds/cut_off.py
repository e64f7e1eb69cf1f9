"""What can still be read of a picture whose end is missing."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image as PillowImage

from mien.media.kinds.jpeg_markers import END, jpeg_header, scan_starts, without_half_a_segment
from mien.media.kinds.upright_rgb import eight_bit_rgb, exif_orientation, upright_pixels

_GREY = 128
# What follows the data in further decodings: from where one is another picture, data is missing.
# Codes and corrections that are missing may by chance be like one of them, but not like all.
_FILLERS = tuple(part * 256 for part in (b"\x00\x00", b"\xfe\xfe", b"\x35\xca"))


@dataclass(frozen=True, slots=True)
class Rest:
    """What is there of a picture.

    Attributes
    ----------
    image : ndarray of shape (H, W, 3), uint8
        Upright RGB of the whole size, grey where nothing is.
    rows : int
        Rows that are there, of those of the picture as it is stored.
    height : int
        Rows that it should have.
    whole : bool
        Whether no pixel is missing, only what would have followed.
    """

    image: npt.NDArray[np.uint8]
    rows: int
    height: int
    whole: bool


def read_rest(content: bytes, formats: tuple[str, ...]) -> Rest | None:
    """Decode a picture as far as it goes; None when its decoder gives nothing but whole ones.

    Raises
    ------
    Exception
        Whatever Pillow raises of what is damaged beyond that.
    """
    with PillowImage.open(io.BytesIO(content), formats=formats) as image:
        if image.format in ("JPEG", "MPO"):
            return _rest_of_jpeg(content)
    return _rest_of_rows(content, formats)


def _rest_of_jpeg(content: bytes) -> Rest | None:
    header = jpeg_header(content)
    if header is None:
        return None
    body, complete = without_half_a_segment(_without_padding(content), header.scan)
    image = _loaded(body + END)
    found, differs = np.asarray(image), np.zeros(header.height, bool)
    for filler in _FILLERS:
        other = np.asarray(_loaded(body + filler + END))
        differs |= (found != other).reshape(header.height, -1).any(axis=1)
    rows = int(differs.argmax()) if differs.any() else header.height
    whole = complete and rows == header.height
    if len(scan_starts(body, header.scan)) > 1:
        # Earlier scans have brought all rows already, only coarser.
        rows = header.height
    upright = upright_pixels(eight_bit_rgb(image), exif_orientation(image))
    return Rest(upright, rows, header.height, whole)


def _loaded(content: bytes) -> PillowImage.Image:
    image = PillowImage.open(io.BytesIO(content), formats=("JPEG",))
    image.load()
    return image


def _without_padding(content: bytes) -> bytes:
    """Without the zeros that recovery tools and broken downloads fill a file up with."""
    body = content.rstrip(b"\0")
    if not body.endswith(b"\xff"):
        return body
    # Either a byte 255 of the picture, which a zero follows, or half of a marker.
    return body + b"\0" if len(body) < len(content) else body[:-1]


def _rest_of_rows(content: bytes, formats: tuple[str, ...]) -> Rest | None:
    """Decode onto zeros and onto ones: where the two differ, nothing was decoded."""
    image, other = (_loaded_onto(fill, content, formats) for fill in (0, 255))
    if image is None or other is None:
        return None
    missing = np.asarray(image) != np.asarray(other)
    missing = missing.reshape(image.height, -1).any(axis=1)
    rows = int(image.height - missing.sum())
    if not rows:
        return None
    rgb = np.array(eight_bit_rgb(image))
    if rows < image.height and missing[0] == missing[-1]:
        # Rows of an interlaced picture are missing among others: those above stand in.
        there = np.flatnonzero(~missing)
        rgb = rgb[there[np.maximum(np.searchsorted(there, np.arange(len(rgb)), "right") - 1, 0)]]
    else:
        rgb[missing] = _GREY
    upright = upright_pixels(PillowImage.fromarray(rgb), exif_orientation(image))
    return Rest(upright, rows, image.height, rows == image.height)


def _loaded_onto(fill: int, content: bytes, formats: tuple[str, ...]) -> PillowImage.Image | None:
    image: Any = PillowImage.open(io.BytesIO(content), formats=formats)
    raw = np.full(np.asarray(PillowImage.new(image.mode, (1, 1))).nbytes, fill, np.uint8)
    pixels = PillowImage.frombytes(image.mode, (1, 1), raw.tobytes()).resize(image.size)
    image.im = pixels.im
    with contextlib.suppress(OSError):
        image.load()
    if image.im is not pixels.im:  # The decoder has taken pixels of its own.
        return None
    image.tile = []  # There is nothing more to load.
    return image  # type: ignore[no-any-return]
