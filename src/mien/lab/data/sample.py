"""Images drawn at random to be looked at, the same ones every time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.lab.data.faces import FaceData

SHEET_IMAGES = 24


def sample_rows(data: FaceData, label: str, count: int = SHEET_IMAGES) -> NDArray[np.int64]:
    """Rows of a label drawn at random, the same ones every time, ascending.

    Returns
    -------
    ndarray of shape (up to count,), int64
    """
    rows = np.flatnonzero(data.labels == data.label_set.index(label))
    chosen = np.random.default_rng(0).permutation(rows)[:count]
    return np.sort(chosen)
