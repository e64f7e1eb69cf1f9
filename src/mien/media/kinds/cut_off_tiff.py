"""Compressed TIFFs whose end is missing: the strips that are there, as a smaller picture."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image as PillowImage

from mien.media.kinds.cut_off_rest import GREY, Rest
from mien.media.kinds.tiff_directories import Directory
from mien.media.kinds.upright_rgb import eight_bit_rgb, upright_pixels

_HEIGHT, _COMPRESSION, _STRIPS, _ROWS, _STRIP_BYTES, _PLANAR = 257, 259, 273, 278, 279, 284
_ORIENTATION = 274
# Size, bits, compression, colours, samples, planes, predictor, palette, tables, their meaning.
_COPIED = (256, 258, 259, 262, 266, 277, 284, 317, 320, 338, 339, 347, 530, 532)
_UNCOMPRESSED = 1


def is_compressed(page: Directory) -> bool:
    """Whether Pillow hands the strips to a library, which gives all or nothing."""
    return page.number(_COMPRESSION, _UNCOMPRESSED) != _UNCOMPRESSED


def rest_of_strips(content: bytes, page: Directory) -> Rest | None:
    """Read the first strips that are whole; None for tiles, planes, and if there is none."""
    places, lengths = page.numbers(_STRIPS), page.numbers(_STRIP_BYTES)
    height = page.number(_HEIGHT) or 0
    rows_in_strip = min(page.number(_ROWS) or height, height)
    if not rows_in_strip or len(places) != len(lengths) or page.number(_PLANAR, 1) != 1:
        return None
    if len(places) != -(-height // rows_in_strip):
        return None
    strips = []
    for place, length in zip(places, lengths, strict=True):
        if place + length > len(content):
            break
        strips.append(content[place : place + length])
    if not strips:
        return None
    rows = min(len(strips) * rows_in_strip, height)
    order = ">" if content.startswith(b"MM") else "<"
    image = PillowImage.open(
        io.BytesIO(_tiff(page, strips, rows, rows_in_strip, order)), formats=("TIFF",)
    )
    image.load()
    there = np.asarray(eight_bit_rgb(image))
    whole = np.full((height, *there.shape[1:]), GREY, np.uint8)
    whole[:rows] = there
    orientation = page.number(_ORIENTATION, 1) or 1
    upright = upright_pixels(
        PillowImage.fromarray(whole), orientation if 1 <= orientation <= 8 else 1
    )
    return Rest(upright, rows, height, whole=rows == height)


def _tiff(page: Directory, strips: list[bytes], rows: int, rows_in_strip: int, order: str) -> bytes:
    """A TIFF of these strips alone, in the same order of bytes."""
    content = {"<": b"II*\0", ">": b"MM\0*"}[order] + bytes(4)
    places = []
    for strip in strips:
        places.append(len(content))
        content += strip + bytes(len(strip) % 2)
    values: dict[int, tuple[int, ...] | bytes] = {
        tag: page.values[tag] for tag in _COPIED if tag in page.values
    }
    values |= {_HEIGHT: (rows,), _ROWS: (rows_in_strip,), _STRIPS: tuple(places)}
    values[_STRIP_BYTES] = tuple(map(len, strips))
    begin = len(content)
    end = begin + 2 + 12 * len(values) + 4
    entries, after = struct.pack(order + "H", len(values)), b""
    for tag, value in sorted(values.items()):
        if isinstance(value, bytes):
            form, number, raw = 7, len(value), value
        else:
            small = tag not in (_STRIPS, _STRIP_BYTES) and max(value) < 1 << 16
            form, number = (3 if small else 4), len(value)
            raw = struct.pack(f"{order}{number}{'H' if small else 'I'}", *value)
        entries += struct.pack(order + "HHI", tag, form, number)
        if len(raw) <= 4:
            entries += raw.ljust(4, b"\0")
        else:
            entries += struct.pack(order + "I", end + len(after))
            after += raw + bytes(len(raw) % 2)
    head = content[:4] + struct.pack(order + "I", begin)
    return head + content[8:] + entries + bytes(4) + after
