"""Is one model better than another, or were its images easier? Paired intervals and tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.stats import binomtest, chi2

from mien.lab.evaluation.measures.estimates import BOOTSTRAP_SAMPLES, resampled_weights

SIGNIFICANT = 0.05
"""Corrected p values below this are called a difference."""

EXACT_BELOW = 25
"""With fewer discordant images than this McNemar's test counts exactly."""


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the interval's length: what follows a ±."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class McNemar:
    """Two models on the same images.

    Attributes
    ----------
    reference_only : int
        Images that only the reference gets right.
    model_only : int
        Images that only the model gets right.
    method : str
        ``"exact"`` or ``"chi-squared"``.
    p_value : float
        Of both being right equally often; two-sided, not corrected.
    """

    reference_only: int
    model_only: int
    method: str
    p_value: float


def mcnemar(reference: NDArray[np.bool_], model: NDArray[np.bool_]) -> McNemar:
    """McNemar's test of two models on the same images (McNemar 1947; Dietterich 1998, section 3.1).

    Only discordant images count: those that one model gets right and the other does not. With
    fewer than ``EXACT_BELOW`` of them the binomial distribution is summed, else the statistic
    (|b − c| − 1)² / (b + c) is compared with chi-squared of one degree of freedom.

    Parameters
    ----------
    reference, model : ndarray of shape (n,), bool
        Whether each is right, image by image.
    """
    first, second = int((reference & ~model).sum()), int((model & ~reference).sum())
    discordant = first + second
    if discordant < EXACT_BELOW:
        p_value = binomtest(first, discordant).pvalue if discordant else 1.0
        return McNemar(first, second, "exact", float(p_value))
    # The correction must not turn no difference into one.
    statistic = max(abs(first - second) - 1, 0) ** 2 / discordant
    return McNemar(first, second, "chi-squared", float(chi2.sf(statistic, 1)))


def resampled_confusions(
    labels: NDArray[np.int64],
    predicted: Sequence[NDArray[np.int64]],
    classes: int,
    *,
    samples: int = BOOTSTRAP_SAMPLES,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Confusion matrices of several models over the same resampled images (Efron 1979).

    Every sample draws n of the n images with replacement, the same ones for all models, so that
    differences between models have intervals of their own.

    Parameters
    ----------
    labels : ndarray of shape (n,)
    predicted : sequence of ndarray of shape (n,)
        By model.

    Returns
    -------
    ndarray of shape (models, samples, classes, classes), int64
        The row is the true class, the column the predicted one.
    """
    n = len(labels)
    # Of each model: in which cell of its confusion matrix each image lies.
    cells = [
        csr_matrix(
            (np.ones(n), (labels * classes + answers, np.arange(n))), shape=(classes * classes, n)
        )
        for answers in predicted
    ]
    parts = [
        [np.rint(matrix @ weights.T).T for matrix in cells]
        for weights in resampled_weights(n, samples=samples, seed=seed)
    ]
    counts = np.concatenate(parts, axis=1).astype(np.int64)
    return counts.reshape(len(predicted), samples, classes, classes)


def interval(value: float, drawn: NDArray[np.float64]) -> Interval:
    """A figure with the 95 % percentile interval of its resampled values ``(samples,)``."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(value, float(low), float(high))
