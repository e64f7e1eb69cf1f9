"""JPEG 2000 whose end is missing (ISO/IEC 15444-1, annexes A and I): coarser than it was."""

from __future__ import annotations

import io
import struct

from PIL import Image as PillowImage

from mien.media.kinds.cut_off_rest import Rest
from mien.media.kinds.upright_rgb import eight_bit_rgb, exif_orientation, upright_pixels

_START, _TILE_PART, _END = b"\xff\x4f\xff\x51", b"\xff\x90\x00\x0a", b"\xff\xd9"
_LEAST_SHARE = 0.5
"""Of its bytes: with fewer, only a blur is there."""


def jpeg2000_lacks_its_end(content: bytes) -> bool:
    """Whether the codestream is not closed."""
    return not content.rstrip(b"\0").endswith(_END)


def rest_of_jpeg2000(content: bytes) -> Rest | None:
    """Decode with zeros in the place of what is missing: they mean details that are not told.

    None for a picture of several tiles, or if less than half of its bytes are there.
    """
    begin = content.find(_START)
    tile = content.find(_TILE_PART, begin)
    if begin < 0 or tile < 0 or tile + 12 > len(content):
        return None
    width, height, _, top, tile_width, tile_height, tile_left, tile_top = struct.unpack_from(
        ">8I", content, begin + 8
    )
    if tile_left + tile_width < width or tile_top + tile_height < height:
        return None
    (length,) = struct.unpack_from(">I", content, tile + 6)
    there = len(content) - tile
    if there >= length or there < _LEAST_SHARE * length:
        return None
    whole = content + bytes(length - there) + _END
    image = PillowImage.open(io.BytesIO(whole), formats=("JPEG2000",))
    image.load()
    upright = upright_pixels(eight_bit_rgb(image), exif_orientation(image))
    return Rest(upright, height - top, height - top, whole=False)
