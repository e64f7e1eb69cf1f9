"""Reading one picture, whatever its format, into upright RGB pixels."""

from __future__ import annotations

import errno
import functools
import importlib.util
import io
import os
import re
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from mien.errors import ImageError, PictureWarning, UsageError
from mien.media.given import Picture, content_of, path_of
from mien.media.kinds.cut_off import lacks_its_end, read_rest
from mien.media.kinds.jpeg_markers import marked_as_ycck
from mien.media.kinds.not_looked_at import is_video
from mien.media.kinds.pages import page_places
from mien.media.kinds.raw_photo import RawPhoto, preview, raw_photo, stands_for
from mien.media.kinds.refusals import check_size, damaged, no_end, unidentified
from mien.media.kinds.tiff_directories import begins_like_tiff
from mien.media.kinds.tiff_kinds import kind_refused, misread, pages_of, tiff_refused
from mien.media.kinds.upright_rgb import (
    eight_bit_rgb,
    exif_focal,
    exif_orientation,
    upright_pixels,
)
from mien.media.pillow_settings import settings_for_reading
from mien.options import flag, whole_number
from mien.vision.detection.detector import check_image

Image = npt.NDArray[np.uint8]
"""Pixels as ``uint8 (H, W, 3)``, RGB, upright, contiguous."""

DEFAULT_MAX_PIXELS = 120_000_000
"""Holds the 108-megapixel photos of telephones; such a picture takes about 0.9 GB to read."""

_SUFFIXES = """
    .jpg .jpeg .jpe .jfif .mpo .png .apng .webp .gif .tif .tiff .bmp .dib .avif
    .jp2 .j2k .jpx .ppm .pgm .pbm .pnm
"""
IMAGE_SUFFIXES = frozenset(_SUFFIXES.split())
"""Suffixes of the formats that ``read_image`` reads, in lower case."""

HEIC_SUFFIXES = frozenset({".heic", ".heif", ".hif"})
"""Suffixes of iPhones' photos, which are read when the extra ``heic`` is installed."""

_PLUGINS = ("Jpeg", "Png", "WebP", "Gif", "Tiff", "Bmp", "Avif", "Jpeg2K", "Ppm")
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "DIB", "AVIF", "JPEG2000", "PPM", "HEIF")
_HEIC_READERS = ("pi_heif", "pillow_heif")
_LEAST_READ = 2
"""Of a picture that is cut off, one part of so many has to be there."""

_HEAD = 400
"""Bytes by which files are told that are no pictures."""

_OPEN_ERRORS = {
    errno.ENOENT: ("no such file", "check the spelling"),
    errno.ENOTDIR: ("no such file", "check the spelling"),
    errno.EISDIR: ("is a folder, not a picture", None),
    errno.EACCES: ("no permission to read it", "change its permissions, or run as its owner"),
    errno.EPERM: ("no permission to read it", "change its permissions, or run as its owner"),
    errno.ELOOP: ("is a link that leads back to itself", "remove the link"),
    errno.ENAMETOOLONG: ("its name is too long for this system", "rename it"),
}


def read_image(
    source: Picture,
    *,
    name: str | None = None,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    bgr: bool = False,
) -> Image:
    """Read a picture as upright RGB: the ``image`` of ``read_picture``.

    A picture whose end is missing is read as far as it goes, with a ``PictureWarning``.

    Reads JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF, JPEG 2000 and PNM, and HEIC when the extra ``heic``
    is installed; of an animation or a file of several pages the first picture. The EXIF orientation
    is applied, so that coordinates of results are those of the picture as people see it.

    - *Transparency* is laid on white, as a page or a browser shows it.
    - *More than 8 bits* (grey PNG and TIFF, integer or float) are scaled linearly, never clipped.
      White is 65535, or 4095 if no pixel is above it (cameras and microscopes store 12 bits in 16,
      which would be almost black otherwise); of floats 1, 255, 4095 or 65535, the first that holds
      the brightest pixel. Values outside all of these, and negative ones, are stretched from
      their minimum to their maximum; NaN and infinities count as black.
    - *CMYK* is converted by complement; JPEGs are taken to hold it inverted, as Adobe writes it and
      all readers expect, whether or not Adobe's marker is still there. *ICC profiles are ignored*:
      the models read grey levels, in which a profile makes less difference than the light in the
      room, and damaged profiles are common.

    Parameters
    ----------
    source : path, bytes, file object, PIL picture or array
        A file (a pipe is read to its end), the bytes of one or a data URI of them; a file object
        open for bytes, which is read from where it stands; a PIL picture of any mode; or an array
        ``uint8 (H, W, 3)``.
    name : str, optional
        What errors call the picture; the path by default.
    max_pixels : int
        Pictures with more pixels (width times height) are refused before they are decoded.
    bgr : bool
        That the channels of the array lie as OpenCV has them, blue first. Only for arrays.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        RGB, 0 to 255, C-contiguous; a new one that is writable, but an array that is so already is
        given back as it is. Safe to call from several threads at once.

    Raises
    ------
    ImageError
        If the file cannot be opened, is not a picture, is damaged or cut off, or is too large.
    UsageError
        If ``max_pixels`` is not positive, or ``source`` is something else: an array of another
        form, None, an address.
    """
    where = name or path_of(source) or "picture in memory"
    picture = read_picture(source, name=where, max_pixels=max_pixels, bgr=bgr)
    for note in picture.warnings:
        warnings.warn(f"{where}: {note}", PictureWarning, stacklevel=2)
    return picture.image


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """The pixels of a picture, and what there is to say of how they were come by.

    Attributes
    ----------
    image : ndarray of shape (H, W, 3), uint8
        As ``read_image`` gives it.
    incomplete : bool
        Whether the end of the file is missing, and with it rows or details of the picture.
    preview_of : str or None
        The kind of raw photo, ``"NEF"`` for one, whose preview it is.
    page, pages : int or None
        Which of the file's pictures it is, from 1, and how many there are; None for a single one.
    warnings : tuple of str
        What a user has to know, one clause each.
    exif_focal : float or None
        The focal length that EXIF states, in millimetres for 35 mm film.
    """

    image: Image
    incomplete: bool = False
    preview_of: str | None = None
    page: int | None = None
    pages: int | None = None
    warnings: tuple[str, ...] = ()
    exif_focal: float | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What of this a ``Frame`` carries, by the names of its fields."""
        names = ("incomplete", "preview_of", "page", "pages")
        return {name: getattr(self, name) for name in names}


def read_picture(
    source: Picture,
    *,
    name: str | None = None,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    bgr: bool = False,
    page: int = 1,
) -> ReadPicture:
    """Read a picture as ``read_image`` does, with what there is to say about it.

    Of several pictures in one file (pages of a TIFF, frames of an animation) the one with the
    number ``page``, from 1.

    Of a JPEG, PNG, GIF, BMP, PNM, WebP, JPEG 2000 or TIFF that is cut off, what is there is read if
    it is half of the rows or more; the others are grey.

    Raises
    ------
    ImageError, UsageError
        As for ``read_image``.
    """
    max_pixels = whole_number("the limit on pixels", max_pixels, least=1)
    page = whole_number("the page", page, least=1)
    content = content_of(source)
    if flag("bgr", bgr) and not isinstance(content, np.ndarray):
        raise UsageError("bgr is for arrays", hint="everything else is read as RGB without it")
    if isinstance(content, np.ndarray):
        if not check_image(content).size:
            raise UsageError(f"the image has no pixels: {content.shape}")
        return ReadPicture(np.ascontiguousarray(content[..., ::-1] if bgr else content))
    where = name or path_of(source) or "picture in memory"
    if isinstance(content, PillowImage.Image):
        return ReadPicture(_loaded(content, where, max_pixels))
    if isinstance(content, bytes):
        return _decode(io.BytesIO(content), where, max_pixels, page)
    return _read_file(content, where, max_pixels, page)


def _read_file(path: str, where: str, max_pixels: int, page: int) -> ReadPicture:
    try:
        with Path(path).open("rb") as file:
            kind = os.fstat(file.fileno()).st_mode
            if stat.S_ISREG(kind):
                return _decode(file, where, max_pixels, page)
            if stat.S_ISCHR(kind) or stat.S_ISBLK(kind):
                raise ImageError("is a device, not a picture", where=where)
            content = file.read()
    except (OSError, ValueError) as error:
        raise open_error(error, where) from error
    return _decode(io.BytesIO(content), where, max_pixels, page)


def open_error(error: OSError | ValueError, where: str) -> ImageError:
    """Say why a file or folder cannot be opened. ``ValueError`` comes of a NUL in its name."""
    if not isinstance(error, OSError):
        return ImageError("is not a possible file name", where=where)
    reason = error.strerror or type(error).__name__
    what, hint = _OPEN_ERRORS.get(error.errno or 0, (f"cannot be read ({reason})", None))
    return ImageError(what, where=where, hint=hint)


def reads_heic() -> bool:
    """Whether a library that reads HEIC photos is installed: the extra ``heic``."""
    return "HEIF" in readable_formats()


@functools.cache
def readable_formats() -> tuple[str, ...]:
    """The formats among ours that this build of Pillow knows, their plugins imported."""
    for plugin in _PLUGINS:
        # Pillow before 11.3 has no AVIF.
        if importlib.util.find_spec(f"PIL.{plugin}ImagePlugin"):
            importlib.import_module(f"PIL.{plugin}ImagePlugin")
    for reader in filter(importlib.util.find_spec, _HEIC_READERS):
        importlib.import_module(reader).register_heif_opener()
        break
    return tuple(name for name in _FORMATS if name in PillowImage.OPEN)


def _decode(stream: IO[bytes], where: str, max_pixels: int, page: int = 1) -> ReadPicture:
    """Decode a seekable stream; whatever Pillow raises comes out as an ``ImageError``."""
    head = stream.read(_HEAD)
    if not head:
        raise ImageError("the file is empty", where=where, hint="copy or download it again")
    raw = raw_photo(stream, head, where)
    if raw is not None:
        return _read_raw(stream, raw, where, max_pixels)
    stream.seek(0)
    try:
        with (
            settings_for_reading(max_pixels),
            PillowImage.open(stream, formats=readable_formats()) as image,
        ):
            if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
                stream.seek(0)
                marked = marked_as_ycck(stream.read())
                if marked is not None:
                    return _decode(io.BytesIO(marked), where, max_pixels)
                stream.seek(0)
            places = page_places(image, stream)
            if page > len(places):
                raise ImageError(f"has no page {page}, only {len(places)}", where=where)
            if image.format == "TIFF" and misread(shown := pages_of(stream)[places[page - 1]]):
                raise kind_refused(shown, where)
            if places[page - 1]:
                image.seek(places[page - 1])
            numbers = (page, len(places)) if len(places) > 1 else (None, None)
            try:
                pixels, focal = _upright_rgb(image, where, max_pixels), exif_focal(image)
                return ReadPicture(pixels, page=numbers[0], pages=numbers[1], exif_focal=focal)
            except OSError as error:
                if page > 1 or "truncated" not in str(error).lower():
                    raise
                return _cut_off(stream, where, max_pixels)
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        if head[4:8] == b"ftyp" and not is_video(head) and lacks_its_end(stream):
            raise no_end(where) from error
        if begins_like_tiff(head):
            raise tiff_refused(stream, where) from error
        raise unidentified(head, where, readable_formats()) from error
    except PillowImage.DecompressionBombError as error:
        found = re.search(r"\d+", str(error))
        check_size(int(found[0]) if found else max_pixels + 1, max_pixels, where)
        raise ImageError("has a part larger than the picture itself", where=where) from error
    except MemoryError as error:
        raise ImageError(
            "there is not enough memory to decode it", where=where, hint="scale it down first"
        ) from error
    except Exception as error:
        # Damaged files reach Pillow's plugins and their C libraries, which raise OSError,
        # SyntaxError, ValueError, struct.error, KeyError, ZeroDivisionError and others.
        if page == 1 and lacks_its_end(stream):
            return _cut_off(stream, where, max_pixels)
        if begins_like_tiff(head) and isinstance(error, ValueError):
            raise tiff_refused(stream, where) from error
        raise damaged(str(error).strip().rstrip(".") or type(error).__name__, where) from error


def _read_raw(stream: IO[bytes], raw: RawPhoto, where: str, max_pixels: int) -> ReadPicture:
    """The preview that a camera has put into its raw photo."""
    refusal = ImageError(
        f"is a camera's raw photo ({raw.kind}), without a preview that is large enough",
        where=where,
        hint="export it as JPEG",
    )
    content = preview(stream, raw)
    if content is None:
        stream.seek(0)
        content = stream.read()
    try:
        with (
            settings_for_reading(max_pixels),
            PillowImage.open(io.BytesIO(content), formats=readable_formats()) as image,
        ):
            if not stands_for(raw, *image.size):
                raise refusal
            pixels = _upright_rgb(image, where, max_pixels, orientation=raw.orientation)
    except ImageError:
        raise
    except Exception as error:  # As in ``_decode``.
        raise refusal from error
    note = f"is a camera's raw photo ({raw.kind}): read is the preview in it, "
    note += f"{pixels.shape[1]} × {pixels.shape[0]} pixels"
    return ReadPicture(pixels, preview_of=raw.kind, warnings=(note,))


def _cut_off(stream: IO[bytes], where: str, max_pixels: int) -> ReadPicture:
    """What is there of a picture whose end is missing."""
    stream.seek(0)
    try:
        with settings_for_reading(max_pixels):
            rest = read_rest(stream.read(), readable_formats())
    except Exception as error:  # As in ``_decode``.
        raise no_end(where) from error
    if rest is None:
        raise no_end(where)
    check_size(rest.image.shape[0] * rest.image.shape[1], max_pixels, where)
    if rest.rows * _LEAST_READ < rest.height:
        raise damaged("truncated", where)
    if rest.whole:
        return ReadPicture(rest.image)
    there = f"{rest.rows} of its {rest.height} rows are there"
    if rest.rows == rest.height:
        there = "all of it is there, but coarser"
    return ReadPicture(rest.image, incomplete=True, warnings=(f"is cut off: {there}",))


def _loaded(image: PillowImage.Image, where: str, max_pixels: int) -> Image:
    """The pixels of somebody's PIL picture, which stays as it is."""
    if not image.width or not image.height:
        raise UsageError(f"the PIL picture has no pixels: {image.width} × {image.height}")
    try:
        with settings_for_reading(max_pixels):
            return _upright_rgb(image, where, max_pixels)
    except ImageError:
        raise
    except Exception as error:  # As in ``_decode``; and its file may be closed by now.
        raise ImageError(
            f"the PIL picture cannot be loaded ({str(error).strip().rstrip('.')})",
            where=where,
            hint="its file may be damaged, or closed too early: give its path",
        ) from error


def _upright_rgb(
    image: PillowImage.Image, where: str, max_pixels: int, orientation: int = 1
) -> Image:
    """Upright pixels; ``orientation`` is for a picture that states none itself."""
    check_size(image.width * image.height, max_pixels, where)
    image.load()
    # After loading: Pillow turns TIFFs upright while it loads and then drops the tag.
    orientation = exif_orientation(image, 1 if image.format == "TIFF" else orientation)
    return upright_pixels(eight_bit_rgb(image), orientation)
