"""Reading a photo no larger than its faces need: a JPEG can be decoded at 1/2, 1/4 or 1/8."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image as PillowImage

from mien.album.indexing.exif import read_exif
from mien.album.indexing.turn import turned_image
from mien.album.records import Exif
from mien.media.image import DEFAULT_MAX_PIXELS, Image, read_picture, readable_formats
from mien.media.kinds.upright_rgb import upright_pixels
from mien.media.pillow_settings import settings_for_reading

_REDUCTIONS = (8, 4, 2)


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
    incomplete : bool
        Whether the file is cut off, and with it the picture.
    """

    image: Image
    width: int
    height: int
    exif: Exif
    incomplete: bool = False

    @property
    def reduction(self) -> float:
        """How many pixels of the photo are one of ``image``, along a side; 1 at full size."""
        return max(1.0, self.width / int(self.image.shape[1]))


def read_photo(
    content: bytes, name: str, *, least_pixels: int | None = None, turned: int = 0
) -> Photo:
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
    turned : int
        Degrees clockwise by which the photo is to be turned besides: 0, 90, 180 or 270.

    Raises
    ------
    ImageError
        As ``mien.media.image.read_picture``.
    """
    return turned_photo(_decoded(content, name, least_pixels), turned)


def turned_photo(photo: Photo, degrees: int) -> Photo:
    """The photo turned clockwise by 0, 90, 180 or 270 degrees."""
    if not degrees:
        return photo
    width, height = photo.width, photo.height
    size = (height, width) if degrees % 180 else (width, height)
    return Photo(turned_image(photo.image, degrees), *size, photo.exif, photo.incomplete)


def _decoded(content: bytes, name: str, least_pixels: int | None) -> Photo:
    exif = Exif()
    try:
        with (
            settings_for_reading(DEFAULT_MAX_PIXELS),
            PillowImage.open(io.BytesIO(content), formats=readable_formats()) as file,
        ):
            exif = read_exif(file, content)
            if least_pixels is not None and file.format in ("JPEG", "MPO"):
                reduced = _reduced(file, exif, least_pixels)
                if reduced is not None:
                    return reduced
    except Exception:  # ``read_picture`` finds the same fault again, and has the words for it.
        pass
    picture = read_picture(content, name=name)
    height, width = picture.image.shape[:2]
    return Photo(picture.image, width, height, exif, picture.incomplete)


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
