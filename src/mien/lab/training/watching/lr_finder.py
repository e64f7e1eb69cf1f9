"""Learning-rate range test: which rate to train with, from a few hundred steps."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from mien.errors import RunError
from mien.lab.beside import write_beside
from mien.lab.pages.picture import write_figure
from mien.lab.training.watching.learning_curves import CLEAN, PUBLIC, TRAIN

DIVERGED = 4.0
"""The test ends when the smoothed loss is this many times the lowest."""

CLIMB = 0.1
"""A climb is a rise of the smoothed loss by this share of its fall so far, and out of the noise."""

NOISE = 4.5
"""After a fall, a rise is out of the noise at this many standard errors of the smoothed loss."""

DOUBT = 9.0
"""And until the loss has fallen by this many, only at this many: nothing has been learnt yet."""

LEVEL = 2.0
"""Smoothed losses that differ by fewer standard errors than this are as good as equal."""

MARGIN = 2.0
"""A rate is steady this many times below the one at which the loss begins to climb."""

FEWEST = 20
"""Steps without which a curve says nothing."""


@dataclass(frozen=True)
class RateCurve:
    """Loss over learning rate.

    Attributes
    ----------
    rates, losses, smoothed : ndarray of shape (n,), float64
        Learning rate of each step, its loss, and the losses smoothed over neighbouring steps.
    error : float
        Standard error of a smoothed loss.
    diverged : bool
        Whether the test ended because the loss exploded, and not at the highest rate.
    normalised : bool
        Whether the optimiser's steps are as long as the rate says, however small the gradient
        (Adam, AdamW, Muon).
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    error: float
    diverged: bool
    normalised: bool = False

    @property
    def edge(self) -> float:
        """The rate from which on the loss first climbs; if it never does, that of the lowest loss.

        Networks with batch norm often recover from the first climb and seem to learn at far higher
        rates: no rate beyond it is worth recommending.
        """
        return float(self.rates[self._edge()])

    @property
    def middle(self) -> float:
        """The rate at which half of the fall of the loss up to ``edge`` is done."""
        until = self.smoothed[: self._edge() + 1]
        half = (self.smoothed[0] + until.min()) / 2
        # The last time that it is crossed: at the first steps noise may do so too.
        return float(self.rates[np.flatnonzero(until >= half)[-1]])

    @property
    def steady(self) -> float:
        """Half of ``edge``: near the greatest rate that is steady."""
        return self.edge / MARGIN

    @property
    def recommended(self) -> float:
        """``steady``, as Smith 2017 advises; for a normalised optimiser ``middle`` if it is less.

        The loss of a normalised optimiser rises late and slowly, at rates at which every single
        step is far too long.
        """
        return min(self.middle, self.steady) if self.normalised else self.steady

    @property
    def steepest(self) -> float:
        """The rate at which the loss falls fastest by logarithm of the rate, before ``edge``."""
        # The first steps tell of their own images rather than of the rate.
        begin, end = len(self.rates) // 10, max(self._edge() + 1, len(self.rates) // 10 + 3)
        slope = np.gradient(self.smoothed[begin:end], np.log(self.rates[begin:end]))
        return float(self.rates[begin + slope.argmin()])

    @property
    def complete(self) -> bool:
        """Whether the loss climbs within the rates that were tried."""
        return self.diverged or self._climb() is not None

    def _edge(self) -> int:
        climb = self._climb()
        until = self.smoothed[:climb]
        level = np.flatnonzero(until <= until.min() + LEVEL * self.error)
        # Where nothing climbs, the far end of a level floor is only the end of the test.
        return int(level[0] if climb is None and not self.diverged else level[-1])

    def _climb(self) -> int | None:
        """The first step at which the smoothed loss has risen by more than noise."""
        least, first = float(self.smoothed[0]), float(self.smoothed[0])
        for step, loss in enumerate(self.smoothed):
            least = min(least, float(loss))
            fall = first - least
            noise = (NOISE if fall > DOUBT * self.error else DOUBT) * self.error
            if loss - least > max(CLIMB * fall, noise, 1e-6 * abs(least)):
                return step
        return None


def find_learning_rate(
    step: Callable[[float], float],
    *,
    lowest: float,
    highest: float,
    steps: int = 200,
    normalised: bool = False,
    on_step: Callable[[int, float, float], None] = lambda done, rate, loss: None,
) -> RateCurve:
    """Train with a rate that grows by the same factor from step to step (Smith 2017, section 3.3).

    Parameters
    ----------
    step : callable
        Takes one optimisation step at the given rate and returns the loss before it.
    lowest, highest : float
        The first and the last rate.
    steps : int
        The test ends before if the loss is not finite or ``DIVERGED`` times the lowest.
    normalised : bool
        As in ``RateCurve``.
    on_step : callable
        Progress: steps done, rate, loss.

    Raises
    ------
    ValueError
        If the rates do not grow, or there are fewer than ``FEWEST`` steps.
    RunError
        If the loss diverges within the first ``FEWEST`` steps.
    """
    if not 0 < lowest < highest:
        raise ValueError("the highest learning rate must be above the lowest, both above 0")
    if steps < FEWEST:
        raise ValueError(f"at least {FEWEST} steps are needed")
    growth = (highest / lowest) ** (1 / (steps - 1))
    rates: list[float] = []
    losses: list[float] = []
    # While the test runs only the past is known.
    running, least = 0.0, math.inf
    diverged = False
    for number in range(steps):
        rate = lowest * growth**number
        loss = step(rate)
        if not math.isfinite(loss):
            diverged = True
            break
        rates.append(rate)
        losses.append(loss)
        on_step(number + 1, rate, loss)
        running = 0.9 * running + 0.1 * loss
        average = running / (1 - 0.9 ** (number + 1))
        least = min(least, average)
        if average > DIVERGED * least:
            diverged = True
            break
    if len(losses) < FEWEST:
        raise RunError(
            f"the loss diverges from the first steps on, at learning rate {rate:.2g}",
            hint="begin lower, with --lowest",
        )
    found, width = np.array(losses), max(2, steps / 40)
    smoothed = _smooth(found, width)
    # The median is not moved by the explosion at the end.
    noise = 1.4826 * float(np.median(np.abs(found - smoothed)))
    error = noise / math.sqrt(2 * math.sqrt(math.pi) * width)
    return RateCurve(np.array(rates), found, smoothed, error, diverged, normalised)


def write_rates(curve: RateCurve, path: Path) -> None:
    """Write a CSV: step, learning_rate, loss, smoothed_loss.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """

    def write(partial: Path) -> None:
        with partial.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["step", "learning_rate", "loss", "smoothed_loss"])
            columns = (curve.rates, curve.losses, curve.smoothed)
            for number, row in enumerate(zip(*columns, strict=True), 1):
                writer.writerow([number, *(f"{value:.6g}" for value in row)])

    write_beside(path, write)


def plot_rates(curve: RateCurve, path: Path, *, title: str = "") -> None:
    """Draw the curve with its rates into a PNG.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    figure = Figure(figsize=(8, 5), dpi=100, layout="constrained")
    axes = figure.subplots()
    axes.plot(curve.rates, curve.losses, color=TRAIN, lw=0.8, alpha=0.6, label="loss of each step")
    axes.plot(curve.rates, curve.smoothed, color=CLEAN, lw=2, label="smoothed")
    for rate, style, label in (
        (curve.recommended, "-", "recommended"),
        (curve.steepest, "--", "steepest descent"),
        (curve.edge, ":", "the loss begins to climb" if curve.complete else "lowest loss"),
    ):
        axes.axvline(rate, color=PUBLIC, ls=style, lw=1.5, label=f"{rate:.2g}: {label}")
    axes.set_xscale("log")
    low, first = curve.smoothed.min(), curve.smoothed[0]
    # What matters is the valley, not how high the loss explodes.
    axes.set_ylim(low - 0.15 * (first - low) - 0.05, max(first + 0.5 * (first - low), low + 0.5))
    axes.set_xlabel("learning rate")
    axes.set_ylabel("loss")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize="small")
    if title:
        axes.set_title(title)
    write_figure(figure, path)


def _smooth(losses: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """A Gaussian average over both neighbours, ``width`` steps its standard deviation.

    Unlike a running average it does not lag behind, which would shift the rate found.
    """
    steps = np.arange(len(losses))
    weights = np.exp(-0.5 * ((steps[:, None] - steps) / width) ** 2)
    smoothed: NDArray[np.float64] = weights @ losses / weights.sum(1)
    return smoothed
