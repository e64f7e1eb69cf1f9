"""Parts of a data set for cross-fitting: what one network has not seen, it can speak about."""

from __future__ import annotations

import hashlib

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
    digests = (hashlib.sha256(image.tobytes()).digest() for image in images)
    return np.fromiter((int.from_bytes(d[:8], "big") % folds for d in digests), dtype=np.int64)
