"""Pixel-identical images: which rows of one split stand in another as well."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.lab.data.faces import FaceData


def has_twin(
    data: FaceData, rows: NDArray[np.int64], among: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether each of ``rows`` has an image equal in every pixel among the rows ``among``.

    Returns
    -------
    ndarray of shape (len(rows),), bool
    """
    seen = {data.images[row].tobytes() for row in among}
    return np.array([data.images[row].tobytes() in seen for row in rows], dtype=np.bool_)
