"""The figures of a comparison: accuracy over cost, and the trainings side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from mien.lab.comparison.compare import Comparison
from mien.lab.comparison.compared import Compared
from mien.lab.comparison.facts import Curve
from mien.lab.comparison.placement import place_labels, spread_apart
from mien.lab.pages.figures import BLUE, GREY, LINE_STYLES, PALETTE, new_figure, tidy

MOST_CURVES = 12
"""More lines than these cannot be told apart."""

_WIDTH, _HEIGHT = 5.2, 4.0
# Pixels between the bars of models that cost the same.
_APART = 6
# No ticks at 2.5, which need one digit more.
_STEPS = [1, 2, 5, 10]


def pareto_front(costs: Sequence[float], accuracies: Sequence[float]) -> list[int]:
    """Positions of the models that no other beats in both, the cheapest first.

    A model is left out if another is at least as accurate for less, or more accurate for the same.
    """
    front: list[int] = []
    for position in sorted(range(len(costs)), key=lambda p: (costs[p], -accuracies[p])):
        if not front or accuracies[position] > accuracies[front[-1]]:
            front.append(position)
    return front


def cost_figure(comparison: Comparison, cost: Callable[[Compared], float], called: str) -> Figure:
    """Accuracy with its interval over the cost of each model, on a logarithmic axis.

    Models are called by name where there is room for all names, else by their number.
    """
    models = comparison.models
    costs = [cost(model) for model in models]
    values = [model.scores.accuracy.value for model in models]
    front = pareto_front(costs, values)
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.set_xlim(min(costs) / 1.7, max(costs) * 1.7)
    lows = [model.scores.accuracy.low for model in models]
    highs = [model.scores.accuracy.high for model in models]
    room = 0.12 * (max(highs) - min(lows))
    axes.set_ylim(min(lows) - room, max(highs) + room)
    axes.set_xlabel(called)
    axes.set_ylabel(f"accuracy on {comparison.split}")
    _per_cent(axes)
    axes.xaxis.set_major_locator(LogLocator(subs=_ticks(max(costs) / min(costs))))
    axes.xaxis.set_major_formatter(_short)
    axes.xaxis.set_minor_formatter(NullFormatter())
    tidy(axes)
    figure.draw_without_rendering()
    pixels = [axes.transData.transform((c, v))[0] for c, v in zip(costs, values, strict=True)]
    back = axes.transData.inverted().transform
    shown = [float(back((x, 0))[0]) for x in spread_apart(pixels, _APART)]
    corners = _steps([(shown[p], values[p]) for p in front], axes.get_xlim()[1])
    axes.plot(*zip(*corners, strict=True), color=GREY, ls="--", lw=1, zorder=1)
    for position, model in enumerate(models):
        accuracy, on_front = model.scores.accuracy, position in front
        axes.errorbar(
            shown[position],
            accuracy.value,
            [[accuracy.value - accuracy.low], [accuracy.high - accuracy.value]],
            fmt="o",
            ms=5,
            color=BLUE,
            mfc=BLUE if on_front else "white",
            elinewidth=1.2,
            zorder=3,
        )
    points = list(zip(shown, values, strict=True))
    bars = list(zip(zip(shown, lows, strict=True), zip(shown, highs, strict=True), strict=True))
    obstacles = [*bars, *pairwise(corners)]
    names = [model.name for model in models]
    if not place_labels(axes, points, names, obstacles):
        place_labels(axes, points, [str(model.number) for model in models], obstacles)
    return figure


def _steps(front: list[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    """Corners of the stairs over the front, from its first point to the right edge at ``end``."""
    corners = [front[0]]
    for x, y in front[1:]:
        corners += [(x, corners[-1][1]), (x, y)]
    return [*corners, (end, corners[-1][1])]


def _ticks(range_: float) -> tuple[float, ...]:
    """Which multiples of each power of ten bear a number."""
    return (1, 1.5, 2, 3, 4, 5, 7) if range_ < 3 else (1, 2, 5) if range_ < 50 else (1,)


def _short(value: float, _: float) -> str:
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g} {name}"
    return f"{value:g}"


def chosen_curves(comparison: Comparison) -> tuple[Compared, ...]:
    """The runs whose curves are drawn: the reference, then the most accurate, in table order."""
    runs = [model for model in comparison.models if model.facts.curve is not None]
    first = sorted(runs, key=lambda model: (model.name != comparison.reference, model.number))
    return tuple(sorted(first[:MOST_CURVES], key=lambda model: model.number))


def line_of(position: int) -> tuple[str, str]:
    """Colour and line style of the curve drawn at ``position``, the same in all figures."""
    return PALETTE[position % len(PALETTE)], LINE_STYLES[position // len(PALETTE)]


def curves_figure(
    models: Sequence[Compared], across: Literal["epochs", "minutes"], up: Literal["accuracy", "gap"]
) -> Figure:
    """PublicTest accuracy, or its gap to Training, of each run; a dot at the epoch kept."""
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = figure.subplots()
    for position, model in enumerate(models):
        curve = model.facts.curve
        values = None if curve is None else getattr(curve, up)
        if curve is None or values is None:
            continue
        colour, style = line_of(position)
        x = getattr(curve, across)
        axes.plot(x, values, color=colour, ls=style, lw=1.6)
        kept = _kept(curve, model)
        axes.plot(x[kept], values[kept], "o", color=colour, ms=5)
    axes.set_xlabel("epoch" if across == "epochs" else "minutes of training")
    if across == "epochs":
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=_STEPS, min_n_ticks=1))
    axes.set_ylabel("PublicTest accuracy" if up == "accuracy" else "Training less PublicTest")
    _per_cent(axes)
    if up == "gap":
        axes.axhline(0, color=GREY, lw=0.8)
    tidy(axes)
    return figure


def _per_cent(axes: Axes) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(8, steps=_STEPS))
    axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %".replace("-", "−"))


def _kept(curve: Curve, model: Compared) -> int:
    return int(np.searchsorted(curve.epochs, model.facts.kept_epoch or curve.epochs[-1]))
