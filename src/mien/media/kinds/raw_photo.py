"""Cameras' raw photos: what they are told by, and the preview inside."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mien.media.kinds.jpeg_markers import START, JpegHeader, jpeg_header
from mien.media.kinds.tiff_directories import Directory, begins_like_tiff, tiff_directories

_SUFFIXES = """
    .3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .k25 .kdc .mef .mos .mrw .nef .nrw .orf .pef
    .raf .raw .rw2 .rwl .sr2 .srf .srw .x3f
"""
RAW_SUFFIXES = frozenset(_SUFFIXES.split())
"""Suffixes of cameras' raw photos, in lower case."""

_MOST_OF_HEADER = 1 << 18

LEAST_SIDE = 1000
"""Longest side in pixels from which on a preview is taken for the photo; or half of the photo's."""

_HEADS = {
    b"FUJIFILMCCD-RAW": "RAF",
    b"FOVb": "X3F",
    b"\0MRM": "MRW",
    b"IIRO": "ORF",
    b"IIRS": "ORF",
    b"MMOR": "ORF",
    b"IIU\0": "RW2",
}
_BY_MAKER = {
    "nikon": "NEF",
    "sony": "ARW",
    "pentax": "PEF",
    "ricoh": "PEF",
    "samsung": "SRW",
    "hasselblad": "3FR",
    "phase one": "IIQ",
    "leaf": "MOS",
    "kodak": "DCR",
    "eastman kodak": "DCR",
    "mamiya": "MEF",
    "seiko epson": "ERF",
    "canon": "CR2",
    "leica": "RWL",
}
_WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _MAKE = 256, 257, 259, 262, 271
_STRIPS, _TILES = 273, 324
_ORIENTATION, _DNG_VERSION, _SUBFILE = 274, 50706, 254
_REDUCED = 1
_MOSAIC, _LINEAR_RAW = 32803, 34892
_MAKERS_COMPRESSIONS = {32767, 32769, 32770, 34713, 65000, 65535}


@dataclass(frozen=True, slots=True)
class RawPhoto:
    """A camera's raw photo.

    Attributes
    ----------
    kind : str
        ``"NEF"``, ``"CR2"``, …; ``"raw"`` when the maker is not known.
    orientation : int
        As in EXIF, 1 to 8.
    longest : int
        Longest side in pixels of what the camera took; 0 when it is not known.
    parts : frozenset of int
        Places in the file of what is no picture by itself: tiles and strips, the camera's pixels.
    """

    kind: str
    orientation: int
    longest: int
    parts: frozenset[int] = frozenset()


def raw_photo(stream: IO[bytes], head: bytes, name: str) -> RawPhoto | None:
    """What kind of raw photo a file is, by its content; None when it is none.

    Parameters
    ----------
    stream : file open for bytes
        Left at any place.
    head : bytes
        Its first 16 or more.
    name : str
        Its suffix names the kind where the content does not.
    """
    if head[4:12] == b"ftypcrx ":
        return RawPhoto("CR3", _orientation_of_cr3(stream), 0)
    if head[6:14] == b"HEAPCCDR":
        return RawPhoto("CRW", 1, 0)
    kind = next((kind for mark, kind in _HEADS.items() if head.startswith(mark)), None)
    if not begins_like_tiff(head):
        return None if kind is None else RawPhoto(kind, 1, 0)
    directories = tiff_directories(stream)
    raw = [found for found in directories if _is_raw(found)]
    if kind is None and head[8:10] == b"CR":
        kind = "CR2"
    first = directories[0] if directories else Directory({}, 0)
    # Some makers hide the camera's pixels where only they find them.
    hidden = Path(name).suffix.lower() in RAW_SUFFIXES and first.number(_SUBFILE) == _REDUCED
    if kind is None and not raw and not hidden:
        return None
    sides = [found.number(tag) or 0 for found in raw for tag in (_WIDTH, _HEIGHT)]
    orientation = first.number(_ORIENTATION, 1) or 1
    return RawPhoto(
        kind or _kind(directories, first, name),
        orientation if 1 <= orientation <= 8 else 1,
        max(sides, default=0),
        frozenset(place for found in directories for place in _parts(found)),
    )


def _parts(found: Directory) -> tuple[int, ...]:
    places = found.numbers(_STRIPS) + found.numbers(_TILES)
    return places if len(places) > 1 or _is_raw(found) else ()


def _is_raw(found: Directory) -> bool:
    photometric = found.number(_PHOTOMETRIC)
    return photometric in (_MOSAIC, _LINEAR_RAW) or (
        found.number(_COMPRESSION) in _MAKERS_COMPRESSIONS
        and photometric not in (0, 1, 2, 3, 4, 5, 6, 8)
    )


def _kind(directories: list[Directory], first: Directory, name: str) -> str:
    if any(_DNG_VERSION in found.values for found in directories):
        return "DNG"
    suffix = Path(name).suffix.lower()
    if suffix in RAW_SUFFIXES - {".raw"}:
        return suffix[1:].upper()
    maker = first.text(_MAKE).lower()
    return next((kind for key, kind in _BY_MAKER.items() if maker.startswith(key)), "raw")


def _orientation_of_cr3(stream: IO[bytes]) -> int:
    stream.seek(0)
    box = stream.read(65536)
    at = box.find(b"CMT1")
    directories = tiff_directories(io.BytesIO(box), at + 4) if at >= 0 else []
    found = directories[0].number(_ORIENTATION, 1) if directories else 1
    return found if found and 1 <= found <= 8 else 1


def preview(stream: IO[bytes], photo: RawPhoto) -> bytes | None:
    """The largest JPEG in a raw photo, if it is large enough to stand for it.

    Makers keep it in places of their own, so it is looked for by how a JPEG begins. The photo's
    own pixels may be coded as JPEGs, too, but without loss, which photos never are.
    """
    stream.seek(0)
    content = stream.read()
    best: tuple[int, int, JpegHeader] | None = None
    at = content.find(START + b"\xff")
    while at >= 0:
        header = jpeg_header(content[at : at + _MOST_OF_HEADER])
        if (
            at not in photo.parts
            and header is not None
            and header.ordinary
            and len(header.components) in (1, 3)
        ):
            pixels = header.width * header.height
            if best is None or pixels > best[0]:
                best = pixels, at, header
        at = content.find(START + b"\xff", at + 2)
    if best is None:
        return None
    _, at, header = best
    return content[at:] if stands_for(photo, header.width, header.height) else None


def stands_for(photo: RawPhoto, width: int, height: int) -> bool:
    """Whether a picture inside is large enough to be taken for the photo."""
    longest = max(width, height)
    return longest >= LEAST_SIDE or 0 < photo.longest <= 2 * longest
