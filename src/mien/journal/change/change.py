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
from mien.journal.change.series import SCORED, Series, make_series
from mien.journal.change.usual_values import WINDOW, Span, UsualValues
from mien.journal.kept.check_in import CheckIn
from mien.journal.kept.tasks import TASKS

OWN, SIGNS, TOGETHER = "own", "signs", "together"
CHARTS = (OWN, SIGNS, TOGETHER)

LIMITS = {OWN: 3.6, SIGNS: 3.6, TOGETHER: 3.6}
"""Standard errors below the usual at which a difference is told, on two days in a row."""

_FADING = 7.0
"""Days after which a check-in counts 1/e."""

_LEAST_RECENT, _RECENT = 4, 14.0
"""So many check-ins in so many days are needed to say anything."""


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
    usual : UsualValues
        What all of it was compared with.
    """

    series: Series
    differences: dict[str, tuple[Difference | None, ...]]
    flagged: dict[str, NDArray[np.bool_]]
    usual: UsualValues

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
    usual = UsualValues(series)
    found: dict[str, list[Difference | None]] = {chart: [] for chart in CHARTS}
    known: dict[Span, dict[str, _Chart | None]] = {}
    for at in range(len(series.days)):
        span = usual.span(at)
        if span not in known:
            known[span] = _charts(usual, span)
        for chart, values in known[span].items():
            found[chart].append(None if values is None else _difference(chart, values, series, at))
    return Analysis(
        series,
        {chart: tuple(each) for chart, each in found.items()},
        {chart: _flagged(chart, each, series) for chart, each in found.items()},
        usual,
    )


def newest_sign_differences(analysis: Analysis) -> dict[str, float]:
    """By sign, its mean difference from the usual over what is looked at now, in spreads.

    Signs without a baseline, or without a value in these days, are left out.
    """
    series, usual = analysis.series, analysis.usual
    if not len(series.days):
        return {}
    span = usual.span(len(series.days) - 1)
    age = series.days[-1] - series.days
    weights = np.where(age < WINDOW, np.exp(-age / _FADING), 0.0)
    sums: dict[str, float] = {}
    totals: dict[str, float] = {}
    for task in TASKS:
        for name, values in series.signs.items():
            baseline = usual.sign(span, task, name)
            if baseline is None:
                continue
            away = baseline.standardise(values, series.conditions)
            there = series.of_task(task) & np.isfinite(away)
            sums[name] = sums.get(name, 0.0) + float((weights * np.nan_to_num(away))[there].sum())
            totals[name] = totals.get(name, 0.0) + float(weights[there].sum())
    return {name: total / totals[name] for name, total in sums.items() if totals[name] > 0}


def _charts(usual: UsualValues, span: Span) -> dict[str, _Chart | None]:
    first, end = span
    if end - first < LEAST:
        return dict.fromkeys(CHARTS)
    own = _own(usual, span)
    signs = _signs(usual, span)
    both = None
    if own is not None and signs is not None:
        both = _standardised((own.values + signs.values) / 2, usual.series.days, span)
    return {OWN: own, SIGNS: signs, TOGETHER: both}


def _own(usual: UsualValues, span: Span) -> _Chart | None:
    fitted = usual.mood(span)
    if fitted is None:
        return None
    return _chart(fitted, fitted.standardise(usual.series.mood, usual.series.own_conditions))


def _signs(usual: UsualValues, span: Span) -> _Chart | None:
    """The mean over signs, each against its own usual in the same task."""
    series = usual.series
    score = np.full(len(series.days), np.nan)
    for task in TASKS:
        parts = [
            baseline.standardise(series.signs[name], series.conditions)
            for name in SCORED
            if (baseline := usual.sign(span, task, name)) is not None
        ]
        if parts:
            of_task = series.of_task(task)
            score[of_task] = np.mean(parts, axis=0)[of_task]
    return _standardised(score, series.days, span)


def _standardised(values: Values, days: Values, span: Span) -> _Chart | None:
    """Values that have no unit of their own, against themselves within the baseline."""
    inside = slice(*span)
    nothing = np.zeros((len(days), 0))
    fitted = fit_baseline(days[inside], values[inside], nothing[inside], 0.05)
    return None if fitted is None else _chart(fitted, fitted.standardise(values, nothing))


def _chart(fitted: Baseline, values: Values) -> _Chart:
    return _Chart(values, fitted.persistence, fitted.variance, fitted.count)


def _difference(chart: str, values: _Chart, series: Series, at: int) -> Difference | None:
    days = series.days
    recent = np.arange(at + 1)
    recent = recent[(days[at] - days[: at + 1] < WINDOW) & np.isfinite(values.values[: at + 1])]
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
