"""What the camera wrote into a photo: when, where, which way up."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from PIL import Image as PillowImage

from mien.album.records import Exif

_PNG = b"\x89PNG\r\n\x1a\n"
_ORIENTATION, _EXIF, _GPS = 0x0112, 0x8769, 0x8825
# Tag of a time, of its fraction of a second, of its offset from UTC; the best first.
_ORIGINAL, _DIGITIZED, _CHANGED = (36867, 37521, 36881), (36868, 37522, 36882), (306, 37520, 36880)
_TIME = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")


def read_exif(image: PillowImage.Image, content: bytes = b"") -> Exif:
    """What the EXIF block of an opened picture says; what is missing or damaged there is None.

    ``content`` is that of the file: a PNG may have the block behind its pixels, where Pillow would
    find it only after decoding them.

    The time is ``DateTimeOriginal``, else ``DateTimeDigitized``, else ``DateTime`` (Exif 2.32,
    section 4.6). It is the time on the camera's clock, in whatever zone that was.
    """
    try:
        block = _png_exif(content) if content.startswith(_PNG) else image.getexif()
        details, place = block.get_ifd(_EXIF), block.get_ifd(_GPS)
    except Exception:  # A photo is worth reading even if what is written about it is not.
        return Exif()
    orientation = block.get(_ORIENTATION)
    taken, offset = _time({**block, **details})
    latitude, longitude = _place(place)
    if isinstance(orientation, int) and 1 <= orientation <= 8:
        return Exif(taken, offset, orientation, latitude, longitude, oriented=True)
    return Exif(taken, offset, 1, latitude, longitude)


def _png_exif(content: bytes) -> PillowImage.Exif:
    """The chunk eXIf of a PNG (PNG specification, third edition, sections 5.3 and 11.3.4.3)."""
    block = PillowImage.Exif()
    at = len(_PNG)
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"eXIf":
            block.load(b"Exif\0\0" + content[at + 8 : at + 8 + length])
            break
        at += length + 12
    return block


def _time(tags: Mapping[int, Any]) -> tuple[float | None, int | None]:
    for time_tag, fraction_tag, offset_tag in (_ORIGINAL, _DIGITIZED, _CHANGED):
        found = _TIME.match(_text(tags.get(time_tag)))
        if not found:
            continue
        try:
            clock = datetime(*map(int, found.groups()), tzinfo=UTC)  # type: ignore[misc,arg-type]
        except ValueError:  # Cameras without a set clock write zeros.
            continue
        fraction = _text(tags.get(fraction_tag))
        taken = clock.timestamp() + (float(f"0.{fraction}") if fraction.isdecimal() else 0.0)
        offset = _OFFSET.match(_text(tags.get(offset_tag)))
        if offset is None:
            return taken, None
        minutes = int(offset[2]) * 60 + int(offset[3])
        return taken, -minutes if offset[1] == "-" else minutes
    return None, None


def _place(tags: Mapping[int, Any]) -> tuple[float | None, float | None]:
    latitude = _degrees(tags.get(2), negative=_text(tags.get(1)).upper() == "S", most=90)
    longitude = _degrees(tags.get(4), negative=_text(tags.get(3)).upper() == "W", most=180)
    return (None, None) if latitude is None or longitude is None else (latitude, longitude)


def _degrees(value: Any, *, negative: bool, most: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    total = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(total) or not 0 <= total <= most:
        return None
    return -total if negative else total


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip(" \0\t\n") if isinstance(value, str) and value.isascii() else ""
