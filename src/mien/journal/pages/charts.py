"""Curves for a page: points, the band of what is usual, axes; as numbers that a template draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from mien.journal.change.change import Analysis
from mien.journal.change.series import natural

WIDE, SMALL, HEIGHT = 460.0, 290.0, 130.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 8.0, 8.0, 22.0

_BAND = 1.645
"""Spreads either side of the usual: nine of ten days are expected inside."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what stands there; ``day`` where the axis is time."""

    at: float
    text: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """One curve in SVG's units, ``width`` by ``HEIGHT``.

    Attributes
    ----------
    name, title, unit : str
    width : float
    points : tuple of (x, y)
        One a check-in.
    line : str
        Path of the running mean of a week.
    band : str
        Path of the area in which nine of ten days are expected; empty before there is a baseline.
    x_ticks, y_ticks : tuple of Tick
    summary : str
        The chart in a sentence, for who does not see it.
    """

    name: str
    title: str
    unit: str
    width: float
    points: tuple[tuple[float, float], ...]
    line: str
    band: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    summary: str


TITLES = {
    "mood": ("Mood", "1 very low to 5 very good"),
    "smile_share": ("Time smiling", "share of the time"),
    "smile_strength": ("Strength of smiles", "0 to 1"),
    "eye_opening": ("Opening of the eyes", "height over width"),
    "head_movement": ("Movement of the head", "degrees a second"),
    "expressivity": ("Movement of the face", "mean spread, times 100"),
    "valence_mean": ("Valence of the expression", "-1 to 1, as Mien reads it"),
    "valence_spread": ("Changes of the expression", "spread of valence"),
    "blinks": ("Blinks", "a minute"),
}


def mood_chart(analysis: Analysis) -> Chart:
    """Of what the person says."""
    return _chart(analysis, "mood", None, WIDE)


def sign_charts(analysis: Analysis, task: str) -> list[Chart]:
    """One a sign, of the check-ins with this task."""
    return [_chart(analysis, name, task, SMALL) for name in analysis.series.signs]


def _chart(analysis: Analysis, name: str, task: str | None, width: float) -> Chart:
    series = analysis.series
    values = series.mood if task is None else series.signs[name]
    there = np.isfinite(values)
    if task is not None:
        there &= series.of_task(task)
    at = np.flatnonzero(there)
    own = np.array([natural(name, float(values[one])) for one in at])
    band = [
        (
            position,
            natural(name, each.usual - _BAND * each.scale),
            natural(name, each.usual + _BAND * each.scale),
        )
        for position, each in enumerate(analysis.usual.course(name, task))
        if each is not None
    ]
    low, high = (1.0, 5.0) if task is None else _range(own, band)
    days = [one.day for one in series.check_ins]
    first, last = (days[0], days[-1]) if days else (date.today(), date.today())
    span = max((last - first).days, 1)

    def x(position: int) -> float:
        share = (days[position] - first).days / span
        return round(_LEFT + share * (width - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)

    title, unit = TITLES[name]
    return Chart(
        name,
        title,
        unit,
        width,
        tuple((x(one), y(value)) for one, value in zip(at.tolist(), own.tolist(), strict=True)),
        _path([(x(one), y(value)) for one, value in _weekly(series.days, at, own)]),
        _area([(x(one), y(bottom), y(top)) for one, bottom, top in band]),
        _months(first, span, width),
        tuple(Tick(y(value), text) for value, text in _steps(low, high, task is None)),
        _summary(title, own, band),
    )


def _range(own: np.ndarray, band: list[tuple[int, float, float]]) -> tuple[float, float]:
    everything = [*own.tolist(), *(value for _, *edges in band for value in edges)] or [0.0, 1.0]
    low, high = min(everything), max(everything)
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room


def _weekly(days: np.ndarray, at: np.ndarray, own: np.ndarray) -> list[tuple[int, float]]:
    """The mean of the week before each check-in."""
    return [
        (int(one), float(own[(days[at] <= days[one]) & (days[at] > days[one] - 7)].mean()))
        for one in at
    ]


def _path(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{'M' if at == 0 else 'L'}{x} {y}" for at, (x, y) in enumerate(points))


def _area(edges: list[tuple[float, float, float]]) -> str:
    if len(edges) < 2:
        return ""
    around = [(x, top) for x, _, top in edges] + [(x, bottom) for x, bottom, _ in edges[::-1]]
    return f"{_path(around)} Z"


def _months(first: date, span: int, width: float) -> tuple[Tick, ...]:
    """First days of months, or of weeks where there are less than three months."""
    ticks = []
    for day in (first + timedelta(days=one) for one in range(span + 1)):
        begins = day.day == 1 if span > 90 else day.weekday() == 0
        if begins:
            share = (day - first).days / span
            text = f"{day:%b}" if span > 90 else f"{day.day} {day:%b}"
            ticks.append(Tick(round(_LEFT + share * (width - _LEFT - _RIGHT), 1), text, day))
    apart = math.ceil(len(ticks) / (width / 50)) or 1
    return tuple(ticks[::apart])


def _steps(low: float, high: float, whole: bool) -> list[tuple[float, str]]:
    if whole:
        return [(float(value), str(value)) for value in range(int(low), int(high) + 1)]
    rough = (high - low) / 3
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    places = max(0, -math.floor(math.log10(step)))
    first = math.ceil(low / step)
    values = [step * number for number in range(first, math.floor(high / step) + 1)]
    return [(value, f"{value:.{places}f}") for value in values]


def _summary(title: str, own: np.ndarray, band: list[tuple[int, float, float]]) -> str:
    if not len(own):
        return f"{title}: no values yet."
    middle = float(np.median(own))
    text = f"{title}: {len(own)} check-ins, the newest {own[-1]:.2f}, their median {middle:.2f}"
    if band:
        text += f"; usual now: {band[-1][1]:.2f} to {band[-1][2]:.2f}"
    return f"{text}."
