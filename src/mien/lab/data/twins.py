"""Pixel-identical images: which rows stand elsewhere as well."""

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
    return stands_among(data.images[rows], data.images[among])


def stands_among(images: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether each of ``images`` equals one of ``others`` in every pixel: ``(n,)`` bool."""
    seen = {image.tobytes() for image in others}
    return np.array([image.tobytes() in seen for image in images], dtype=np.bool_)


def twin_groups(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Number the images so that those equal in every pixel have the same number.

    Returns
    -------
    ndarray of shape (n,), int64
        Row of the first image that equals this one.
    """
    first: dict[bytes, int] = {}
    return np.array(
        [first.setdefault(image.tobytes(), row) for row, image in enumerate(images)],
        dtype=np.int64,
    )
