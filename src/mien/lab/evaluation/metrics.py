"""Scores of predictions against labels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
)

BOOTSTRAP_SAMPLES = 2000


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


def balanced_accuracy(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Unweighted mean of the recall of each class that has images."""
    right, true = np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(axis=-1)
    recall = right / np.maximum(true, 1)
    return np.asarray(recall.sum(axis=-1) / (true > 0).sum(axis=-1))


def macro_f1(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Unweighted mean of the F1 of each class that was seen or predicted."""
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    seen = counts.sum(axis=-1) + counts.sum(axis=-2)
    f1 = 2 * right / np.maximum(seen, 1)
    return np.asarray(f1.sum(axis=-1) / (seen > 0).sum(axis=-1))


def bootstrap_interval(
    metric: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    counts: NDArray[np.int64],
    *,
    samples: int = BOOTSTRAP_SAMPLES,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % percentile interval of a metric over resampled images (Efron 1979).

    Drawing n images with replacement and counting them is the same as drawing the cells of the
    confusion matrix ``counts`` from a multinomial, which needs no loop.
    """
    total = int(counts.sum())
    drawn = np.random.default_rng(seed).multinomial(total, counts.ravel() / total, size=samples)
    low, high = np.quantile(metric(drawn.reshape(samples, *counts.shape)), [0.025, 0.975])
    return float(low), float(high)


def expected_calibration_error(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], *, bins: int = 15
) -> float:
    """Mean gap between confidence and accuracy over equal-width bins (Guo et al. 2017, eq. 3)."""
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for number in range(bins):
        inside = place == number
        if inside.any():
            total += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    return float(total)


def negative_log_likelihood(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Mean log loss in nats."""
    return float(log_loss(labels, probabilities, labels=np.arange(probabilities.shape[1])))


def per_class(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], names: tuple[str, ...]
) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and number of images of each class."""
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=np.arange(len(names)), zero_division=0
    )
    return {
        name: {
            "precision": float(precision[position]),
            "recall": float(recall[position]),
            "f1": float(f1[position]),
            "n": int(support[position]),
        }
        for position, name in enumerate(names)
    }
