"""The picture of a frame, found again when it is asked for, without being kept in memory."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from mien.errors import ImageError, UsageError
from mien.media.given import path_of
from mien.media.image import Image, read_picture


class HeldPicture:
    """Where the pixels of a frame can be had again.

    A file is read again. An array or a PIL picture is looked at as long as the program itself has
    it. Of bytes and file objects nothing is left, unless ``pixels`` are kept.

    Parameters
    ----------
    source : object
        What was read.
    bgr : bool
        Whether it is an array with blue first.
    pixels : ndarray of shape (H, W, 3), uint8, optional
        Kept, and pickled along.
    """

    __slots__ = ("_bgr", "_path", "_pixels", "_weak")

    def __init__(self, source: object, *, bgr: bool, pixels: Image | None) -> None:
        self._pixels = pixels
        self._bgr = bgr
        self._path = path_of(source)
        held = isinstance(source, (np.ndarray, PillowImage.Image))
        self._weak: weakref.ref[Any] | None = weakref.ref(source) if held else None

    def read(self, width: int, height: int) -> Image:
        """The upright pixels of a frame of this size.

        Raises
        ------
        UsageError
            If the picture is not there any more, or is another one by now.
        """
        pixels = self._read()
        if pixels is None:
            raise UsageError(
                "the picture is not there any more",
                hint="read it with keep_pixels=True, or draw yourself: mien.annotate(image, frame)",
            )
        if pixels.shape[:2] != (height, width):
            raise UsageError(
                f"the picture has {pixels.shape[1]} × {pixels.shape[0]} pixels now, "
                f"it had {width} × {height} when it was read",
                where=self._path,
            )
        return pixels

    def _read(self) -> Image | None:
        if self._pixels is not None:
            return self._pixels
        source = None if self._weak is None else self._weak()
        if source is None:
            source = self._path
        try:
            return None if source is None else read_picture(source, bgr=self._bgr).image
        except ImageError:
            return None

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self._path, "pixels": self._pixels}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._path, self._pixels = state["path"], state["pixels"]
        self._bgr, self._weak = False, None
