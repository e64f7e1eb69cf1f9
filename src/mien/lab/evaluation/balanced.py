"""A second operating point for those who care for the rare classes: post-hoc logit adjustment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.lab.evaluation.calibration import BalancedPoint, fit_unsure_threshold
from mien.lab.evaluation.measures import metrics
from mien.lab.evaluation.predictions import Predictions

STRENGTHS = np.arange(0, 1.501, 0.05)
"""Exponents that are tried; 1 would be right for a model that is calibrated in every class."""


def fit_balanced(calibrated: NDArray[np.float64], labels: NDArray[np.int64]) -> BalancedPoint:
    """Choose the strength with the highest macro recall (Menon et al. 2021, section 4.1).

    Under a guard: macro F1 must not fall by more than its standard error (bootstrap), or the recall
    of rare classes is bought with faces that are called so and are not.

    How often the model expects a class is the mean of its calibrated probabilities: that holds
    however the training was balanced.

    Parameters
    ----------
    calibrated : ndarray of shape (n, labels), float64
        Probabilities of PublicTest, after the temperature.
    labels : ndarray of shape (n,), int64
        From 0; rows with -1 are left out.
    """
    known = labels >= 0
    calibrated, labels = calibrated[known], labels[known]
    expected = calibrated.mean(axis=0).clip(1e-6)
    classes = len(expected)

    def factors(strength: float) -> NDArray[np.float64]:
        found: NDArray[np.float64] = (expected / expected.min()) ** -strength
        return found

    def confusion(strength: float) -> NDArray[np.int64]:
        guesses = (calibrated * factors(strength)).argmax(axis=1)
        return metrics.confusion(labels, guesses, classes)

    counts = [confusion(strength) for strength in STRENGTHS]
    low, high = metrics.bootstrap_interval(metrics.macro_f1, counts[0])
    least = float(metrics.macro_f1(counts[0])) - (high - low) / (2 * 1.96)
    recalls = [
        float(metrics.balanced_accuracy(each)) if metrics.macro_f1(each) >= least else 0.0
        for each in counts
    ]
    # Of equal ones the mildest.
    strength = round(float(STRENGTHS[int(np.argmax(recalls))]), 2)
    chosen = tuple(float(f"{value:.4g}") for value in factors(strength))
    shares = weigh(calibrated, chosen)
    correct = shares.argmax(axis=1) == labels
    return BalancedPoint(chosen, strength, fit_unsure_threshold(shares.max(axis=1), correct))


def weigh(probabilities: NDArray[np.float64], factors: tuple[float, ...]) -> NDArray[np.float64]:
    """Probabilities ``(n, labels)`` times a factor a label, rows summing to 1 again."""
    weighted: NDArray[np.float64] = probabilities * np.array(factors)
    weighted /= weighted.sum(axis=1, keepdims=True)
    return weighted


def at_balance(part: Predictions, temperature: float, point: BalancedPoint) -> Predictions:
    """``part`` with the main head's logits so that the temperature leads to this point."""
    shift = temperature * np.log(np.array(point.factors))
    main = part.main_head
    adjusted = (part.logits[main] + shift).astype(np.float32)
    return replace(part, logits={**part.logits, main: adjusted})
