"""Coefficients of agreement, each a function of sums over the units.

Sums of clusters can be added, which is what the bootstrap does thousands of times.

Sources: Cohen (1960, 1968); Shrout and Fleiss (1979); Krippendorff, *Content Analysis*, chapter 12.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Places = NDArray[np.int64]


def confusion(first: Places, second: Places, labels: int) -> Values:
    """How often each pair of labels was given.

    Parameters
    ----------
    first, second : ndarray of shape (n,), int64
        Positions among the labels; a unit with a negative one is left out.
    labels : int

    Returns
    -------
    ndarray of shape (labels, labels), float64
        Rows are the first's.
    """
    both = (first >= 0) & (second >= 0)
    flat = np.bincount(first[both] * labels + second[both], minlength=labels * labels)
    return flat.reshape(labels, labels).astype(np.float64)


def observed(counts: Values) -> float:
    """Share of the units on which both agree, 0 to 1; NaN of none."""
    total = counts.sum()
    return float(np.trace(counts) / total) if total else float("nan")


def kappa(counts: Values, weights: Values | None = None) -> float:
    """Cohen's kappa; NaN where chance alone would agree always.

    Parameters
    ----------
    counts : ndarray of shape (labels, labels), float64
        From ``confusion``.
    weights : ndarray of shape (labels, labels), float64, optional
        How far two labels are apart, 0 on the diagonal; None: all as far.
    """
    total = counts.sum()
    if not total:
        return float("nan")
    apart = 1 - np.eye(len(counts)) if weights is None else weights
    by_chance = np.outer(counts.sum(1), counts.sum(0)) / total
    expected = float((apart * by_chance).sum())
    return 1 - float((apart * counts).sum()) / expected if expected > 0 else float("nan")


def one_against_rest(counts: Values, label: int) -> Values:
    """The 2 × 2 table of a label, ``[[both, first only], [second only, neither]]``."""
    both = counts[label, label]
    first, second = counts[label].sum() - both, counts[:, label].sum() - both
    return np.array([[both, first], [second, counts.sum() - both - first - second]])


def coincidences(said: Places, labels: int) -> Values:
    """Krippendorff's coincidence matrix.

    Parameters
    ----------
    said : ndarray of shape (raters, n), int64
        Positions among the labels; negative ones are left out, and units with one label only.
    labels : int

    Returns
    -------
    ndarray of shape (labels, labels), float64
    """
    places = np.arange(labels)[:, None, None]
    each: Values = (said[None] == places).sum(1).astype(np.float64)
    given = each.sum(0)
    each, given = each[:, given > 1], given[given > 1]
    weighted = each / (given - 1)
    matrix: Values = weighted @ each.T - np.diag(weighted.sum(1))
    return matrix


def alpha_nominal(matrix: Values) -> float:
    """Krippendorff's alpha of a coincidence matrix; NaN where only one label was ever given."""
    each = matrix.sum(1)
    total = float(each.sum())
    expected = float(total**2 - (each**2).sum())
    if expected <= 0:
        return float("nan")
    return 1 - (total - 1) * float(matrix.sum() - np.trace(matrix)) / expected


def interval_sums(values: Values) -> Values:
    """Sums for ``alpha_interval``.

    Parameters
    ----------
    values : ndarray of shape (raters, n), float64
        NaN where there is none; units with one value only are left out.

    Returns
    -------
    ndarray of shape (4,), float64
        Differences inside units, number of values, their sum and that of their squares.
    """
    given = np.isfinite(values).sum(0)
    values, given = values[:, given > 1], given[given > 1]
    sums, squares = np.nansum(values, 0), np.nansum(values**2, 0)
    inside = 2 * (given * squares - sums**2) / np.maximum(given - 1, 1)
    return np.array([inside.sum(), given.sum(), sums.sum(), squares.sum()])


def alpha_interval(sums: Values) -> float:
    """Krippendorff's alpha with squared differences; NaN where all values are one."""
    inside, number, total, squares = (float(each) for each in sums)
    expected = 2 * (number * squares - total**2)
    if number < 2 or expected <= 1e-12 * max(1.0, number * squares):
        return float("nan")
    return 1 - (number - 1) * inside / expected


def variance_sums(values: Values) -> Values:
    """Sums for ``icc``, over the units for which every rater has a value.

    Parameters
    ----------
    values : ndarray of shape (raters, n), float64

    Returns
    -------
    ndarray of shape (3 + raters,), float64
        Number of units, squares of the units' means, squares of all, and each rater's sum.
    """
    whole = values[:, np.isfinite(values).all(0)]
    means = whole.mean(0) if whole.size else np.zeros(0)
    return np.array([whole.shape[1], (means**2).sum(), (whole**2).sum(), *whole.sum(1)])


def icc(sums: Values, *, mean: bool = False) -> float:
    """ICC(2,1): two-way random effects, absolute agreement, of one rater.

    Parameters
    ----------
    sums : ndarray of shape (3 + raters,), float64
        From ``variance_sums``.
    mean : bool
        Of the mean of all raters instead: ICC(2,k).
    """
    units, unit_squares, squares = (float(each) for each in sums[:3])
    raters = len(sums) - 3
    if units < 2:
        return float("nan")
    grand = raters * units * (float(sums[3:].sum()) / (raters * units)) ** 2
    between_units = raters * unit_squares - grand
    between_raters = float((sums[3:] ** 2).sum()) / units - grand
    rest = max(0.0, squares - grand - between_units - between_raters)
    rows, columns = between_units / (units - 1), between_raters / (raters - 1)
    error = rest / ((units - 1) * (raters - 1))
    below = (
        rows + (columns - error) / units
        if mean
        else rows + (raters - 1) * error + raters * (columns - error) / units
    )
    return (rows - error) / below if below > 1e-12 else float("nan")
