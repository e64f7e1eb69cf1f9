"""Images that show nothing: of one grey value, nearly so, or mostly so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.lab.data.audit.intensity import deviations, means
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.result_files import rounded

NEARLY_BLANK_DEVIATION = 5.0
"""Grey values: below this standard deviation an image is nearly blank.

In FER2013 two images lie between 0 and 5, neither a face; the next, at 9, is a dark face.
"""

MOSTLY_SHARE = 0.5
"""From this share of its pixels of one grey value on, an image is mostly one value.

In FER2013 these are placeholders ("no longer available", a warning sign) and a drawing; faces
before black begin below it.
"""

BLANK, NEARLY, MOSTLY = KINDS = ("blank", "nearly blank", "mostly one value")
"""Kinds of blank images, the emptiest first; an image is of the first kind that it fits."""


@dataclass(frozen=True)
class Blank:
    """An image that shows little or nothing.

    Attributes
    ----------
    row : int
        Position in the data set, from 0.
    split, label : str
    kind : str
        Of ``KINDS``.
    mean, deviation : float
        Of its grey values, 0 to 255.
    grey_values : int
        How many different ones.
    commonest_share : float
        Share of the pixels that have the commonest grey value.
    """

    row: int
    split: str
    label: str
    kind: str
    mean: float
    deviation: float
    grey_values: int
    commonest_share: float

    def to_dict(self) -> dict[str, Any]:
        """Plain types."""
        return rounded(self)


def find_blanks(data: FaceData, histogram: NDArray[np.int32]) -> tuple[Blank, ...]:
    """The blank images by kind, each kind in row order.

    Parameters
    ----------
    histogram : ndarray of shape (n, 256), int32
        Of ``intensity.histograms(data.images)``.
    """
    deviation, mean = deviations(histogram), means(histogram)
    values = np.count_nonzero(histogram, axis=1)
    commonest = histogram.max(axis=1) / histogram.sum(axis=1)
    kinds = np.select(
        [values == 1, deviation < NEARLY_BLANK_DEVIATION, commonest >= MOSTLY_SHARE],
        [0, 1, 2],
        len(KINDS),
    )
    found = np.flatnonzero(kinds < len(KINDS))
    return tuple(
        Blank(
            row=int(row),
            split=SPLITS[data.splits[row]],
            label=data.label_set.labels[data.labels[row]],
            kind=KINDS[kinds[row]],
            mean=float(mean[row]),
            deviation=float(deviation[row]),
            grey_values=int(values[row]),
            commonest_share=float(commonest[row]),
        )
        for row in found[np.argsort(kinds[found], kind="stable")]
    )


def has_contrast(histogram: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether an image is neither blank nor nearly so: ``(n, 256)`` to ``(n,)``."""
    return deviations(histogram) >= NEARLY_BLANK_DEVIATION
