"""Calibration: a temperature for each head, and the threshold under which a face is *unsure*."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.isotonic import IsotonicRegression


@dataclass(frozen=True)
class BalancedPoint:
    """Factors of the main head's probabilities, fitted on PublicTest for macro recall.

    ``factors[label]`` is how often the model expects the label, to the power of ``-strength``,
    scaled so that the largest is 1. ``unsure_below`` is the threshold on the new top probability.
    """

    factors: tuple[float, ...]
    strength: float
    unsure_below: float


@dataclass(frozen=True)
class Calibration:
    """Fitted on PublicTest: a temperature by head, the threshold of *unsure*, a second point."""

    temperatures: dict[str, float]
    unsure_below: float
    balanced: BalancedPoint | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        plain = asdict(self)
        if self.balanced is not None:
            plain["balanced"]["factors"] = list(self.balanced.factors)
        return plain

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Calibration:
        """From what ``to_dict`` gave; ``KeyError`` and ``TypeError`` for another form."""
        point = raw.get("balanced")
        if point is not None:
            point = BalancedPoint(**{**point, "factors": tuple(point["factors"])})
        return cls(raw["temperatures"], raw["unsure_below"], point)


def probabilities(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Softmax of ``logits / temperature``: ``(n, labels)``, rows sum to 1."""
    found: NDArray[np.float64] = softmax(logits.astype(np.float64) / temperature, axis=1)
    return found


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The temperature with the lowest log loss (Guo et al. 2017, section 4.2).

    Parameters
    ----------
    logits : ndarray of shape (n, labels)
    labels : ndarray of shape (n,)
        Rows with label -1 are left out.

    Returns
    -------
    float
        Between 0.05 and 20; above 1 softens an overconfident model.
    """
    known = labels >= 0
    kept, truth = logits[known].astype(np.float64), labels[known]

    def log_loss(log_temperature: float) -> float:
        scaled = log_softmax(kept / np.exp(log_temperature), axis=1)
        return float(-scaled[np.arange(len(truth)), truth].mean())

    fitted = minimize_scalar(log_loss, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return float(np.exp(fitted.x))


def fit_unsure_threshold(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """The confidence under which an answer is wrong more often than right.

    An isotonic regression of correctness on confidence is read off where it crosses one half.

    Parameters
    ----------
    confidence : ndarray of shape (n,)
        Top calibrated probabilities.
    correct : ndarray of shape (n,), bool

    Returns
    -------
    float
        0 when even the least confident answers are right half the time.
    """
    model = IsotonicRegression(y_min=0, y_max=1, increasing=True)
    fitted = model.fit(confidence, correct.astype(np.float64)).predict(confidence)
    wrong = confidence[fitted < 0.5]
    return round(float(wrong.max()), 3) if len(wrong) else 0.0
