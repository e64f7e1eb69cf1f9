"""Grey values: a histogram of each image, and figures by split and class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.lab.data.audit.counts import ALL
from mien.lab.data.faces import SPLITS, FaceData, to_grey
from mien.lab.result_files import rounded

LEVELS = 256
"""Grey values of an 8-bit image: 0 (black) to 255 (white)."""

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)

_VALUES = np.arange(LEVELS, dtype=np.float64)
_BLOCK = 2048


@dataclass(frozen=True)
class Intensity:
    """Grey values of the images of one split and one label, 0 (black) to 255 (white).

    Attributes
    ----------
    split, label : str
        ``ALL`` for all splits or labels.
    images : int
    mean, deviation : float
        Over all pixels of these images.
    brightness_deviation : float
        Standard deviation, over the images, of each one's mean.
    contrast : float
        Mean, over the images, of the standard deviation inside each one.
    black_share, white_share : float
        Share of the pixels that are 0 or 255, where the light may have been clipped.
    percentiles : dict of str to int
        Of all pixels: keys "1", "5", "25", "50", "75", "95", "99".
    """

    split: str
    label: str
    images: int
    mean: float
    deviation: float
    brightness_deviation: float
    contrast: float
    black_share: float
    white_share: float
    percentiles: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Plain types."""
        return rounded(self)


def histograms(images: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Pixels of each grey value in each image, made grey where it has colour.

    Parameters
    ----------
    images : ndarray of shape (n, h, w) or (n, h, w, 3), uint8

    Returns
    -------
    ndarray of shape (n, 256), int32
    """
    found = np.empty((len(images), LEVELS), dtype=np.int32)
    for start in range(0, len(images), _BLOCK):
        part = images[start : start + _BLOCK]
        grey = to_grey(part) if part.ndim == 4 else part
        block = grey.reshape(len(part), -1)
        cells = block + LEVELS * np.arange(len(block))[:, None]
        counts = np.bincount(cells.ravel(), minlength=LEVELS * len(block))
        found[start : start + len(block)] = counts.reshape(-1, LEVELS)
    return found


def means(histogram: NDArray[np.int32]) -> NDArray[np.float64]:
    """Mean grey value of each image from its histogram: ``(n, 256)`` to ``(n,)``."""
    found: NDArray[np.float64] = histogram @ _VALUES / histogram.sum(axis=1)
    return found


def deviations(histogram: NDArray[np.int32]) -> NDArray[np.float64]:
    """Standard deviation inside each image from its histogram: ``(n, 256)`` to ``(n,)``."""
    variance = histogram @ _VALUES**2 / histogram.sum(axis=1) - means(histogram) ** 2
    found: NDArray[np.float64] = np.sqrt(np.maximum(variance, 0))
    return found


def intensities(data: FaceData, histogram: NDArray[np.int32]) -> tuple[Intensity, ...]:
    """Figures for every split and label that have images, ``ALL`` included, splits first.

    Parameters
    ----------
    histogram : ndarray of shape (n, 256), int32
        Of ``histograms(data.images)``.
    """
    image_means, image_deviations = means(histogram), deviations(histogram)
    found = []
    for split in (*SPLITS, ALL):
        in_split = np.full(len(data), True) if split == ALL else data.splits == SPLITS.index(split)
        for number, label in enumerate((*data.label_set.labels, ALL)):
            rows = np.flatnonzero(in_split if label == ALL else in_split & (data.labels == number))
            if len(rows):
                total = histogram[rows].sum(axis=0, dtype=np.int64)
                found.append(
                    _intensity(split, label, total, image_means[rows], image_deviations[rows])
                )
    return tuple(found)


def _intensity(
    split: str,
    label: str,
    total: NDArray[np.int64],
    image_means: NDArray[np.float64],
    image_deviations: NDArray[np.float64],
) -> Intensity:
    pixels = int(total.sum())
    values = np.arange(LEVELS)
    mean = float(total @ values / pixels)
    cumulated = np.cumsum(total)
    # The smallest value that at least so many per cent of the pixels do not exceed.
    at = np.searchsorted(cumulated, [percent * pixels / 100 for percent in PERCENTILES])
    return Intensity(
        split=split,
        label=label,
        images=len(image_means),
        mean=mean,
        deviation=float(np.sqrt(total @ (values - mean) ** 2 / pixels)),
        brightness_deviation=float(image_means.std()),
        contrast=float(image_deviations.mean()),
        black_share=float(total[0] / pixels),
        white_share=float(total[-1] / pixels),
        percentiles={str(key): int(value) for key, value in zip(PERCENTILES, at, strict=True)},
    )
