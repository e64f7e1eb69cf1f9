"""What to say of a file that cannot be read as a picture."""

from __future__ import annotations

import struct

from PIL import Image as PillowImage

from mien.errors import ImageError
from mien.installing import how_to_install
from mien.media.kinds.not_looked_at import is_video, other_format

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def damaged(detail: str, where: str) -> ImageError:
    """Say that a file is damaged, or that its end is missing if that is what the detail says."""
    cut_off = "truncated" in detail.lower()
    what = "is cut off: most of the picture is missing" if cut_off else f"is damaged ({detail})"
    return ImageError(what, where=where, hint="copy or export it again")


def check_size(pixels: int, max_pixels: int, where: str) -> None:
    """Raise ``ImageError`` for a picture of more pixels than the limit."""
    if pixels > max_pixels:
        raise ImageError(
            f"has {pixels:,} pixels, the limit is {max_pixels:,}",
            where=where,
            hint=f"scale it down, or raise the limit with --max-pixels {pixels}",
        )


def no_end(where: str) -> ImageError:
    """Say of a file that it is cut off, and that its decoder gives nothing or too little then."""
    return ImageError(
        "is cut off: without its end it cannot be read",
        where=where,
        hint="copy or export it again",
    )


def unidentified(head: bytes, where: str, formats: tuple[str, ...]) -> ImageError:
    """Say what is wrong with a file that Pillow does not take for a picture of these formats."""
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        if "HEIF" in formats:
            return damaged("only its first bytes are HEIC", where)
        return ImageError(
            "is a HEIC photo",
            where=where,
            hint=f"to read it: {how_to_install('heic')}; or export it as JPEG",
        )
    if is_video(head):
        return ImageError("is a video, not a picture", where=where, hint="read it with: mien video")
    for name in formats:
        if _begins_like(head, name):
            return damaged(f"only its first bytes are {name}", where)
    other = other_format(head)
    return ImageError(
        f"is {other}, which is not read" if other else "is not a picture in a format that is read",
        where=where,
        hint="export it as JPEG"
        if other
        else "give a JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF, JPEG 2000 or PNM file",
    )


def _begins_like(head: bytes, format: str) -> bool:
    accept = PillowImage.OPEN[format][1]
    try:
        return bool(accept and accept(head))
    except (struct.error, IndexError):  # The head is shorter than the format's mark.
        return False
