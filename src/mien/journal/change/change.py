"""Whether the last days differ from what is usual for a person, and how sure that is.

For each check-in after the first fourteen, standardised differences from the baseline of that time
(``mien.journal.change.baseline``) are averaged over the last three weeks with weights that halve in
five days: an exponentially weighted moving average (Roberts 1959) for days that need not be
regular. Its variance takes into account that neighbouring days are alike (an autoregressive process
of order one in continuous time) and that the baseline is an estimate itself. It is done three
times: for the mood that the person says, for the score of visible signs, and for both together. The
limits were chosen by simulation (benchmarks/journal.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.journal.change.baseline import LEAST, Baseline, Values, fit_baseline
from mien.journal.change.series import LEAST_SCALES, SCORED, Series, make_series
from mien.journal.kept.check_in import CheckIn
from mien.journal.kept.tasks import TASKS

OWN, SIGNS, TOGETHER = "own", "signs", "together"
CHARTS = (OWN, SIGNS, TOGETHER)

LIMITS = {OWN: 3.6, SIGNS: 3.6, TOGETHER: 3.6}
"""Standard errors below the usual at which a difference is told, on two days in a row."""

_FADING = 7.0
"""Days after which a check-in counts 1/e."""

_WINDOW = 21.0
"""Days that are looked at; older check-ins are what the baseline is made of."""

_LEAST_RECENT, _RECENT = 4, 14.0
"""So many check-ins in so many days are needed to say anything."""

_LONGEST_BASELINE = 180.0
_RENEWED = 7.0
"""Days between two baselines."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What one chart says at one check-in.

    Attributes
    ----------
    chart : str
        One of ``CHARTS``.
    size : float
        Mean difference of the last days from the usual, in the person's own usual spread.
    low, high : float
        95 % interval of ``size``.
    strength : float
        ``size`` in its standard errors: below ``-LIMITS[chart]`` it is told.
    days : int
        Days with a check-in among those that were looked at.
    baseline : int
        Check-ins that the usual is made of.
    """

    chart: str
    size: float
    low: float
    high: float
    strength: float
    days: int
    baseline: int


@dataclass(frozen=True, slots=True)
class Flag:
    """A difference that is told.

    Attributes
    ----------
    chart : str
    difference : Difference
        The newest.
    since : int
        Position of the check-in with which it began.
    for_days : int
        From then to the newest check-in, both counted.
    """

    chart: str
    difference: Difference
    since: int
    for_days: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """A journal's whole course.

    Attributes
    ----------
    series : Series
    differences : dict of str to tuple of (Difference or None)
        By chart, of every check-in; None where nothing is said.
    flagged : dict of str to ndarray of shape (n,), bool
        By chart, at which check-ins a difference was told.
    """

    series: Series
    differences: dict[str, tuple[Difference | None, ...]]
    flagged: dict[str, NDArray[np.bool_]]

    def flags(self) -> list[Flag]:
        """What is told at the newest check-in, the most certain first."""
        found = []
        for chart in CHARTS:
            newest = self.differences[chart][-1] if self.differences[chart] else None
            if newest is None or not self.flagged[chart][-1]:
                continue
            since = self._since(chart)
            first, last = (self.series.check_ins[at].day for at in (since, -1))
            found.append(Flag(chart, newest, since, (last - first).days + 1))
        return sorted(found, key=lambda one: one.difference.strength)

    def _since(self, chart: str) -> int:
        """Where the present stay below half the limit began."""
        differences = self.differences[chart]
        at = len(differences) - 1
        while at > 0:
            before = differences[at - 1]
            if before is None or before.strength > -LIMITS[chart] / 2:
                break
            at -= 1
        return at


@dataclass(frozen=True, slots=True)
class _Chart:
    """A chart under one baseline: values of all check-ins, in that baseline's spreads."""

    values: Values
    persistence: float
    variance: float
    count: int


def analyse(check_ins: list[CheckIn]) -> Analysis:
    """Compare each check-in with what was usual before it.

    Nothing is taken from a later check-in: the course up to any of them is the same without those
    that follow. The order of the list does not matter.
    """
    series = make_series(check_ins)
    found: dict[str, list[Difference | None]] = {chart: [] for chart in CHARTS}
    known: dict[tuple[int, int], dict[str, _Chart | None]] = {}
    for at in range(len(series.days)):
        first, end = _baseline_span(series.days, at)
        if (first, end) not in known:
            known[first, end] = _charts(series, first, end)
        for chart, values in known[first, end].items():
            found[chart].append(None if values is None else _difference(chart, values, series, at))
    return Analysis(
        series,
        {chart: tuple(each) for chart, each in found.items()},
        {chart: _flagged(chart, each, series) for chart, each in found.items()},
    )


def usual_course(analysis: Analysis, name: str, task: str | None) -> list[Baseline | None]:
    """What was usual of a sign in a task, or of the mood (``"mood"``, None), at each check-in."""
    series = analysis.series
    known: dict[tuple[int, int], Baseline | None] = {}
    found = []
    for at in range(len(series.days)):
        first, end = key = _baseline_span(series.days, at)
        if key not in known:
            known[key] = None
            if end > first and task is None:
                known[key] = _mood_baseline(series, first, end)
            elif end > first and task is not None:
                known[key] = sign_baseline(series, first, end, task, name)
        found.append(known[key])
    return found


def newest_sign_differences(analysis: Analysis) -> dict[str, float]:
    """By sign, its mean difference from the usual over what is looked at now, in spreads.

    Signs without a baseline, or without a value in these days, are left out.
    """
    series = analysis.series
    if not len(series.days):
        return {}
    first, end = _baseline_span(series.days, len(series.days) - 1)
    age = series.days[-1] - series.days
    weights = np.where(age < _WINDOW, np.exp(-age / _FADING), 0.0)
    sums: dict[str, float] = {}
    totals: dict[str, float] = {}
    for task in TASKS if end > first else ():
        for name, baseline in sign_baselines(series, first, end, task).items():
            away = baseline.standardise(series.signs[name], series.conditions)
            there = series.of_task(task) & np.isfinite(away)
            sums[name] = sums.get(name, 0.0) + float((weights * np.nan_to_num(away))[there].sum())
            totals[name] = totals.get(name, 0.0) + float(weights[there].sum())
    return {name: total / totals[name] for name, total in sums.items() if totals[name] > 0}


def _baseline_span(days: Values, at: int) -> tuple[int, int]:
    """First and end of the check-ins that are usual at a check-in; they end before it.

    Until there are enough that are older than what is looked at, the first fourteen are.
    """
    if at < LEAST:
        return 0, 0
    weeks = np.floor(days[at] / _RENEWED) * _RENEWED
    end = int(np.searchsorted(days, weeks - _WINDOW, side="right"))
    end = max(end, LEAST)
    first = int(np.searchsorted(days, days[end - 1] - _LONGEST_BASELINE))
    return first, end


def _charts(series: Series, first: int, end: int) -> dict[str, _Chart | None]:
    if end - first < LEAST:
        return dict.fromkeys(CHARTS)
    own = _own(series, first, end)
    signs = _signs(series, first, end)
    both = None
    if own is not None and signs is not None:
        both = _standardised((own.values + signs.values) / 2, series.days, first, end)
    return {OWN: own, SIGNS: signs, TOGETHER: both}


def _mood_baseline(series: Series, first: int, end: int) -> Baseline | None:
    span = slice(first, end)
    return fit_baseline(
        series.days[span], series.mood[span], series.own_conditions[span], LEAST_SCALES["mood"]
    )


def _own(series: Series, first: int, end: int) -> _Chart | None:
    fitted = _mood_baseline(series, first, end)
    if fitted is None:
        return None
    return _chart(fitted, fitted.standardise(series.mood, series.own_conditions))


def sign_baseline(series: Series, first: int, end: int, task: str, name: str) -> Baseline | None:
    """What is usual of a sign in a task, of the check-ins from ``first`` to ``end``."""
    span = slice(first, end)
    inside = np.where(series.of_task(task), series.signs[name], np.nan)[span]
    return fit_baseline(series.days[span], inside, series.conditions[span], LEAST_SCALES[name])


def sign_baselines(series: Series, first: int, end: int, task: str) -> dict[str, Baseline]:
    """What is usual of all signs in a task: see ``sign_baseline``."""
    found = {name: sign_baseline(series, first, end, task, name) for name in series.signs}
    return {name: each for name, each in found.items() if each is not None}


def _signs(series: Series, first: int, end: int) -> _Chart | None:
    """The mean over signs, each against its own usual in the same task."""
    score = np.full(len(series.days), np.nan)
    for task in TASKS:
        baselines = sign_baselines(series, first, end, task)
        if not baselines:
            continue
        of_task = series.of_task(task)
        parts = [
            baselines[name].standardise(series.signs[name], series.conditions) for name in SCORED
        ]
        score[of_task] = np.mean(parts, axis=0)[of_task]
    return _standardised(score, series.days, first, end)


def _standardised(values: Values, days: Values, first: int, end: int) -> _Chart | None:
    """Values that have no unit of their own, against themselves within the baseline."""
    span = slice(first, end)
    nothing = np.zeros((len(days), 0))
    fitted = fit_baseline(days[span], values[span], nothing[span], 0.05)
    return None if fitted is None else _chart(fitted, fitted.standardise(values, nothing))


def _chart(fitted: Baseline, values: Values) -> _Chart:
    return _Chart(values, fitted.persistence, fitted.variance, fitted.count)


def _difference(chart: str, values: _Chart, series: Series, at: int) -> Difference | None:
    days = series.days
    recent = np.arange(at + 1)
    recent = recent[(days[at] - days[: at + 1] < _WINDOW) & np.isfinite(values.values[: at + 1])]
    enough = (days[at] - days[recent] < _RECENT).sum() >= _LEAST_RECENT
    if not enough or not np.isfinite(values.values[at]):
        return None
    age = days[at] - days[recent]
    weights = np.exp(-age / _FADING)
    weights /= weights.sum()
    apart = np.abs(age[:, None] - age[None, :])
    alike = values.persistence**apart if values.persistence else np.eye(len(age))
    error = float(np.sqrt(weights @ alike @ weights + values.variance))
    size = float(weights @ values.values[recent])
    return Difference(
        chart=chart,
        size=size,
        low=size - 1.96 * error,
        high=size + 1.96 * error,
        strength=size / error,
        days=len({series.check_ins[one].day for one in recent}),
        baseline=values.count,
    )


def _flagged(chart: str, differences: list[Difference | None], series: Series) -> NDArray[np.bool_]:
    """Beyond the limit at this check-in and at the last one of a day before."""
    beyond = [each is not None and each.strength < -LIMITS[chart] for each in differences]
    told = np.zeros(len(beyond), np.bool_)
    for at, here in enumerate(beyond):
        day = series.check_ins[at].day
        before = next((b for b in range(at - 1, -1, -1) if series.check_ins[b].day < day), None)
        told[at] = here and before is not None and beyond[before]
    return told
