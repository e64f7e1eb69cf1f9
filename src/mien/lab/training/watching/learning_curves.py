"""The log as a picture: loss, accuracy with the gap, learning rate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from mien.lab.pages.figures import BLUE, GREY, ORANGE, RED, new_figure, tidy
from mien.lab.pages.picture import write_figure
from mien.lab.training.early_stopping import best_epoch

if TYPE_CHECKING:
    from mien.lab.training.epoch_log import EpochLog

TRAIN, CLEAN, PUBLIC, RATE = ORANGE, BLUE, RED, GREY


def plot_curves(rows: Sequence[EpochLog], path: Path, *, title: str = "") -> None:
    """Draw the epochs so far into a PNG at ``path``, which is replaced in one go.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_figure(draw_curves(rows, title=title), path)


def draw_curves(rows: Sequence[EpochLog], *, title: str = "") -> Figure:
    """Loss, accuracy with the gap, and learning rate, one above the other."""
    figure = new_figure(8, 9)
    losses, accuracies, rates = figure.subplots(
        3, 1, sharex=True, gridspec_kw={"height_ratios": [3, 3, 1.4]}
    )
    epochs = [row.epoch for row in rows]
    # A single epoch is a point, which no line shows.
    marker = "o" if len(rows) == 1 else ""

    train = [row.train_loss for row in rows]
    clean = [row.clean_loss for row in rows]
    public = [row.public_loss for row in rows]
    best = best_epoch(public)
    _line(losses, epochs, train, TRAIN, ":", marker, "Training, augmented, soft targets")
    _line(losses, epochs, clean, CLEAN, "--", marker, f"Training {clean[-1]:.3f}")
    _line(losses, epochs, public, PUBLIC, "-", marker, f"PublicTest {public[-1]:.3f}")
    lowest = f"lowest: {public[best]:.3f} after epoch {epochs[best]}"
    losses.plot(epochs[best], public[best], "o", color=PUBLIC, mfc="none", ms=9, label=lowest)
    losses.set_ylabel("loss")

    train = [row.train_accuracy for row in rows]
    clean = [row.clean_accuracy for row in rows]
    public = [row.public_accuracy for row in rows]
    _line(accuracies, epochs, train, TRAIN, ":", marker, "Training, augmented")
    _line(accuracies, epochs, clean, CLEAN, "--", marker, f"Training {clean[-1]:.1%}")
    _line(accuracies, epochs, public, PUBLIC, "-", marker, f"PublicTest {public[-1]:.1%}")
    gap = f"gap {100 * rows[-1].gap:.1f} points"
    accuracies.fill_between(epochs, public, clean, color=CLEAN, alpha=0.13, lw=0, label=gap)
    accuracies.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    accuracies.set_ylabel("accuracy")

    _line(rates, epochs, [row.learning_rate for row in rows], RATE, "-", marker, "")
    rates.set_ylabel("learning rate")
    rates.set_xlabel("epoch")
    rates.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    rates.set_ylim(0, 1.1 * max(row.learning_rate for row in rows))
    if len(rows) == 1:
        rates.set_xlim(epochs[0] - 0.5, epochs[0] + 0.5)
    for axes in (losses, accuracies):
        axes.legend(frameon=False)
    for axes in (losses, accuracies, rates):
        tidy(axes)
    if title:
        figure.suptitle(title)
    return figure


def _line(
    axes: Axes,
    epochs: list[int],
    values: list[float],
    colour: str,
    style: str,
    marker: str,
    label: str,
) -> None:
    axes.plot(epochs, values, color=colour, ls=style, marker=marker, lw=1.8, label=label)
