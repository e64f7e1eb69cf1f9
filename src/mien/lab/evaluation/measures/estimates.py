"""Figures with their 95 % intervals, from resampled images or in closed form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

BOOTSTRAP_SAMPLES = 2000

_CHUNK = 4_000_000
"""Weights held in memory at a time: 32 MB."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval.

    Attributes
    ----------
    value : float or None
        None where it is not defined, as the recall of a class without images.
    low, high : float or None
        None where there is no value.
    """

    value: float | None
    low: float | None
    high: float | None


UNDEFINED = Estimate(None, None, None)
"""What has no value."""


def estimate(value: float, replicates: NDArray[np.float64]) -> Estimate:
    """A value with the 2.5 % and 97.5 % quantiles of its replicates (Efron 1979).

    Replicates that are not a number are left out; a value that is none is ``UNDEFINED``.
    """
    known = replicates[~np.isnan(replicates)]
    if np.isnan(value) or not len(known):
        return UNDEFINED
    low, high = np.quantile(known, [0.025, 0.975])
    return Estimate(float(value), float(low), float(high))


def centred_estimate(value: float, replicates: NDArray[np.float64]) -> Estimate:
    """Like ``estimate``, for a mean of absolute gaps, which resampling makes larger.

    The quantiles are moved by what the replicates exceed the value on average, and cut at 0.
    """
    excess = replicates.mean() - value
    return estimate(value, np.maximum(replicates - excess, 0))


def share(hits: int, of: int) -> Estimate:
    """A share of independent images with Wilson's score interval (Wilson 1927).

    It is sensible near 0 and 1 too, where resampling always gives the same. ``UNDEFINED`` of no
    images.
    """
    if not of:
        return UNDEFINED
    found = binomtest(hits, of).proportion_ci(0.95, method="wilson")
    return Estimate(hits / of, float(found.low), float(found.high))


def resampled_weights(
    images: int, *, samples: int = BOOTSTRAP_SAMPLES, seed: int = 0
) -> Iterator[NDArray[np.float64]]:
    """How often each image is drawn when as many are drawn with replacement.

    Yields
    ------
    ndarray of shape (some samples, images), float64
        Rows sum to ``images``. Together ``samples`` rows.
    """
    rng = np.random.default_rng(seed)
    each = max(1, _CHUNK // images)
    for start in range(0, samples, each):
        count = min(each, samples - start)
        drawn = rng.integers(0, images, (count, images))
        drawn += images * np.arange(count)[:, None]
        found = np.bincount(drawn.ravel(), minlength=count * images)
        yield found.reshape(count, images).astype(np.float64)


def resampled_means(
    values: NDArray[np.float64], *, samples: int = BOOTSTRAP_SAMPLES, seed: int = 0
) -> NDArray[np.float64]:
    """Means over resampled images: ``(images, columns)`` to ``(samples, columns)``."""
    parts = resampled_weights(len(values), samples=samples, seed=seed)
    return np.concatenate([weights @ values for weights in parts]) / len(values)
