"""TIFFs that Pillow does not read, or reads as another picture, and how they are called."""

from __future__ import annotations

import io
from typing import IO

from mien.errors import ImageError
from mien.media.kinds.refusals import damaged, no_end
from mien.media.kinds.tiff_directories import Directory, tiff_directories

_BITS, _COMPRESSION, _PHOTOMETRIC, _STRIPS, _SAMPLES, _STRIP_BYTES = 258, 259, 262, 273, 277, 279
_PLANAR, _TILES, _TILE_BYTES, _SAMPLE_FORMAT = 284, 324, 325, 339
_UNSIGNED, _SIGNED = 1, 2
_YCBCR = 6
_JPEG = (6, 7)
_COLOURS = {
    0: "grey, white is zero",
    1: "grey",
    2: "RGB",
    3: "palette",
    4: "mask",
    5: "CMYK",
    6: "YCbCr",
    8: "CIELab",
    9: "ICCLab",
    10: "ITULab",
    32844: "LogL",
    32845: "LogLuv",
}
_FORMATS = {1: "unsigned", 2: "signed", 3: "floating-point", 5: "complex", 6: "complex"}


def misread(found: Directory) -> bool:
    """Whether Pillow opens such a picture and gives other pixels than are in it."""
    bits = found.number(_BITS, 1) or 1
    kind = found.number(_SAMPLE_FORMAT, _UNSIGNED)
    return (
        (kind == _SIGNED and bits == 8)
        or (kind == _UNSIGNED and bits == 32)
        or (found.number(_PLANAR) == 2 and bits > 8 and (found.number(_SAMPLES) or 1) > 1)
        or (found.number(_PHOTOMETRIC) == _YCBCR and found.number(_COMPRESSION) not in _JPEG)
    )


def kind_refused(found: Directory, where: str) -> ImageError:
    """Say of an intact TIFF which kind it is of that is not read."""
    samples = found.number(_SAMPLES, 1) or 1
    bits = found.number(_BITS, 1) or 1
    kind = _FORMATS.get(found.number(_SAMPLE_FORMAT, _UNSIGNED) or 0, "unknown")
    compression = found.number(_COMPRESSION, 1)
    photometric = found.number(_PHOTOMETRIC)
    parts = [
        f"{samples} × {bits} bits {kind}",
        _COLOURS.get(-1 if photometric is None else photometric, f"colours {photometric}"),
        *(("in planes",) if found.number(_PLANAR) == 2 and samples > 1 else ()),
    ]
    if compression != 1:
        parts.append(f"compression {compression}")
    return ImageError(
        f"is a TIFF of a kind that is not read ({', '.join(parts)})",
        where=where,
        hint="export it as RGB or grey of 8 or 16 bits",
    )


def tiff_refused(stream: IO[bytes], where: str) -> ImageError:
    """What to say of a TIFF that Pillow does not open: it may be cut off, or of a rare kind."""
    pages = pages_of(stream)
    if not pages or not is_whole(pages[0], stream):
        return no_end(where)
    if _contradicts_itself(pages[0]):
        return damaged("its number of samples is wrong", where)
    return kind_refused(pages[0], where)


def _contradicts_itself(found: Directory) -> bool:
    """Whether as many samples are announced as none of the other entries knows of."""
    return len(found.numbers(_BITS)) not in (0, 1, found.number(_SAMPLES, 1))


def pages_of(stream: IO[bytes]) -> list[Directory]:
    """The directories of a TIFF's pages."""
    return [found for found in tiff_directories(stream) if found.level == 0]


def is_whole(found: Directory, stream: IO[bytes]) -> bool:
    """Whether all the data of a page lies within the file."""
    size = stream.seek(0, io.SEEK_END)
    for places, lengths in ((_STRIPS, _STRIP_BYTES), (_TILES, _TILE_BYTES)):
        ends = zip(found.numbers(places), found.numbers(lengths), strict=False)
        if any(place + length > size for place, length in ends):
            return False
    return True
