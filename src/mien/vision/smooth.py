"""Smoothing a face's probabilities over time, and a label that does not flicker."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MARGIN = 0.08
"""By how much another emotion's smoothed probability has to exceed the leading one's before it
takes the lead, and by how much a label that was *unsure* has to exceed the threshold."""


@dataclass(frozen=True, slots=True)
class Smoothed:
    """What a face has expressed up to a moment.

    Attributes
    ----------
    probabilities : float64 ndarray of shape (labels,)
        Smoothed; they sum to 1.
    time : float
        Seconds.
    leading : int
        Index of the leading label.
    unsure : bool
        Whether the leading label's probability is too low to say it.
    """

    probabilities: npt.NDArray[np.float64]
    time: float
    leading: int
    unsure: bool


def smooth(
    before: Smoothed | None,
    probabilities: npt.NDArray[np.floating],
    time: float,
    *,
    seconds: float,
    unsure_below: float,
    margin: float = MARGIN,
) -> Smoothed:
    """Take in one more reading.

    An exponential filter with a time constant: a reading's weight falls to 1/e in ``seconds``,
    whatever the frame rate. Its step is ``1 - exp(-elapsed / seconds)``.

    Parameters
    ----------
    before : Smoothed or None
        None for the first reading, which is taken as it is.
    probabilities : ndarray of shape (labels,)
        The reading; sums to 1.
    time : float
        Its time in seconds, not before that of ``before``.
    seconds : float
        Time constant, 0 or more; 0 does not smooth.
    unsure_below : float
        Threshold of the model's card on the leading label's probability.
    margin : float
        See ``MARGIN``.
    """
    reading = np.asarray(probabilities, np.float64)
    if before is None:
        leading = int(reading.argmax())
        return Smoothed(reading, time, leading, bool(reading[leading] < unsure_below))
    elapsed = max(0.0, time - before.time)
    step = -math.expm1(-elapsed / seconds) if seconds > 0 else 1.0
    smoothed = before.probabilities + step * (reading - before.probabilities)
    top, leading = int(smoothed.argmax()), before.leading
    if smoothed[top] - smoothed[leading] > margin:
        leading = top
    needed = unsure_below + (margin if before.unsure else 0.0)
    return Smoothed(smoothed, time, leading, bool(smoothed[leading] < min(needed, 1.0)))
