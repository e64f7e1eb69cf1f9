"""What is there of a picture whose end is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

GREY = 128
"""Level of what is not there."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What is there of a picture.

    Attributes
    ----------
    image : ndarray of shape (H, W, 3), uint8
        Upright RGB of the whole size, grey where nothing is.
    rows : int
        Rows that are there, of those of the picture as it is stored.
    height : int
        Rows that it should have.
    whole : bool
        Whether no pixel is missing, only what would have followed.
    """

    image: npt.NDArray[np.uint8]
    rows: int
    height: int
    whole: bool


def rows_alike(pictures: Sequence[npt.NDArray[np.uint8]]) -> int:
    """Rows from the top that are the same in all pictures, ``(H, W, …)``."""
    first, *others = pictures
    differs = np.zeros(len(first), bool)
    for other in others:
        differs |= (first != other).reshape(len(first), -1).any(axis=1)
    return int(differs.argmax()) if differs.any() else len(first)
