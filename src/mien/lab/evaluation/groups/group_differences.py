"""Whether groups differ by more than chance: tests of accuracy, corrected for how many there are.

The correction is Holm's (1979, "A Simple Sequentially Rejective Multiple Test Procedure").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, chi2_contingency, fisher_exact


def same_share(right: NDArray[np.bool_], groups: NDArray[Any]) -> float:
    """p-value of "the same share is right in every group".

    Pearson's chi-squared test; Fisher's exact test for two groups.

    Parameters
    ----------
    right : ndarray of shape (n,), bool
    groups : ndarray of shape (n,)
        Names or numbers of the groups, at least two different ones.

    Returns
    -------
    float
        0 to 1; 1 when all or none are right.
    """
    if right.all() or not right.any():
        return 1.0
    _, numbered = np.unique(groups, return_inverse=True)
    table = np.stack(
        [np.bincount(numbered[right == one], minlength=numbered.max() + 1) for one in (True, False)]
    )
    test = fisher_exact(table) if table.shape[1] == 2 else chi2_contingency(table)
    return float(test.pvalue)


def same_share_in_each_class(
    right: NDArray[np.bool_], groups: NDArray[Any], labels: NDArray[np.int64]
) -> float:
    """p-value of "in each class the same share is right in every group".

    The generalised Cochran–Mantel–Haenszel test (Landis, Heyman, Koch 1978, "Average Partial
    Association in Three-way Contingency Tables", general association) with the classes as strata:
    that a group holds more images of a difficult class does not count as a difference.

    Parameters
    ----------
    right : ndarray of shape (n,), bool
    groups : ndarray of shape (n,)
    labels : ndarray of shape (n,), int64

    Returns
    -------
    float
        0 to 1; 1 when no class has both right and wrong answers and more than one group.
    """
    present, numbered = np.unique(groups, return_inverse=True)
    count = len(present)
    excess, covariance = np.zeros(count), np.zeros((count, count))
    for label in np.unique(labels):
        inside = labels == label
        total, hits = int(inside.sum()), int(right[inside].sum())
        if total < 2:
            continue
        sizes = np.bincount(numbered[inside], minlength=count)
        hit = np.bincount(numbered[inside & right], minlength=count)
        excess += hit - sizes * hits / total
        factor = hits * (total - hits) / (total**2 * (total - 1))
        covariance += factor * (total * np.diag(sizes) - np.outer(sizes, sizes))
    # The excesses sum to zero in each class, so that a pseudo-inverse drops what is redundant.
    freedom = int(np.linalg.matrix_rank(covariance))
    if not freedom:
        return 1.0
    statistic = excess @ np.linalg.pinv(covariance, hermitian=True) @ excess
    return float(chi2.sf(statistic, freedom))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected so that the chance of any false one among them stays bounded (Holm 1979).

    Returns
    -------
    list of float
        In the same order; each at least as large as before, at most 1.
    """
    values = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * np.arange(len(values), 0, -1)
    corrected = np.empty(len(values))
    corrected[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return [float(value) for value in corrected]
