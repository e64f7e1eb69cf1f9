"""The table of corruptions as a figure: what is left of the accuracy, kind by kind."""

from __future__ import annotations

from mien.lab.evaluation.robustness.corruption_table import CorruptionTable
from mien.lab.pages.figures import new_figure, tidy
from mien.lab.pages.picture import Picture, picture_of_figure


def corruption_picture(found: CorruptionTable) -> Picture:
    """Accuracy and the share of unsure by strength, a line a kind; strengths as ranks."""
    figure = new_figure(width=9.2, height=3.8)
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    kinds = list(dict.fromkeys(each.kind for each in found.corrupted))
    for kind in kinds:
        rows = [found.clean, *(each for each in found.corrupted if each.kind == kind)]
        ranks = range(len(rows))
        left.plot(ranks, [row.accuracy for row in rows], marker="o", ms=3, lw=1.4, label=kind)
        right.plot(ranks, [row.unsure for row in rows], marker="o", ms=3, lw=1.4)
    for axes, title in ((left, "right"), (right, "unsure")):
        tidy(axes)
        axes.set(title=title, ylim=(0, 1), xlabel="strength, 0: as it is")
        axes.yaxis.set_major_formatter("{x:.0%}")
        axes.xaxis.get_major_locator().set_params(integer=True)
    figure.legend(loc="outside right center", frameon=False)
    worst = min(found.corrupted, key=lambda each: each.accuracy)
    return picture_of_figure(
        figure,
        f"accuracy and unsure by strength of {len(kinds)} kinds of corruption; "
        f"lowest {worst.accuracy:.0%} under {worst.kind}",
        "What is left of the accuracy, and how often the model says that it is unsure. Where the "
        "first falls, the second should rise.",
    )
