"""What is usual for one person: robust, adjusted for conditions, and made of the past alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

LEAST = 14
"""Check-ins that a baseline needs."""

_HUBER = 1.345
"""Residuals beyond so many spreads count less (Huber 1964; 95 % efficiency for normal ones)."""

_ROUNDS = 4

_RIDGE = 5.0
"""Pull of each condition's effect towards none, in check-ins: few of them adjust little."""

_FURTHEST = 2.5
"""Conditions are not extrapolated further than this many of their spreads."""

_USUAL_PERSISTENCE, _PERSISTENCE_WEIGHT = 0.3, 15.0
"""How alike two neighbouring days are before anything is known, and worth how many pairs."""

_NEIGHBOURS = 3.0
"""Days between two check-ins whose likeness tells of persistence."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """One variable's usual course.

    Attributes
    ----------
    effects : ndarray of shape (1 + k,), float64
        The usual value under middling conditions, and the effect of each condition by its spread.
    middle, spread : ndarray of shape (k,), float64
        Of the conditions.
    scale : float
        Robust standard deviation of what conditions do not explain.
    persistence : float
        Correlation of two neighbouring days, 0 to 0.9.
    count : int
        Check-ins that it is made of.
    """

    effects: Values
    middle: Values
    spread: Values
    scale: float
    persistence: float
    count: int

    @property
    def usual(self) -> float:
        """The value under middling conditions."""
        return float(self.effects[0])

    @property
    def variance(self) -> float:
        """Of ``usual`` in squares of ``scale``, given that neighbouring days are alike."""
        alike = (1 + self.persistence) / (1 - self.persistence)
        return float(min(1.0, alike * len(self.effects) ** 0.5 / self.count))

    def expected(self, conditions: Values) -> Values:
        """The usual value under ``conditions`` ``(n, k)``: ``(n,)``."""
        return _design(conditions, self.middle, self.spread) @ self.effects

    def standardise(self, values: Values, conditions: Values) -> Values:
        """Differences from the usual in ``scale``, cut off at ±3; NaN stays NaN."""
        return np.clip((values - self.expected(conditions)) / self.scale, -3, 3)


def fit_baseline(
    days: Values, values: Values, conditions: Values, least_scale: float
) -> Baseline | None:
    """Fit what is usual by a ridge regression on conditions with Huber's weights.

    Parameters
    ----------
    days : ndarray of shape (n,), float64
        Ascending.
    values : ndarray of shape (n,), float64
        NaN where there is none.
    conditions : ndarray of shape (n, k), float64
        NaN where unknown: taken as middling.
    least_scale : float
        The scale is at least this: what the measure can tell at all.

    Returns
    -------
    Baseline or None
        None with fewer than ``LEAST`` values.
    """
    there = np.isfinite(values)
    if there.sum() < LEAST:
        return None
    days, values, conditions = days[there], values[there], conditions[there]
    middle, spread = _middle_and_spread(conditions)
    design = _design(conditions, middle, spread)
    pull = np.diag([0.0] + [_RIDGE] * conditions.shape[1])
    weights: Values = np.ones(len(values))
    effects: Values = np.zeros(design.shape[1])
    scale = least_scale
    used = float(np.trace(np.linalg.solve(design.T @ design + pull, design.T @ design)))
    for _ in range(_ROUNDS):
        weighed = design * weights[:, None]
        effects = np.asarray(np.linalg.solve(design.T @ weighed + pull, weighed.T @ values))
        left = values - design @ effects
        # The median of few absolute residuals is too small, and so is what a fit leaves.
        scale = 1.4826 * float(np.median(np.abs(left))) * (len(left) / (len(left) - used)) ** 0.5
        scale = max(scale, 0.7 * float(left.std()), least_scale)
        weights = _HUBER / np.maximum(np.abs(left) / scale, _HUBER)
    left = np.clip((values - design @ effects) / scale, -3, 3)
    return Baseline(effects, middle, spread, scale, _persistence(days, left), len(values))


def _middle_and_spread(conditions: Values) -> tuple[Values, Values]:
    if not conditions.shape[1]:
        return np.zeros(0), np.ones(0)
    known = np.where(np.isfinite(conditions).any(axis=0), conditions, 0.0)
    middle: Values = np.nanmedian(known, axis=0)
    spread: Values = np.nanstd(known, axis=0)
    return middle, np.where(spread > 1e-6, spread, np.inf)


def _design(conditions: Values, middle: Values, spread: Values) -> Values:
    away = np.nan_to_num((conditions - middle) / spread, nan=0.0)
    return np.column_stack([np.ones(len(conditions)), np.clip(away, -_FURTHEST, _FURTHEST)])


def _persistence(days: Values, left: Values) -> float:
    near = np.diff(days) <= _NEIGHBOURS
    together = float((left[1:] * left[:-1])[near].sum())
    size = float(((left[1:] ** 2 + left[:-1] ** 2) / 2)[near].sum())
    prior = _PERSISTENCE_WEIGHT
    found = (together + prior * _USUAL_PERSISTENCE) / (size + prior)
    return float(np.clip(found, 0.0, 0.9))
