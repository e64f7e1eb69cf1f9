"""95 % intervals by drawing participants anew (percentile bootstrap, clustered)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
_SEED = 20130101
_FEWEST = 0.5


@dataclass(frozen=True, slots=True)
class WithInterval:
    """A value and its interval.

    Attributes
    ----------
    value : float or None
        None where it is not defined, such as kappa where everybody always said the same.
    low, high : float or None
        95 %; None with one cluster, or where it is not defined in half of the draws.
    """

    value: float | None
    low: float | None
    high: float | None


def draws(clusters: int) -> NDArray[np.float64]:
    """How often each cluster is in each draw, ``float64 (RESAMPLES, clusters)``; the same always.

    With one cluster there is nothing to draw: no rows.
    """
    if clusters < 2:
        return np.zeros((0, clusters))
    chance = np.random.default_rng(_SEED)
    return chance.multinomial(clusters, np.full(clusters, 1 / clusters), RESAMPLES).astype(
        np.float64
    )


def estimate(
    sums: NDArray[np.float64],
    measure: Callable[[NDArray[np.float64]], float],
    drawn: NDArray[np.float64],
) -> WithInterval:
    """The measure of all clusters together, and its interval.

    Parameters
    ----------
    sums : ndarray of shape (clusters, ...), float64
        Of each cluster; their sum is what ``measure`` takes.
    measure : callable
    drawn : ndarray of shape (draws, clusters), float64
        From ``draws``.
    """
    value = measure(sums.sum(0))
    if not math.isfinite(value):
        return WithInterval(None, None, None)
    found = [measure(one) for one in np.tensordot(drawn, sums, 1)]
    defined = np.array([one for one in found if math.isfinite(one)])
    if len(defined) < max(1, _FEWEST * len(found)):
        return WithInterval(_rounded(value), None, None)
    low, high = np.percentile(defined, (2.5, 97.5))
    return WithInterval(_rounded(value), _rounded(float(low)), _rounded(float(high)))


def _rounded(value: float) -> float:
    return round(value, 4) + 0.0
