"""What training draws from: Training images, and what balancing adds to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mien.errors import DataError
from mien.lab.data.faces import FaceData, check_image_shape
from mien.lab.data.folds import folds_of, in_share
from mien.lab.data.twins import has_twin

SYNTHETIC = -1
"""What ``Pool.sources`` holds for an image that is in no data set."""


@dataclass(frozen=True)
class Pool:
    """Images for training, after balancing.

    Attributes
    ----------
    images : ndarray of shape (m, side, side) or (m, side, side, 3), uint8
    labels : ndarray of shape (m,), int64
        Positions in the data set's ``label_set.labels``.
    sources : ndarray of shape (m,), int64
        Row of the data set that each image is (a copy of); ``SYNTHETIC`` for one made by SMOTE.
    augmented : ndarray of shape (m,), bool
        Whether the recipe's augmentation applies to the image. Only balancing by augmentation
        spares some: the originals.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    sources: NDArray[np.int64]
    augmented: NDArray[np.bool_]

    def __post_init__(self) -> None:
        count = len(self.images)
        check_image_shape(self.images)
        if not self.labels.shape == self.sources.shape == self.augmented.shape == (count,):
            raise DataError("a pool's images, labels, sources and marks differ in length")

    def __len__(self) -> int:
        return len(self.images)


def training_rows(
    data: FaceData,
    twins: Literal["drop", "keep"],
    folds: int = 1,
    without_fold: int = 0,
    share: float = 1,
) -> NDArray[np.int64]:
    """Row numbers of the Training split, ascending.

    Parameters
    ----------
    twins : {"drop", "keep"}
        ``drop`` leaves out the rows whose image equals one of PublicTest or PrivateTest in every
        pixel. FER2013 has such pairs: a network that has seen one of them has seen the answer.
    folds, without_fold : int
        Leave out one of so many parts, see ``folds_of``; with 1, none.
    share : float
        Of what is left: see ``in_share``.

    Raises
    ------
    DataError
        If the split has no rows, none that is no twin, or none outside the fold or in the share.
    """
    rows = data.rows("Training")
    if folds > 1:
        rows = rows[folds_of(data.images[rows], folds) != without_fold]
        if not len(rows):
            raise DataError(
                f"no Training image is outside fold {without_fold} of {folds}",
                where=data.name,
                hint="take more folds, or more images",
            )
    if share < 1:
        rows = rows[in_share(data.images[rows], share)]
        if not len(rows):
            raise DataError(
                f"no Training image is in a share of {share:g}",
                where=data.name,
                hint="take a larger share, or more images",
            )
    if twins == "keep":
        return rows
    held_out = np.setdiff1d(np.arange(len(data)), data.rows("Training"))
    kept = rows[~has_twin(data, rows, held_out)]
    if not len(kept):
        raise DataError(
            f"all {len(rows)} Training images stand in PublicTest or PrivateTest as well",
            where=data.name,
            hint="import the data with its own splits, or train with data.twins=keep",
        )
    return kept
