"""The measures of a split as pictures, each with what it shows in words."""

from __future__ import annotations

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from mien.lab.evaluation.measures.measures import ClassScores, Measures
from mien.lab.evaluation.measures.reliability import Reliability
from mien.lab.evaluation.measures.score_curves import RiskCoverage
from mien.lab.evaluation.measures.statistics import Estimate
from mien.lab.pages.figures import (
    BLUE,
    GREY,
    LINE_STYLES,
    ORANGE,
    RED,
    colour_of_class,
    new_figure,
    outlined,
    tidy,
)
from mien.lab.pages.page import percent
from mien.lab.pages.picture import Picture, picture_of_figure

_WIDTH = 5.4
"""Inches: two stand side by side on a page, and one is still read on a phone."""

_MOST_CELLS_WRITTEN = 12
"""Classes up to which the confusion matrix has its figures written in."""

_LEAST_SHARE = 0.005
"""Share of the images below which a bin's accuracy is mostly chance and is not drawn."""

_LINE = 1.8
"""Width of a curve in points."""

_DARK = 0.55
"""Rate from which the figures in a cell are white."""

_READ = {
    "confusion": (
        "Each row holds the images of one label, each column one answer: right answers are on "
        "the diagonal. Upper figure and tint: share of the row; lower figure: images."
    ),
    "classes": (
        "Points further right are better; a line shows where the value would lie for other "
        "images of the same kind. In brackets: images with the label."
    ),
    "reliability": (
        "On the dotted line, answers are right as often as they say. Above it the model is less "
        "sure than it should be, below it surer; bins with hardly any image are left out. The "
        "lower part shows how many images are how sure."
    ),
    "risk_coverage": (
        "The surest answers come first, from the left: a good curve stays low for long. The dot "
        "is what remains when unsure answers are left out."
    ),
    "roc": (
        "A good curve climbs fast to the upper left corner; the dotted diagonal is guessing, "
        "with an area of 0.5."
    ),
    "precision_recall": (
        "A good curve stays high on its way to the right; guessing would stay at the share of "
        "the class, so a rare class lies lower."
    ),
    "humans": (
        "From left to right the annotators agree more. Where the model's line reaches the "
        "annotators', it disagrees with people no more than they do with each other."
    ),
}
"""How a newcomer reads each picture: its caption."""


def score_pictures(measures: Measures, names: tuple[str, ...] | None = None) -> dict[str, Picture]:
    """Draw the measures of one split.

    Parameters
    ----------
    measures : Measures
    names : tuple of str, optional
        What the classes are called in the pictures; the labels themselves when None.

    Returns
    -------
    dict of str to Picture
        ``confusion``, ``classes``, ``reliability``, ``risk_coverage``; ``roc`` and
        ``precision_recall`` unless all images have the same label; ``humans`` where there are
        votes.
    """
    names = names or measures.labels
    found = {
        "confusion": _confusion(measures, names),
        "classes": _classes(measures, names),
        "reliability": _reliability(measures.uncalibrated, measures.calibrated),
        "risk_coverage": _risk_coverage(measures.risk_coverage),
    }
    if measures.curves.macro_auc is not None:
        found["roc"] = _roc(measures, names)
        found["precision_recall"] = _precision_recall(measures, names)
    if measures.humans is not None:
        found["humans"] = _humans(measures)
    return {
        name: picture_of_figure(figure, alt, _READ[name]) for name, (figure, alt) in found.items()
    }


def _confusion(measures: Measures, names: tuple[str, ...]) -> tuple[Figure, str]:
    counts = np.array(measures.confusion.counts)
    rates = np.array(measures.confusion.rates, dtype=np.float64)
    size = len(names)
    figure = new_figure(max(_WIDTH, 1.5 + 0.55 * size), max(3.0, 1.2 + 0.52 * size))
    axes = figure.subplots()
    axes.imshow(np.nan_to_num(rates), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    if size <= _MOST_CELLS_WRITTEN:
        for row, column in np.ndindex(size, size):
            rate = float(rates[row, column])
            text = "–" if np.isnan(rate) else percent(rate, 0)
            axes.text(
                column,
                row,
                f"{text}\n{counts[row, column]:,}",
                ha="center",
                va="center",
                fontsize=9,
                color="white" if rate >= _DARK else "black",
            )
    axes.set_xticks(range(size), names, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(size), names)
    axes.set_xlabel("answer of the model")
    axes.set_ylabel("label")
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(size - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(size - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="#DDDDDD", lw=0.8)
    axes.tick_params(which="both", length=0)
    wrong = np.where(np.eye(size, dtype=bool), -1.0, np.nan_to_num(rates, nan=-1))
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    alt = "Confusion matrix. "
    if wrong[row, column] > 0:
        alt += (
            f"The most frequent confusion: {percent(float(wrong[row, column]))} of the images "
            f"labelled {names[row]} are taken for {names[column]} "
            f"({counts[row, column]:,} of {counts[row].sum():,})."
        )
    else:
        alt += "No image is confused."
    return figure, alt


def _classes(measures: Measures, names: tuple[str, ...]) -> tuple[Figure, str]:
    figure = new_figure(_WIDTH, 1.3 + 0.5 * len(names))
    axes = figure.subplots()
    for kind, offset, colour, marker in (
        ("recall", -0.16, BLUE, "o"),
        ("precision", 0.16, RED, "s"),
    ):
        axes.plot([], [], color=colour, marker=marker, lw=1.8, label=kind)
        for at, one in enumerate(measures.classes):
            _interval(axes, getattr(one, kind), at + offset, colour, marker)
    ticks = [f"{name} ({one.images:,})" for name, one in _paired(names, measures)]
    axes.set_yticks(range(len(names)), ticks)
    axes.set_ylim(len(names) - 0.5, -0.5)
    _as_share(axes, "x", "share, with its 95% interval")
    _finish(axes, columns=2)
    recalls = [(one.recall.value, name) for name, one in _paired(names, measures)]
    known = [(value, name) for value, name in recalls if value is not None]
    (high, best), (low, worst) = max(known), min(known)
    alt = "Recall and precision of each class. "
    if high > low:
        alt += f"Recall is highest for {best}, {percent(high)}, and lowest for {worst}, "
        alt += percent(low)
    else:
        alt += f"Recall is {percent(high)} for {best if len(known) == 1 else 'all'}"
    never = [name for name, one in _paired(names, measures) if not one.answered]
    alt += f"; never answered: {', '.join(never)}." if never else "."
    return figure, alt


def _interval(axes: Axes, one: Estimate, at: float, colour: str, marker: str) -> None:
    if one.value is not None and one.low is not None and one.high is not None:
        axes.plot([one.low, one.high], [at, at], color=colour, lw=1.8)
        axes.plot([one.value], [at], color=colour, marker=marker, ms=6, clip_on=False)


def _reliability(before: Reliability, after: Reliability) -> tuple[Figure, str]:
    figure = new_figure(_WIDTH, 5.2)
    axes, histogram = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1]})
    axes.plot([0, 1], [0, 1], color=GREY, lw=1, ls=":", label="as sure as right")
    total = sum(one.images for one in after.bins)
    for part, name, colour, style, marker in (
        (before, "before", ORANGE, "--", "s"),
        (after, "after temperature", BLUE, "-", "o"),
    ):
        full = [one for one in part.bins if one.images >= max(1, _LEAST_SHARE * total)]
        axes.plot(
            [_number(one.confidence) for one in full],
            [_number(one.accuracy) for one in full],
            color=colour,
            ls=style,
            marker=marker,
            ms=5,
            lw=1.8,
            clip_on=False,
            label=f"{name}: gap {percent(part.calibration_error.value)}",
        )
        edges = [part.bins[0].low, *(one.high for one in part.bins)]
        shares = [one.images / total for one in part.bins]
        histogram.stairs(shares, edges, color=colour, ls=style, lw=1.8)
    _as_share(axes, "y", "right answers")
    _as_share(histogram, "x", "top probability")
    histogram.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    histogram.set_ylabel("images")
    _finish(axes)
    tidy(histogram)
    accuracy = _accuracy(after)
    surer = round(100 * (after.confidence - accuracy), 1)
    side = "surer than right" if surer > 0 else "less sure than right" if surer else "no gap"
    alt = (
        "Reliability diagram: share of right answers over the top probability. The mean gap is "
        f"{percent(before.calibration_error.value)} before the temperature of "
        f"{after.temperature:.2f} and {percent(after.calibration_error.value)} after it. "
        f"On average the model is then {percent(after.confidence)} sure and {percent(accuracy)} "
        f"right: {side}."
    )
    return figure, alt


def _accuracy(part: Reliability) -> float:
    right = sum(one.images * one.accuracy for one in part.bins if one.accuracy is not None)
    return right / sum(one.images for one in part.bins)


def _risk_coverage(found: RiskCoverage) -> tuple[Figure, str]:
    figure = new_figure(_WIDTH, 4.2)
    axes = figure.subplots()
    # A single point is what no line shows.
    marker = "s" if len(found.coverage) == 1 else ""
    axes.plot(found.coverage, found.risk, color=BLUE, marker=marker, lw=1.8, label="surest first")
    axes.axhline(found.area_at_random, color=GREY, lw=1, ls=":", label="in any order")
    point = found.unsure
    alt = f"Risk-coverage curve. Of all answers {percent(found.area_at_random)} are wrong"
    if point.accuracy.value is not None:
        risk = 1 - point.accuracy.value
        axes.plot(
            [_number(point.coverage.value)],
            [risk],
            color=RED,
            marker="o",
            ms=8,
            ls="",
            label=f"unsure below {point.unsure_below:g}",
        )
        alt += (
            f"; of the {percent(point.coverage.value)} that are not below the threshold of unsure, "
            f"{point.unsure_below:g}, {percent(risk)} are"
        )
    else:
        alt += f"; all are below the threshold of unsure, {point.unsure_below:g}"
    _as_share(axes, "x", "images that are answered")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_ylim(0, max(0.02, 1.1 * max(*found.risk, found.area_at_random)))
    axes.set_ylabel("wrong among them")
    _finish(axes, columns=2)
    return figure, f"{alt}. Area under the curve {_number(found.area.value):.3f}."


def _roc(measures: Measures, names: tuple[str, ...]) -> tuple[Figure, str]:
    figure, axes = _curves_figure()
    axes.plot([0, 1], [0, 1], color=GREY, lw=1, ls=":")
    areas = {}
    for at, (name, one) in enumerate(zip(names, measures.curves.classes, strict=True)):
        if one.auc is not None:
            areas[name] = one.auc
            _curve(axes, at, one.false_positive_rate, one.true_positive_rate, name, one.auc)
    _as_share(axes, "x", "others that are taken for the class")
    _as_share(axes, "y", "images of the class that are found")
    _finish(axes, columns=2)
    mean = _number(measures.curves.macro_auc)
    return figure, f"ROC curves. The mean area under them is {mean:.3f}{_extremes(areas)}."


def _precision_recall(measures: Measures, names: tuple[str, ...]) -> tuple[Figure, str]:
    figure, axes = _curves_figure()
    areas = {}
    for at, (name, one) in enumerate(zip(names, measures.curves.classes, strict=True)):
        if one.average_precision is not None:
            areas[name] = one.average_precision
            _curve(axes, at, one.recall, one.precision, name, one.average_precision)
    _as_share(axes, "x", "recall")
    _as_share(axes, "y", "precision")
    _finish(axes, columns=2)
    mean = _number(measures.curves.macro_average_precision)
    return (
        figure,
        f"Precision-recall curves. The mean average precision is {mean:.3f}{_extremes(areas)}.",
    )


def _humans(measures: Measures) -> tuple[Figure, str]:
    found = measures.humans
    assert found is not None
    full = [one for one in found.bins if one.images]
    places = range(len(full))
    figure = new_figure(_WIDTH, 4.4)
    axes = figure.subplots()
    for name, values, colour, style, marker in (
        ("another annotator", [one.annotator for one in full], GREY, ":", "s"),
        ("the model", [one.model for one in full], BLUE, "-", "o"),
        ("the label", [one.label for one in full], ORANGE, "--", "^"),
    ):
        shares = [_number(value) for value in values]
        axes.plot(
            places,
            shares,
            color=colour,
            ls=style,
            marker=marker,
            lw=1.8,
            label=name,
            clip_on=False,
        )
    ticks = [f"≤ {percent(one.high, 0)}\n{one.images:,}" for one in full]
    axes.set_xticks(places, ticks)
    axes.set_xlabel("annotators who give the commonest answer; images")
    _as_share(axes, "y", "annotators who agree with")
    _finish(axes, columns=3)
    last = full[-1]
    alt = (
        "Agreement with the annotators, by how much these agree among themselves. Over all "
        f"images {percent(found.model.value)} of the annotators agree with the model, "
        f"{percent(found.annotator.value)} with another annotator and "
        f"{percent(found.label.value)} with the label. Where over {percent(last.low, 0)} of them "
        f"agree with each other, {percent(last.model)} agree with the model."
    )
    return figure, alt


def _paired(names: tuple[str, ...], measures: Measures) -> list[tuple[str, ClassScores]]:
    return list(zip(names, measures.classes, strict=True))


def _curves_figure() -> tuple[Figure, Axes]:
    figure = new_figure(_WIDTH, 5.4)
    return figure, figure.subplots()


def _curve(
    axes: Axes, at: int, x: tuple[float, ...], y: tuple[float, ...], name: str, area: float
) -> None:
    axes.plot(
        x,
        y,
        color=colour_of_class(name, at),
        ls=LINE_STYLES[at % len(LINE_STYLES)],
        lw=_LINE,
        path_effects=outlined(_LINE),
        label=f"{name} {area:.3f}",
    )


def _extremes(areas: dict[str, float]) -> str:
    best, worst = max(areas, key=areas.__getitem__), min(areas, key=areas.__getitem__)
    if areas[best] == areas[worst]:
        return ""
    return f"; {best} is told best, {areas[best]:.3f}, {worst} worst, {areas[worst]:.3f}"


def _as_share(axes: Axes, side: Literal["x", "y"], label: str) -> None:
    """An axis from 0 to 100 %."""
    axis = axes.xaxis if side == "x" else axes.yaxis
    axis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set(**{f"{side}lim": (-0.01, 1.01), f"{side}label": label})


def _finish(axes: Axes, *, columns: int = 1) -> None:
    tidy(axes)
    axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns, frameon=False, fontsize=9.5
    )


def _number(value: float | None) -> float:
    """A value that is there, as what it is drawn from is."""
    assert value is not None
    return value
