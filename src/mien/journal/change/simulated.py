"""People who do not exist, and their journals: to know how often a journal is wrong.

The mood behind a person's days is an autoregressive process with a weekly rhythm and, where one is
asked for, a change of a stated size. What the person reports is that mood, rounded to five steps;
the signs follow it weakly and have more noise of their own. The sizes are assumptions, stated in
``Person``; ``benchmarks/journal.py`` varies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import numpy as np

from mien.journal.kept.check_in import CameraMeasures, CheckIn

_FIRST = datetime(2026, 1, 1, 20, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of mood: ``size`` in the person's own day-to-day spread, down being negative.

    It begins at day ``start`` and is whole after ``over`` days (0: at once); it lasts ``lasts``
    days.
    """

    size: float
    start: int
    over: int = 0
    lasts: int = 10_000

    def at(self, days: np.ndarray) -> np.ndarray:
        """The change at each of ``days``."""
        share = np.clip((days - self.start + 1) / max(self.over, 1), 0, 1)
        return self.size * share * (days < self.start + self.lasts)


@dataclass(frozen=True, slots=True)
class Person:
    """How somebody's days go.

    Attributes
    ----------
    mood : float
        Usual mood, 1 to 5.
    spread : float
        Standard deviation of the mood from day to day.
    persistence : float
        Correlation of one day's mood with the next's.
    weekend : float
        By how much weekends are better.
    report_noise : float
        Of what is said against what is felt, in steps.
    sign_noise : float
        Of the signs from day to day, as a multiple of the usual noise.
    sign_share : float
        Correlation of each sign with the mood on one day.
    heavy_tails : bool
        Whether noise has the tails of Student's t with three degrees of freedom.
    missed : float
        Share of days without a check-in.
    camera : bool
        Whether the camera is used.
    """

    mood: float = 3.4
    spread: float = 0.7
    persistence: float = 0.5
    weekend: float = 0.2
    report_noise: float = 0.4
    sign_noise: float = 1.0
    sign_share: float = 0.2
    heavy_tails: bool = False
    missed: float = 0.15
    camera: bool = True


_USUAL = {
    # Usual value and standard deviation from day to day, on a natural scale.
    "expressivity": (4.0, 0.9),
    "smile_share": (0.18, 0.09),
    "smile_strength": (0.55, 0.08),
    "eye_opening": (0.27, 0.02),
    "blinks": (17.0, 5.0),
    "head_movement": (9.0, 2.5),
    "valence_mean": (0.12, 0.12),
    "valence_spread": (0.25, 0.05),
}


def simulate(
    person: Person, days: int, rng: np.random.Generator, change: Change | None = None
) -> list[CheckIn]:
    """A journal of so many days, a check-in each but for those that are missed."""
    felt = _autoregressive(days, person.persistence, rng)
    if change is not None:
        felt = felt + change.at(np.arange(days))
    shared = {name: _autoregressive(days, 0.3, rng) for name in _USUAL}
    own = timezone(timedelta(hours=int(rng.integers(-8, 10))))
    check_ins = []
    for day in range(days):
        if rng.random() < person.missed:
            continue
        at = (_FIRST + timedelta(days=day, hours=float(rng.normal(0, 1.5)))).astimezone(own)
        weekend = person.weekend if at.weekday() >= 5 else 0.0
        mood = person.mood + person.spread * felt[day] + weekend
        said = mood + person.report_noise * _noise(person, rng)
        measures = None
        if person.camera:
            measures = _measures(person, felt[day], {k: v[day] for k, v in shared.items()}, rng)
        check_ins.append(
            CheckIn(
                at=at,
                mood=int(np.clip(np.round(said), 1, 5)),
                sleep=round(float(np.clip(rng.normal(7, 1), 3, 11)), 1),
                task=None if measures is None else "read",
                measures=measures,
            )
        )
    return check_ins


def _autoregressive(days: int, persistence: float, rng: np.random.Generator) -> np.ndarray:
    """Of variance 1."""
    steps = rng.normal(size=days) * np.sqrt(1 - persistence**2)
    found = np.empty(days)
    value = rng.normal()
    for day in range(days):
        value = persistence * value + steps[day]
        found[day] = value
    return found


def _noise(person: Person, rng: np.random.Generator) -> float:
    if person.heavy_tails:
        return float(rng.standard_t(3) / np.sqrt(3))
    return float(rng.normal())


def _measures(
    person: Person, felt: float, shared: dict[str, float], rng: np.random.Generator
) -> CameraMeasures:
    light = float(np.exp(rng.normal(np.log(110), 0.3)))
    distance = float(np.exp(rng.normal(np.log(0.6), 0.15)))
    values = {}
    for name, (usual, spread) in _USUAL.items():
        follows = person.sign_share * felt if name != "blinks" else 0.0
        rest = np.sqrt(1 - person.sign_share**2) * person.sign_noise
        noise = 0.6 * shared[name] + 0.8 * _noise(person, rng)
        # Little light and much distance make small movements invisible.
        seen = 0.3 * np.log(light / 110) - 0.5 * np.log(distance / 0.6)
        values[name] = max(0.0, usual + spread * (follows + rest * noise + seen))
    values["smile_share"] = min(1.0, values["smile_share"])
    values["valence_mean"] = float(np.clip(values["valence_mean"], -1, 1))
    return CameraMeasures(
        seconds=30.0,
        face_seen=float(np.clip(rng.normal(0.95, 0.06), 0, 1)),
        light=light,
        distance=distance,
        **values,
    )
