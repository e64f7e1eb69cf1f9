"""``FaceData``: one checked data set in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mien.emotions import LabelSet
from mien.errors import DataError

SPLITS = ("Training", "PublicTest", "PrivateTest")
"""Names of the splits; ``FaceData.splits`` holds positions in this tuple."""

IMAGE_SIZE = 48
"""Height and width in pixels of a FER2013 image."""

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
    images : ndarray of shape (n, 48, 48), uint8
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
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    splits: NDArray[np.uint8]
    label_set: LabelSet
    votes: NDArray[np.uint8] | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.images)
        if self.images.shape != (count, IMAGE_SIZE, IMAGE_SIZE):
            raise DataError(f"images have shape {self.images.shape}, expected (n, 48, 48)")
        if self.labels.shape != (count,) or self.splits.shape != (count,):
            raise DataError("images, labels and splits differ in length", where=self.name)
        if self.votes is not None and self.votes.shape != (count, 10):
            raise DataError(f"votes have shape {self.votes.shape}, expected ({count}, 10)")

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over pixels, labels and splits in row order; without votes or file format."""
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
        )

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
