"""Whether probabilities can be believed: log loss, Brier score, calibration error, reliability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from mien.lab.evaluation.calibration import probabilities
from mien.lab.evaluation.measures.metrics import CALIBRATION_BINS, brier_scores, equal_width_bins
from mien.lab.evaluation.measures.statistics import (
    Estimate,
    centred_estimate,
    estimate,
    resampled_means,
)


@dataclass(frozen=True)
class ReliabilityBin:
    """The images whose top probability is between two bounds.

    Attributes
    ----------
    low, high : float
        Bounds, 0 to 1.
    images : int
    confidence, accuracy : float or None
        Mean top probability and share of right answers; None without images.
    """

    low: float
    high: float
    images: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Reliability:
    """How well probabilities at one temperature tell how often an answer is right.

    Attributes
    ----------
    temperature : float
    confidence : float
        Mean top probability.
    log_loss : Estimate
        Nats; 0 is perfect.
    brier : Estimate
        0 (perfect) to 2: squared errors summed over the classes (Brier 1950).
    calibration_error : Estimate
        Expected calibration error over bins of equal width (Guo et al. 2017, eq. 3), 0 to 1.
    equal_mass_error : Estimate
        The same over bins that hold the same number of images (Nguyen and O'Connor 2015).
    calibration_error_by_chance : float
        What perfectly calibrated answers would be expected to show on as many images.
    bins : tuple of ReliabilityBin
        Of equal width, from 0 to 1.
    """

    temperature: float
    confidence: float
    log_loss: Estimate
    brier: Estimate
    calibration_error: Estimate
    equal_mass_error: Estimate
    calibration_error_by_chance: float
    bins: tuple[ReliabilityBin, ...]


def measure_reliability(
    logits: NDArray[np.float32], labels: NDArray[np.int64], temperature: float
) -> Reliability:
    """Measure the probabilities that ``logits`` give at a temperature.

    Parameters
    ----------
    logits : ndarray of shape (n, classes)
        At least one row, all finite.
    labels : ndarray of shape (n,)
        From 0 to ``classes - 1``.
    """
    rows = np.arange(len(labels))
    found = probabilities(logits, temperature)
    # From the logits, as a probability may be rounded to 0.
    log_losses = -log_softmax(logits.astype(np.float64) / temperature, axis=1)[rows, labels]
    briers = brier_scores(found, labels)
    confidence = found.max(axis=1)
    right = logits.argmax(axis=1) == labels
    places = (equal_width_bins(confidence), equal_mass_bins(confidence))
    gaps = [np.eye(CALIBRATION_BINS)[place] * (right - confidence)[:, None] for place in places]
    drawn = resampled_means(np.column_stack([log_losses, briers, *gaps]))
    wide, equal = drawn[:, 2 : 2 + CALIBRATION_BINS], drawn[:, 2 + CALIBRATION_BINS :]
    return Reliability(
        temperature=temperature,
        confidence=float(confidence.mean()),
        log_loss=estimate(log_losses.mean(), drawn[:, 0]),
        brier=estimate(briers.mean(), drawn[:, 1]),
        calibration_error=centred_estimate(
            np.abs(gaps[0].mean(axis=0)).sum(), np.abs(wide).sum(axis=1)
        ),
        equal_mass_error=centred_estimate(
            np.abs(gaps[1].mean(axis=0)).sum(), np.abs(equal).sum(axis=1)
        ),
        calibration_error_by_chance=_error_by_chance(confidence, places[0]),
        bins=_bins(confidence, right, places[0]),
    )


def equal_mass_bins(
    confidence: NDArray[np.float64], bins: int = CALIBRATION_BINS
) -> NDArray[np.int64]:
    """The bin, from 0, of each confidence when all bins hold as many images, give or take one."""
    order = np.argsort(confidence, kind="stable")
    place = np.empty(len(confidence), dtype=np.int64)
    place[order] = np.arange(len(confidence)) * bins // len(confidence)
    return place


def _error_by_chance(confidence: NDArray[np.float64], place: NDArray[np.int64]) -> float:
    """Expected sum of the absolute gaps when each answer is right as often as it says.

    The gap of a bin is then close to a normal variable around 0, whose mean absolute value is
    ``sqrt(2 / pi)`` of its deviation.
    """
    variance = np.bincount(place, confidence * (1 - confidence))
    return float(np.sqrt(2 / np.pi * variance).sum() / len(confidence))


def _bins(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], place: NDArray[np.int64]
) -> tuple[ReliabilityBin, ...]:
    found = []
    for number in range(CALIBRATION_BINS):
        inside = place == number
        some = bool(inside.any())
        found.append(
            ReliabilityBin(
                low=number / CALIBRATION_BINS,
                high=(number + 1) / CALIBRATION_BINS,
                images=int(inside.sum()),
                confidence=float(confidence[inside].mean()) if some else None,
                accuracy=float(right[inside].mean()) if some else None,
            )
        )
    return tuple(found)
