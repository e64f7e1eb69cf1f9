"""``FaceData``: one checked data set in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.emotions import LabelSet
from mien.errors import DataError

SPLITS = ("Training", "PublicTest", "PrivateTest")
"""Names of the splits; ``FaceData.splits`` holds positions in this tuple."""

IMAGE_SIZE = 48
"""Height and width in pixels of a FER2013 image, and of what is imported unless asked otherwise."""

LEAST_SIDE, MOST_SIDE = 32, 512
"""Pixels a side that a data set can be imported at."""

_BLOCK = 1024


@dataclass(frozen=True)
class ImageShape:
    """What an image is: ``side`` × ``side`` pixels, grey or RGB."""

    side: int = IMAGE_SIZE
    colour: bool = False

    def of(self, count: int) -> tuple[int, ...]:
        """Shape of the array of so many: ``(count, side, side)`` or ``(count, side, side, 3)``."""
        return (count, self.side, self.side, *((3,) if self.colour else ()))

    def __str__(self) -> str:
        return f"{self.side}×{self.side} {'colour' if self.colour else 'grey'}"


AS_FER2013 = ImageShape()

_HINTS = {
    "Training": "it can be evaluated on, but not trained on",
    "PublicTest": "import it again with a share of Training held out: --holdout 0.1",
}


@dataclass(frozen=True)
class FaceData:
    """Labelled face images.

    Attributes
    ----------
    name : str
    images : ndarray of shape (n, side, side) or (n, side, side, 3), uint8
        Grey, or RGB.
    labels : ndarray of shape (n,), uint8
        Positions in ``label_set.labels``.
    splits : ndarray of shape (n,), uint8
        Positions in ``SPLITS``.
    label_set : LabelSet
    votes : ndarray of shape (n, 10), uint8, or None
        FER+ votes in the order of ``mien.lab.data.ferplus.VOTE_COLUMNS``.
    notes : tuple of str
        What was decided when the set was imported, a sentence each: what a reader of its figures
        has to know.
    fitted_from : str
        SHA-256 of the set whose images these are, reduced or made grey; empty for a set as it was
        imported.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    splits: NDArray[np.uint8]
    label_set: LabelSet
    votes: NDArray[np.uint8] | None = None
    notes: tuple[str, ...] = ()
    fitted_from: str = ""

    def __post_init__(self) -> None:
        count = len(self.images)
        check_image_shape(self.images)
        if self.labels.shape != (count,) or self.splits.shape != (count,):
            raise DataError("images, labels and splits differ in length", where=self.name)
        if self.votes is not None and self.votes.shape != (count, 10):
            raise DataError(f"votes have shape {self.votes.shape}, expected ({count}, 10)")

    def __len__(self) -> int:
        return len(self.images)

    @property
    def image_shape(self) -> ImageShape:
        """Size and colour of each image."""
        return ImageShape(self.images.shape[1], self.images.ndim == 4)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over pixels, labels and splits in row order; without votes or file format.

        That of ``fitted_from`` where there is one: it is the same data set, seen more coarsely.
        """
        if self.fitted_from:
            return self.fitted_from
        digest = hashlib.sha256()
        for array in (self.images, self.labels, self.splits):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    @cached_property
    def votes_sha256(self) -> str:
        """SHA-256 of the votes, which ``sha256`` leaves out; empty without votes."""
        if self.votes is None:
            return ""
        return hashlib.sha256(np.ascontiguousarray(self.votes).data).hexdigest()

    def take(self, rows: NDArray[np.int64]) -> FaceData:
        """The data set of these rows only, in the order given."""
        return replace(
            self,
            images=self.images[rows],
            labels=self.labels[rows],
            splits=self.splits[rows],
            votes=None if self.votes is None else self.votes[rows],
            fitted_from="",
        )

    def fitted(self, shape: ImageShape) -> FaceData:
        """The same images in another size, in colour or not.

        They can lose colour and pixels, but not gain any. A note says what was done; ``sha256``
        stays.

        Raises
        ------
        DataError
            If the images are smaller than asked for, or grey where colour is.
        """
        own, side = self.image_shape, shape.side
        again = f"import it again with --size {side}{' --colour' if shape.colour else ''}"
        if side > own.side:
            raise DataError(
                f"its images have {own.side}×{own.side} pixels, {side}×{side} are asked for",
                where=self.name,
                hint=again,
            )
        if shape.colour and not own.colour:
            raise DataError(
                "its images are grey, colour is asked for",
                where=self.name,
                hint=again,
            )
        if shape == own:
            return self
        images, done = self.images, []
        if own.colour and not shape.colour:
            images = to_grey(images)
            done.append("made grey")
        if side < own.side:
            images = reduced(images, side)
            done.append(f"reduced from {own.side}×{own.side} to {side}×{side} pixels")
        note = f"its images were {' and '.join(done)}"
        return replace(self, images=images, notes=(*self.notes, note), fitted_from=self.sha256)

    def rows(self, split: str) -> NDArray[np.int64]:
        """Row numbers of a split, ascending.

        Raises
        ------
        DataError
            If the split is unknown or has no rows.
        """
        if split not in SPLITS:
            raise DataError(
                f"no split {split!r}", where=self.name, hint=f"one of {', '.join(SPLITS)}"
            )
        found = np.flatnonzero(self.splits == SPLITS.index(split))
        if not len(found):
            raise DataError(f"split {split} has no rows", where=self.name, hint=_HINTS.get(split))
        return found


def check_image_shape(images: NDArray[np.uint8]) -> None:
    """Raise ``DataError`` unless images are ``(n, side, side)`` or ``(n, side, side, 3)``."""
    shape = images.shape
    if len(shape) not in (3, 4) or shape[1] != shape[2] or shape[3:] not in ((), (3,)):
        raise DataError(f"images have shape {shape}, expected (n, side, side[, 3])")


def to_grey(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """ITU-R BT.601 luma in whole numbers, as Pillow has it: ``(..., 3)`` to ``(...)``, uint8."""
    grey = np.empty(images.shape[:-1], np.uint8)
    for start in range(0, len(images), _BLOCK):
        block = images[start : start + _BLOCK].astype(np.uint32)
        weighed = block @ np.array([19595, 38470, 7471], np.uint32)
        grey[start : start + _BLOCK] = (weighed + 0x8000) >> 16
    return grey


def reduced(images: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Each new pixel the mean of the area that it covers, in whole numbers, as at import.

    ``(n, h, w)`` or ``(n, h, w, 3)`` uint8 to ``(n, side, side[, 3])``.
    """
    small = np.empty((len(images), side, side, *images.shape[3:]), np.uint8)
    for at, image in enumerate(images):
        small[at] = Image.fromarray(image).resize((side, side), Image.Resampling.BOX)
    return small
