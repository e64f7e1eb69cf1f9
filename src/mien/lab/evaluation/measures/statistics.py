"""Statistics: figures with their 95 % intervals, and tests of whether a difference is chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.stats import binomtest, chi2, chi2_contingency, fisher_exact

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


@dataclass(frozen=True)
class KnownEstimate(Estimate):
    """An estimate that always has a value, as those of a whole model have."""

    value: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the interval's length: what follows a ±."""
        return (self.high - self.low) / 2


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


def known_estimate(value: float, replicates: NDArray[np.float64]) -> KnownEstimate:
    """Like ``estimate``, where neither the value nor a replicate can be undefined."""
    low, high = np.quantile(replicates, [0.025, 0.975])
    return KnownEstimate(value, float(low), float(high))


def centred_estimate(value: float, replicates: NDArray[np.float64]) -> Estimate:
    """Like ``estimate``, for a mean of absolute gaps, which resampling makes larger.

    The quantiles are moved by what the replicates exceed the value on average, and cut at 0.
    """
    known = replicates[~np.isnan(replicates)]
    if not len(known):
        return UNDEFINED
    excess = known.mean() - value
    return estimate(value, np.maximum(known - excess, 0))


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


SIGNIFICANT = 0.05
"""Corrected p values below this are called a difference."""


EXACT_BELOW = 25
"""With fewer discordant images than this McNemar's test counts exactly."""


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
