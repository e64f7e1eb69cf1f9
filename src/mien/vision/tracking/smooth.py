"""Smoothing a face's probabilities over time, and a label that does not flicker."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mien.vision.reading import Reader, Readings

MARGIN = 0.08
"""By how much another emotion's smoothed probability has to exceed the leading one's before it
takes the lead, and by how much the trust in one that was *unsure* has to exceed the threshold."""

HELD_SECONDS = 0.1
"""A reading speaks for the time since the one before, at most for this long: the first one of a
face, and the first after a pause, is often of a face half hidden."""


@dataclass(frozen=True, slots=True)
class Smoothed:
    """What a face has expressed up to a moment.

    Attributes
    ----------
    readings : Readings
        Of this one face, smoothed; its probabilities sum to 1.
    weight : float
        What all readings in it weigh together, over 0 to 1; 1 after a long time without a pause.
    time : float
        Seconds.
    leading : int
        Index of the leading label.
    unsure : bool
        Whether the reading would rather not say.
    """

    readings: Readings
    weight: float
    time: float
    leading: int
    unsure: bool


def smooth(
    before: Smoothed | None,
    reading: Readings,
    time: float,
    *,
    seconds: float,
    reader: Reader,
    margin: float = MARGIN,
) -> Smoothed:
    """Take in one more reading.

    An exponential mean with a time constant: a reading weighs ``1 - exp(-elapsed / seconds)`` when
    it comes, and 1/e of that ``seconds`` later, whatever the frame rate. The sum is divided by the
    weights that are in it, as in Adam (Kingma and Ba 2015, section 3), so that the first reading
    counts no more than others. Doubts are smoothed like probabilities, and the smoothed reading is
    judged as one of a photo would be.

    Parameters
    ----------
    before : Smoothed or None
        None for the first reading, which is taken as it is.
    reading : Readings
        Of one face.
    time : float
        Its time in seconds, not before that of ``before``.
    seconds : float
        Time constant, 0 or more; 0 does not smooth.
    reader : Reader
        Says when a reading is unsure.
    margin : float
        See ``MARGIN``.
    """
    if before is None:
        leading = int(reading.probabilities[0].argmax())
        unsure = reader.why_unsure(reading)[0] is not None
        return Smoothed(reading, _reached(HELD_SECONDS, seconds), time, leading, unsure)
    elapsed = max(0.0, time - before.time)
    new = _reached(min(elapsed, HELD_SECONDS), seconds)
    weight = before.weight * (1 - _reached(elapsed, seconds)) + new
    smoothed = before.readings.towards(reading, new / weight)
    shares, leading = smoothed.probabilities[0], before.leading
    top = int(shares.argmax())
    if shares[top] - shares[leading] > margin:
        leading = top
    why = reader.why_unsure(smoothed, margin if before.unsure else 0.0)[0]
    return Smoothed(smoothed, weight, time, leading, why is not None)


def _reached(elapsed: float, seconds: float) -> float:
    """How far an exponential step with this time constant has come, 0 to 1."""
    return -math.expm1(-elapsed / seconds) if seconds > 0 else 1.0
