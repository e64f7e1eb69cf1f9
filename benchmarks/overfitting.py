"""What keeps a network from learning its images by heart: curves and gaps, with and without.

    mien data import fer2013.csv
    python benchmarks/overfitting.py train    # a quarter of an hour; goes on where it stopped
    python benchmarks/overfitting.py page     # results/overfitting.md and its picture

Three networks, each trained by the same steps with nothing against overfitting, with dropout, with
augmentation, with weight decay, and with all three. Early stopping needs no run of its own: it is
each run, ended where PublicTest's loss was lowest. The logs are kept in ``results/overfitting``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch
from kept_logs import draw_accuracies, train_once
from matplotlib.axes import Axes

from mien.lab.pages.figures import BLUE, GREY, new_figure
from mien.lab.training.early_stopping import best_epoch
from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.recipe import Recipe, load_recipe
from mien.lab.training.watching.read_log import read_epochs

RESULTS = Path(__file__).resolve().parent / "results"
LOGS, PAGE, PICTURE = (
    RESULTS / name for name in ("overfitting", "overfitting.md", "overfitting.png")
)

ALIKE = (
    "data.share=0.1 data.ferplus=false loss.ferplus_head=0 loss.ferplus_blend=0 "
    "loss.label_smoothing=0 "
    "schedule.name=constant schedule.warmup=0 early_stopping.patience=null "
    "epochs=30 batch_size=128 ema=0 seed=0"
)
"""What all runs have in common: less data than there is, so that a quarter of an hour shows it."""

BARE = (
    "augmentation.flip=none augmentation.rotation=0 augmentation.scale=[1,1] augmentation.shift=0 "
    "augmentation.brightness=0 augmentation.contrast=0"
)
TURNED = (
    "augmentation.flip=alternating augmentation.rotation=10 augmentation.scale=[0.9,1.1] "
    "augmentation.shift=0.08 augmentation.brightness=0 augmentation.contrast=0"
)


@dataclass(frozen=True)
class Net:
    """A recipe, its other keys, and its dropout: none of it, and some."""

    recipe: str
    keys: str
    without: str
    dropout: str


NETS = {
    "fcnn-256-512": Net("fcnn-256-512", "", "model.dropout=0", "model.dropout=0.4"),
    "convnet-3": Net("convnet-3", "model.width=16", "model.dropout=0", "model.dropout=0.5"),
    "vgg8": Net(
        "vgg8-small", "", "model.dropout=0 model.head_dropout=0",
        "model.dropout=0.15 model.head_dropout=0.5",
    ),
}  # fmt: skip

MEANS = ("nothing", "dropout", "augmentation", "weight decay", "all three")
OPTIMISER = "optimiser={{name: adamw, learning_rate: 0.001, weight_decay: {}}}"


def recipe_of(net: str, means: str) -> Recipe:
    """The recipe of one run."""
    chosen = NETS[net]
    words = [
        ALIKE,
        chosen.keys,
        chosen.dropout if means in ("dropout", "all three") else chosen.without,
        TURNED if means in ("augmentation", "all three") else BARE,
        f"name={stem_of(net, means)}",
    ]
    decay = OPTIMISER.format(0.1 if means in ("weight decay", "all three") else 0)
    return load_recipe(chosen.recipe, (*" ".join(words).split(), decay))


def stem_of(net: str, means: str) -> str:
    """The name of a run and of its log."""
    return f"{net}-{means.replace(' ', '-')}"


def train_all(root: Path) -> None:
    """Train what has no log in ``results`` yet."""
    for net in NETS:
        for means in MEANS:
            train_once(recipe_of(net, means), kept_of(net, means), root)


def kept_of(net: str, means: str) -> Path:
    """Where the log of one run is kept."""
    return LOGS / f"{stem_of(net, means)}.csv"


def read(net: str, means: str) -> list[EpochLog]:
    """The epochs of one run."""
    return read_epochs(kept_of(net, means))


def table() -> str:
    """A row a run: at its end, and where early stopping would have kept it."""
    heads = ["network", "against overfitting", "Training, %", "PublicTest, %", "gap, points",
             "PublicTest's loss", "stopped early: epoch", "Training, %", "PublicTest, %",
             "gap, points", "PublicTest's loss"]  # fmt: skip
    lines = ["| " + " | ".join(heads) + " |", "| --- | --- " + "| ---: " * 9 + "|"]
    for net in NETS:
        for means in MEANS:
            log = read(net, means)
            best = log[best_epoch([row.public_loss for row in log])]
            cells = [net, means, *figures(log[-1]), str(best.epoch), *figures(best)]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figures(row: EpochLog) -> list[str]:
    """Accuracies, gap and loss of an epoch."""
    percent = [f"{100 * v:.1f}" for v in (row.clean_accuracy, row.public_accuracy, row.gap)]
    return [*percent, f"{row.public_loss:.2f}"]


def draw() -> None:
    """A panel a run: accuracy on Training and PublicTest, the gap between them."""
    figure = new_figure(13, 7.2)
    panels = figure.subplots(len(NETS), len(MEANS), sharex=True, sharey=True)
    for line, net in zip(panels, NETS, strict=True):
        for axes, means in zip(line, MEANS, strict=True):
            draw_run(axes, read(net, means), f"{net}: {means}")
    for axes in panels[-1]:
        axes.set_xlabel("epoch")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(PICTURE)


def draw_run(axes: Axes, log: list[EpochLog], title: str) -> None:
    """One panel."""
    epochs = [row.epoch for row in log]
    training = [row.clean_accuracy for row in log]
    public = [row.public_accuracy for row in log]
    axes.fill_between(epochs, training, public, color=BLUE, alpha=0.12, lw=0, label="gap")
    draw_accuracies(axes, log, title)
    best = log[best_epoch([row.public_loss for row in log])].epoch
    axes.axvline(best, color=GREY, ls=":", label="lowest loss on PublicTest: early stopping")
    axes.text(
        epochs[-1], (training[-1] + public[-1]) / 2, f"{100 * log[-1].gap:.0f} ", ha="right",
        va="center", fontsize=9, color=GREY,
    )  # fmt: skip


def write_page() -> None:
    """``results/overfitting.md`` from the kept logs."""
    draw()
    text = Path(__file__).with_name("overfitting_page.md").read_text("utf-8")
    PAGE.write_text(text.format(table=table(), commands=f"`{ALIKE}`"), "utf-8")
    print(table())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("train", "page"))
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    if chosen.what == "train":
        train_all(chosen.runs)
    else:
        write_page()


if __name__ == "__main__":
    main()
