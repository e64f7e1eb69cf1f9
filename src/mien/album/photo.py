"""Reading a photo no larger than its faces need: a JPEG can be decoded at 1/2, 1/4 or 1/8."""

from __future__ import annotations

import importlib
import importlib.util
import io
import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from PIL import Image as PillowImage

from mien.album.exif import read_exif
from mien.album.records import Exif
from mien.errors import ImageError
from mien.media.image import DEFAULT_MAX_PIXELS, Image, read_image, upright_pixels
from mien.media.pillow_settings import settings_for_reading

_REDUCTIONS = (8, 4, 2)
_HEIC_READERS = ("pi_heif", "pillow_heif")


@dataclass(frozen=True)
class Photo:
    """A decoded photo.

    Attributes
    ----------
    image : ndarray of shape (h, w, 3), uint8
        RGB and upright, at full size or reduced.
    width, height : int
        Full size of the upright photo in pixels.
    exif : Exif
    """

    image: Image
    width: int
    height: int
    exif: Exif

    @property
    def reduction(self) -> float:
        """How many pixels of the photo are one of ``image``, along a side; 1 at full size."""
        return max(1.0, self.width / int(self.image.shape[1]))


def read_photo(content: bytes, name: str, *, least_pixels: int | None = None) -> Photo:
    """Decode the content of a picture file.

    Parameters
    ----------
    content : bytes
    name : str
        For errors.
    least_pixels : int, optional
        A JPEG is decoded at the smallest of 1/8, 1/4, 1/2 and full size that has as many pixels
        (its decoder leaves out the frequencies that would be lost anyway, at a fraction of the
        time); full size when None. Other formats have no such shortcut.

    Raises
    ------
    ImageError
        As ``mien.media.image.read_image``.
    """
    if is_heic(content):
        return _read_heic(content, name)
    exif = Exif()
    try:
        with (
            settings_for_reading(DEFAULT_MAX_PIXELS),
            PillowImage.open(io.BytesIO(content)) as file,
        ):
            exif = read_exif(file, content)
            if least_pixels is not None and file.format in ("JPEG", "MPO"):
                reduced = _reduced(file, exif, least_pixels)
                if reduced is not None:
                    return reduced
    except Exception:  # ``read_image`` finds the same fault again, and has the words for it.
        pass
    image = read_image(content, name=name)
    return Photo(image, image.shape[1], image.shape[0], exif)


def is_heic(content: bytes) -> bool:
    """Whether this is a HEIC or HEIF picture, by its first bytes (ISO/IEC 23008-12, annex B)."""
    brands = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
    return content[4:8] == b"ftyp" and content[8:12] in brands


def reads_heic() -> bool:
    """Whether a library that reads HEIC photos is installed: the extra ``heic``."""
    return any(importlib.util.find_spec(name) for name in _HEIC_READERS)


def _reduced(file: PillowImage.Image, exif: Exif, least_pixels: int) -> Photo | None:
    width, height = file.size
    if file.mode not in ("L", "RGB") or width * height > DEFAULT_MAX_PIXELS:
        return None
    pixels = width * height
    by = next((by for by in _REDUCTIONS if pixels // by**2 >= least_pixels), 1)
    if by == 1:
        return None
    file.draft(None, (width // by, height // by))
    file.load()
    if exif.orientation >= 5:
        width, height = height, width
    rgb = file if file.mode == "RGB" else file.convert("RGB")
    return Photo(upright_pixels(rgb, exif.orientation), width, height, exif)


def _heic_reader() -> ModuleType | None:
    for name in _HEIC_READERS:
        if importlib.util.find_spec(name):
            return importlib.import_module(name)
    return None


def _read_heic(content: bytes, name: str) -> Photo:
    reader = _heic_reader()
    if reader is None:
        raise ImageError(
            "is a HEIC photo", where=name, hint='to read them: pip install "mien[heic]"'
        )
    try:
        with settings_for_reading(DEFAULT_MAX_PIXELS):
            file = reader.open_heif(io.BytesIO(content), convert_hdr_to_8bit=True)
            if math.prod(file.size) > DEFAULT_MAX_PIXELS:
                raise ImageError(
                    f"has {math.prod(file.size):,} pixels, the limit is {DEFAULT_MAX_PIXELS:,}",
                    where=name,
                )
            # The decoder has turned it upright already.
            picture = file.to_pillow()
            exif = read_exif(picture)
            pixels = np.array(picture.convert("RGB"))
    except ImageError:
        raise
    except Exception as error:
        raise ImageError(
            f"is damaged ({error or type(error).__name__})",
            where=name,
            hint="copy or export it again",
        ) from error
    return Photo(pixels, pixels.shape[1], pixels.shape[0], exif)
