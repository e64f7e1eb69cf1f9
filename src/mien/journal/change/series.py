"""A journal as numbers over time: what people say, what was seen, and under which conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.journal.kept.check_in import SIGNS, CheckIn, poor_because

Values = NDArray[np.float64]

SCORED = tuple(name for name in SIGNS if name != "blinks")
"""Signs that the score is made of: of each of them less was found in people who felt low (see
docs/journal-evidence.md). Of blinks both more and fewer were."""

_SCALES: dict[str, Callable[[float], float]] = {
    "smile_share": lambda share: float(np.arcsin(np.sqrt(share))),
    "expressivity": lambda value: float(np.log(value + 0.1)),
    "head_movement": lambda value: float(np.log(value + 0.1)),
    "blinks": lambda value: float(np.log(value + 1)),
}
"""How a sign is looked at, so that its spread is about the same at all heights."""

_NATURAL: dict[str, Callable[[float], float]] = {
    "smile_share": lambda value: float(np.sin(np.clip(value, 0, np.pi / 2)) ** 2),
    "expressivity": lambda value: float(np.exp(value) - 0.1),
    "head_movement": lambda value: float(np.exp(value) - 0.1),
    "blinks": lambda value: float(np.exp(value) - 1),
}


def natural(name: str, value: float) -> float:
    """A value on the scale that a sign is looked at, back in the sign's own unit."""
    return _NATURAL.get(name, float)(value)


LEAST_SCALES = {
    "mood": 0.5, "smile_share": 0.08, "smile_strength": 0.04, "eye_opening": 0.008,
    "head_movement": 0.12, "expressivity": 0.08, "valence_mean": 0.04, "valence_spread": 0.02,
    "blinks": 0.15,
}  # fmt: skip
"""The smallest spread that is believed of each, on the scale that it is looked at."""


@dataclass(frozen=True, slots=True)
class Series:
    """All check-ins of a journal in order of time.

    Attributes
    ----------
    check_ins : tuple of CheckIn
    days : ndarray of shape (n,), float64
        Days since the first, in absolute time: clock changes and journeys do not count.
    mood : ndarray of shape (n,), float64
    signs : dict of str to ndarray of shape (n,), float64
        On the scale that each is looked at; NaN without a camera or where the quality was too low.
    own_conditions : ndarray of shape (n, 3), float64
        Time of day as sine and cosine, weekend.
    conditions : ndarray of shape (n, 6), float64
        Those, and light, distance (both as logarithms) and glasses; NaN without a camera.
    """

    check_ins: tuple[CheckIn, ...]
    days: Values
    mood: Values
    signs: dict[str, Values]
    own_conditions: Values
    conditions: Values

    def of_task(self, task: str) -> NDArray[np.bool_]:
        """Which check-ins had this task."""
        return np.array([one.task == task for one in self.check_ins], dtype=np.bool_)


def make_series(check_ins: list[CheckIn]) -> Series:
    """Put check-ins, in any order, on one line of time."""
    ordered = tuple(sorted(check_ins, key=lambda one: (one.at, one.id)))
    first = ordered[0].at.timestamp() if ordered else 0.0
    days = np.array([(one.at.timestamp() - first) / 86400 for one in ordered])
    usable = [
        None if one.measures is None or poor_because(one.measures) else one.measures
        for one in ordered
    ]
    signs = {
        name: np.array(
            [
                np.nan if seen is None else _SCALES.get(name, float)(getattr(seen, name))
                for seen in usable
            ],
            dtype=np.float64,
        )
        for name in SIGNS
    }
    own = np.array([_own_conditions(one) for one in ordered], dtype=np.float64).reshape(-1, 3)
    camera = np.array(
        [
            [np.nan] * 3
            if seen is None
            else [np.log(seen.light + 1), np.log(max(seen.distance, 0.1)), float(seen.glasses)]
            for seen in usable
        ],
        dtype=np.float64,
    ).reshape(-1, 3)
    mood = np.array([one.mood for one in ordered], dtype=np.float64)
    return Series(ordered, days, mood, signs, own, np.column_stack([own, camera]))


def _own_conditions(check_in: CheckIn) -> tuple[float, float, float]:
    hour = check_in.at.hour + check_in.at.minute / 60
    turn = 2 * np.pi * hour / 24
    return float(np.sin(turn)), float(np.cos(turn)), float(check_in.at.weekday() >= 5)
