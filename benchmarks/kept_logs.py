"""Runs of which only the log is kept, beside the results: run folders do not last."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from mien.errors import RunError
from mien.lab.data.faces import FaceData
from mien.lab.pages.figures import BLUE, RED, tidy
from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.loop import train
from mien.lab.training.recipe import Recipe
from mien.lab.training.run import Run, run_folder
from mien.lab.training.setup import load_data
from mien.lab.training.watching.read_log import read_epochs


def trained(recipe: Recipe, data: FaceData, root: Path) -> Run:
    """The recipe's run: as it is when it is complete, else trained, or gone on with."""
    run = Run(run_folder(recipe, root))
    try:
        run.facts()
    except RunError:
        train(recipe, data, run, resume=True, on_epoch=lambda logs: print(
            f"{run.folder.name}: epoch {logs[-1].epoch}, PublicTest "
            f"{logs[-1].public_accuracy:.1%}, {logs[-1].images_per_second:.0f} images/s",
            flush=True))  # fmt: skip
    return run


def keep_log(run: Run, kept: Path) -> None:
    """Copy the log of a run beside the results."""
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(run.log.read_bytes())


def train_once(recipe: Recipe, kept: Path, root: Path) -> None:
    """Train, or go on, and keep the log; nothing where ``kept`` is there."""
    if kept.is_file():
        return
    keep_log(trained(recipe, load_data(recipe), root), kept)
    last = read_epochs(kept)[-1]
    print(f"{kept.stem}: Training {last.clean_accuracy:.1%}, "
          f"PublicTest {last.public_accuracy:.1%}", flush=True)  # fmt: skip


def draw_accuracies(axes: Axes, log: list[EpochLog], title: str) -> None:
    """Accuracy on Training and PublicTest by epoch."""
    epochs = [row.epoch for row in log]
    axes.plot(epochs, [row.clean_accuracy for row in log], "--", color=BLUE,
              label="Training, not augmented")  # fmt: skip
    axes.plot(epochs, [row.public_accuracy for row in log], color=RED, label="PublicTest")
    axes.set_title(title, fontsize=10)
    axes.yaxis.set_major_formatter(PercentFormatter(1, 0))
    axes.set_ylim(0.2, 1.02)
    tidy(axes)
