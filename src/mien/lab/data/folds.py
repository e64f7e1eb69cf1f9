"""Parts of a data set for cross-fitting: what one network has not seen, it can speak about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def folds_of(images: NDArray[np.uint8], folds: int) -> NDArray[np.int64]:
    """Number of the part that each image belongs to, from 0 to ``folds`` - 1.

    By a hash of its pixels: copies of an image are always in the same part, and an image stays in
    it whatever else the data set holds. The parts are about, not exactly, equally large.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, side, side, 3), uint8
    folds : int
        At least 1.

    Returns
    -------
    ndarray of shape (n,), int64
    """
    return np.fromiter((first % folds for first, _ in _numbers_of(images)), dtype=np.int64)


def in_share(images: NDArray[np.uint8], share: float) -> NDArray[np.bool_]:
    """Which images belong to a share of a data set.

    By a hash of the pixels that says nothing about ``folds_of``: a smaller share lies within a
    larger one, copies of an image are together, and the share is about, not exactly, as large.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, side, side, 3), uint8
    share : float
        Above 0, at most 1: all.

    Returns
    -------
    ndarray of shape (n,), bool
    """
    return np.fromiter((second < share * _MOST for _, second in _numbers_of(images)), dtype=bool)


_MOST = 2**64


def _numbers_of(images: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    for image in images:
        digest = hashlib.sha256(image.tobytes()).digest()
        yield int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")
