"""What can still be read of a picture whose end is missing."""

from __future__ import annotations

import contextlib
import io
import struct
from typing import IO, Any

import numpy as np
from PIL import Image as PillowImage

from mien.media.kinds.cut_off_jpeg2000 import jpeg2000_lacks_its_end, rest_of_jpeg2000
from mien.media.kinds.cut_off_rest import GREY, Rest, rows_alike
from mien.media.kinds.cut_off_tiff import is_compressed, rest_of_strips
from mien.media.kinds.cut_off_webp import rest_of_webp, webp_lacks_its_end
from mien.media.kinds.jpeg_markers import END, jpeg_header, scan_starts, without_half_a_segment
from mien.media.kinds.tiff_directories import begins_like_tiff
from mien.media.kinds.tiff_kinds import is_whole, pages_of
from mien.media.kinds.upright_rgb import eight_bit_rgb, exif_orientation, upright_pixels

_JPEG_2000 = (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")
# What follows the data in further decodings: from where one is another picture, data is missing.
# Codes and corrections that are missing may by chance be like one of them, but not like all.
_FILLERS = tuple(part * 256 for part in (b"\x00\x00", b"\xfe\xfe", b"\x35\xca"))


def lacks_its_end(stream: IO[bytes]) -> bool:
    """Whether a file whose decoder has refused it is shorter than it says itself."""
    stream.seek(0)
    content = stream.read()
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return webp_lacks_its_end(content)
    if content.startswith(_JPEG_2000):
        return jpeg2000_lacks_its_end(content)
    if content[4:8] == b"ftyp":
        return _boxes_lack_their_end(content)
    if begins_like_tiff(content[:4]):
        pages = pages_of(stream)
        return not pages or not is_whole(pages[0], stream)
    return False


def read_rest(content: bytes, formats: tuple[str, ...]) -> Rest | None:
    """Decode a picture as far as it goes; None when its decoder gives nothing but whole ones.

    Raises
    ------
    Exception
        Whatever Pillow raises of what is damaged beyond that.
    """
    if content[8:12] == b"WEBP":
        return rest_of_webp(content)
    if content.startswith(_JPEG_2000):
        return rest_of_jpeg2000(content)
    with PillowImage.open(io.BytesIO(content), formats=formats) as image:
        if image.format in ("JPEG", "MPO"):
            return _rest_of_jpeg(content)
        if image.format == "TIFF" and is_compressed(page := pages_of(io.BytesIO(content))[0]):
            return rest_of_strips(content, page)
    return _rest_of_rows(content, formats)


def _boxes_lack_their_end(content: bytes) -> bool:
    """Whether a box of an AVIF or HEIC file ends behind the file (ISO/IEC 14496-12, 4.2)."""
    at = 0
    while at + 8 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        if size == 1 and at + 16 <= len(content):
            (size,) = struct.unpack_from(">Q", content, at + 8)
        if not size:
            return False
        at += max(size, 8)
    return at != len(content)


def _rest_of_jpeg(content: bytes) -> Rest | None:
    header = jpeg_header(content)
    if header is None:
        return None
    body, complete = without_half_a_segment(_without_padding(content), header.scan)
    image = _loaded(body + END)
    others = [np.asarray(_loaded(body + filler + END)) for filler in _FILLERS]
    rows = rows_alike([np.asarray(image), *others])
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
        rgb[missing] = GREY
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
