"""Scores of predictions against labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    confusion_matrix,
)

from mien.lab.evaluation.measures.statistics import BOOTSTRAP_SAMPLES

CALIBRATION_BINS = 15
"""Bins of the expected calibration error (Guo et al. 2017)."""


def confusion(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> NDArray[np.int64]:
    """Counts ``(classes, classes)``; the row is the true class, the column the predicted one."""
    counts: NDArray[np.int64] = confusion_matrix(labels, predicted, labels=np.arange(classes))
    return counts


def accuracy(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of right answers of confusion matrices ``(..., classes, classes)``."""
    right = np.trace(counts, axis1=-2, axis2=-1)
    return np.asarray(right / counts.sum(axis=(-2, -1)))


def recall_by_class(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the images of each class that get it: ``(..., classes)``; nan without images."""
    return _ratio(np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-1))


def precision_by_class(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the answers of each class that are right: ``(..., classes)``; nan without any."""
    return _ratio(np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-2))


def f_beta_by_class(counts: NDArray[np.int64], beta: float) -> NDArray[np.float64]:
    """F-beta of each class: ``(..., classes)``; nan where it is neither true nor predicted.

    The weighted harmonic mean of precision and recall that counts recall ``beta`` times as much
    (van Rijsbergen 1979, chapter 7); ``beta`` 1 is F1.
    """
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    square = beta**2
    return _ratio((1 + square) * right, square * counts.sum(axis=-1) + counts.sum(axis=-2))


def balanced_accuracy(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Unweighted mean of the recall of each class that has images: macro recall."""
    recall, true = recall_by_class(counts), counts.sum(axis=-1) > 0
    return np.asarray(np.nansum(recall, axis=-1) / true.sum(axis=-1))


def macro_precision(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Unweighted mean of the precision of each class that was seen or predicted.

    One that was never predicted counts as 0, as in scikit-learn.
    """
    return _macro(precision_by_class(counts), counts)


def macro_f1(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Unweighted mean of the F1 of each class that was seen or predicted."""
    return macro_f_beta(counts, 1.0)


def macro_f_beta(counts: NDArray[np.int64], beta: float) -> NDArray[np.float64]:
    """Unweighted mean of the F-beta of each class that was seen or predicted."""
    return _macro(f_beta_by_class(counts, beta), counts)


def weighted_precision(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean of the precision of each class, weighted by its images.

    One that was never predicted counts as 0. Recall so weighted is the accuracy.
    """
    return _weighted(precision_by_class(counts), counts)


def weighted_f_beta(counts: NDArray[np.int64], beta: float) -> NDArray[np.float64]:
    """Mean of the F-beta of each class, weighted by its images."""
    return _weighted(f_beta_by_class(counts, beta), counts)


def matthews_correlation(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Correlation of answers and labels, -1 to 1; 0 is no better than chance (Gorodkin 2004).

    nan where all images have the same label or all get the same answer.
    """
    counts = counts.astype(np.float64)
    total, right = counts.sum(axis=(-2, -1)), np.trace(counts, axis1=-2, axis2=-1)
    true, answered = counts.sum(axis=-1), counts.sum(axis=-2)
    together = right * total - (true * answered).sum(axis=-1)
    spread = (total**2 - (true**2).sum(axis=-1)) * (total**2 - (answered**2).sum(axis=-1))
    return _ratio(together, np.sqrt(spread))


def resampled_counts(
    counts: NDArray[np.int64], *, samples: int = BOOTSTRAP_SAMPLES, seed: int = 0
) -> NDArray[np.int64]:
    """Confusion matrices of resampled images: ``(samples, classes, classes)``.

    Drawing n images with replacement and counting them is the same as drawing the cells of the
    confusion matrix ``counts`` from a multinomial, which needs no loop.
    """
    total = int(counts.sum())
    drawn = np.random.default_rng(seed).multinomial(total, counts.ravel() / total, size=samples)
    return drawn.reshape(samples, *counts.shape)


def bootstrap_interval(
    metric: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    counts: NDArray[np.int64],
    *,
    samples: int = BOOTSTRAP_SAMPLES,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % percentile interval of a metric over resampled images (Efron 1979)."""
    drawn = resampled_counts(counts, samples=samples, seed=seed)
    low, high = np.quantile(metric(drawn), [0.025, 0.975])
    return float(low), float(high)


def ranks(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many labels the model puts before the true one: ``(n,)``; 0 is a right answer.

    Of labels that tie, the first is put first, as ``argmax`` does. An answer is in the top k when
    its rank is below k.
    """
    rows = np.arange(len(labels))
    true = logits[rows, labels][:, None]
    earlier = np.arange(logits.shape[1])[None] < labels[:, None]
    return np.asarray(((logits > true) | ((logits == true) & earlier)).sum(axis=1))


def brier_scores(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Squared distance of each image's probabilities from certainty of its label: ``(n,)``.

    Summed over the classes, from 0 (certain and right) to 2 (certain and wrong) (Brier 1950).
    """
    certain = np.eye(probabilities.shape[1])[labels]
    return np.asarray(np.square(probabilities - certain).sum(axis=1))


def equal_width_bins(
    confidence: NDArray[np.float64], bins: int = CALIBRATION_BINS
) -> NDArray[np.int64]:
    """The bin, from 0, of each confidence when 0 to 1 is cut into ``bins`` of the same width."""
    return np.minimum((confidence * bins).astype(np.int64), bins - 1)


def expected_calibration_error(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    *,
    bins: int = CALIBRATION_BINS,
) -> float:
    """Mean gap between confidence and accuracy over equal-width bins (Guo et al. 2017, eq. 3)."""
    confidence = probabilities.max(axis=1)
    gap = (probabilities.argmax(axis=1) == labels) - confidence
    place = equal_width_bins(confidence, bins)
    return float(np.abs(np.bincount(place, gap, minlength=bins)).sum() / len(labels))


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    empty = np.full(np.shape(whole), np.nan)
    return np.asarray(np.divide(part, whole, out=empty, where=whole != 0))


def _macro(by_class: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    seen = counts.sum(axis=-1) + counts.sum(axis=-2) > 0
    return np.asarray(np.nansum(by_class, axis=-1) / seen.sum(axis=-1))


def _weighted(by_class: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    true = counts.sum(axis=-1)
    return np.asarray(np.nansum(by_class * true, axis=-1) / true.sum(axis=-1))
