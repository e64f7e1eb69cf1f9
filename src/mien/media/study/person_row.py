"""One row a person and stretch of time: how much, how long, how often, how soon."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from mien.media.study.followed_people import SIGN_NAMES, FollowedPerson, Values
from mien.media.summary.summary import GAP_SECONDS

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a recording, and how it was read.

    Attributes
    ----------
    start, end : float
        Seconds.
    step : float
        Seconds between two frames, as a rule.
    """

    start: float
    end: float
    step: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


def person_row(
    person: FollowedPerson, labels: tuple[str, ...], stretch: Stretch
) -> dict[str, Cell]:
    """Measures of one person in one stretch; ``docs/guides/study.md`` says what each means.

    Cells without a value (a latency of what never came, signs that could not be read) are None.
    """
    inside = person.between(stretch.start, stretch.end)
    durations = _durations(inside.times, stretch)
    seen = float(durations.sum())
    row: dict[str, Cell] = {
        "seconds": _round(stretch.seconds),
        "seen_seconds": _round(seen),
        "coverage": _round(seen / stretch.seconds) if stretch.seconds else None,
        "size_pixels": _mean(inside.boxes[:, 2], durations) if len(durations) else None,
        "valence_mean": _mean(inside.valence, durations),
        "valence_spread": _spread(inside.valence, durations),
    }
    bouts = _bouts(inside, durations)
    row["transitions"] = _transitions(bouts)
    for at, label in enumerate(labels):
        here = inside.labels == at
        of_label = [bout for bout in bouts if bout.label == at]
        row[f"share_{label}"] = _round(float(durations[here].sum()) / seen) if seen else None
        if at < len(labels) - 1:
            row[f"mean_{label}"] = _mean(inside.probabilities[:, at], durations)
            row[f"spread_{label}"] = _spread(inside.probabilities[:, at], durations)
        row[f"bouts_{label}"] = len(of_label)
        row[f"mean_bout_{label}"] = (
            _round(sum(bout.seconds for bout in of_label) / len(of_label)) if of_label else None
        )
        row[f"latency_{label}"] = _round(of_label[0].start - stretch.start) if of_label else None
    if person.signs is not None:
        for at, name in enumerate(SIGN_NAMES):
            values = inside.signs[:, at] if inside.signs is not None else np.zeros(0)
            row[f"mean_{name}"] = _mean(values, durations)
            row[f"spread_{name}"] = _spread(values, durations)
    return row


def against(row: dict[str, Cell], baseline: dict[str, Cell]) -> dict[str, Cell]:
    """``change_…``: each mean and share less that of the baseline; None where one of them is."""
    found: dict[str, Cell] = {}
    for name, value in row.items():
        if not name.startswith(("mean_", "share_", "valence_mean")) or "mean_bout" in name:
            continue
        before = baseline.get(name)
        known = isinstance(value, int | float) and isinstance(before, int | float)
        found[f"change_{name}"] = _round(value - before) if known else None  # type: ignore[operator]
    return found


@dataclass(frozen=True, slots=True)
class _Bout:
    label: int
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


def _durations(times: Values, stretch: Stretch) -> Values:
    """For how long each frame stands: until the next, but not across a gap."""
    if not len(times):
        return np.zeros(0)
    longest = max(GAP_SECONDS, 2 * stretch.step)
    steps = np.diff(times, append=min(times[-1] + stretch.step, stretch.end))
    found: Values = np.where(steps <= longest + 1e-9, steps, stretch.step)
    return found


def _bouts(person: FollowedPerson, durations: Values) -> list[_Bout]:
    bouts: list[_Bout] = []
    for label, start, seconds in zip(
        person.labels.tolist(), person.times.tolist(), durations.tolist(), strict=True
    ):
        last = bouts[-1] if bouts else None
        if last is not None and last.label == label and start - last.end <= GAP_SECONDS:
            bouts[-1] = _Bout(label, last.start, start + seconds)
        else:
            bouts.append(_Bout(label, start, start + seconds))
    return bouts


def _transitions(bouts: list[_Bout]) -> int:
    return sum(b.start - a.end <= GAP_SECONDS and a.label != b.label for a, b in pairwise(bouts))


def _mean(values: Values, weights: Values) -> float | None:
    known = np.isfinite(values)
    total = float(weights[known].sum())
    return _round(float(values[known] @ weights[known]) / total) if total else None


def _spread(values: Values, weights: Values) -> float | None:
    known = np.isfinite(values)
    total = float(weights[known].sum())
    if not total:
        return None
    middle = float(values[known] @ weights[known]) / total
    return _round((float(((values[known] - middle) ** 2) @ weights[known]) / total) ** 0.5)


def _round(value: Any) -> float:
    return round(float(value), 5)
