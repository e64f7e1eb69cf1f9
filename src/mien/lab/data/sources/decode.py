"""Encoded images to ones of one size, with the same bytes on every machine."""

from __future__ import annotations

import io
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from mien.errors import DataError
from mien.lab.data.faces import AS_FER2013, IMAGE_SIZE, ImageShape

Size = tuple[int, int]


def decode_image(
    source: Path | bytes, where: object, shape: ImageShape = AS_FER2013
) -> tuple[NDArray[np.uint8], Size]:
    """Decode an image of any format, size and colour that Pillow reads.

    Turned upright by its EXIF, made grey (ITU-R BT.601) unless colour is kept, resized by the mean
    over the area of each new pixel, or bilinearly where a side is shorter than what is kept. Pillow
    does this in whole numbers, so the result does not depend on the machine.

    Parameters
    ----------
    source : Path or bytes
        A file, or the bytes of one.
    where : object
        Named in errors.
    shape : ImageShape
        Size, and whether colour is kept: where it is, a grey image has three equal channels.

    Returns
    -------
    pixels : ndarray of shape (side, side) or (side, side, 3), uint8
    size : tuple of int
        Width and height in pixels before resizing.

    Raises
    ------
    DataError
        If it is not an image or cannot be decoded.
    """
    try:
        with (
            warnings.catch_warnings(),
            Image.open(source if isinstance(source, Path) else io.BytesIO(source)) as image,
        ):
            # A picture so large that Pillow warns is no face crop.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            found = _in_8_bits(ImageOps.exif_transpose(image)).convert(
                "RGB" if shape.colour else "L"
            )
    except UnidentifiedImageError as error:
        raise DataError(
            "not an image that Pillow can read", where=where, hint="remove it or repair it"
        ) from error
    except Exception as error:  # Pillow's decoders raise SyntaxError and others beside OSError
        raise DataError(f"its image cannot be decoded ({error})", where=where) from error
    size = found.size
    if size != (shape.side, shape.side):
        by_area = min(size) >= shape.side
        filter_ = Image.Resampling.BOX if by_area else Image.Resampling.BILINEAR
        found = found.resize((shape.side, shape.side), filter_)
    return np.asarray(found), size


def _in_8_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        # Pillow would cut off everything over 255.
        values = np.asarray(image).astype(np.uint32)
        return Image.fromarray(((values * 255 + 32767) // 65535).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError(f"mode {image.mode}: 32 bits a pixel, of unknown range")
    return image


def size_notes(sizes: Counter[Size], shape: ImageShape = AS_FER2013) -> tuple[str, ...]:
    """Say how many images were resized, and how many of them were small or not square."""
    side = shape.side
    resized = {size: n for size, n in sizes.items() if size != (side, side)}
    if not resized:
        return ()
    total, all_images = sum(resized.values()), sum(sizes.values())
    (width, height), _ = max(resized.items(), key=lambda item: (item[1], item[0]))
    notes = [
        f"{total:,} of {all_images:,} images were resized to {side}×{side} "
        f"(most of them from {width}×{height})"
    ]
    # Of 48 pixels nothing is said: FER2013's own size is what most sets are enlarged to.
    small = sum(n for size, n in resized.items() if min(size) < side)
    if small and side > IMAGE_SIZE:
        notes.append(f"{small:,} images are smaller than that and were enlarged")
    if bent := sum(n for (w, h), n in resized.items() if w != h):
        notes.append(
            f"{bent:,} images are not square and were squeezed; crop them to the face first"
        )
    return tuple(notes)
