"""When is a pretrained network worth it on 48 pixels? Ways of training by share of Training.

    mien data import fer2013.csv
    python benchmarks/pretrained.py train [WAY ...] [--shares 0.1 0.3 1]   # hours; goes on
    python benchmarks/pretrained.py page      # results/pretrained.md and its picture

Measured on PublicTest, after the last epoch and at the best one. The logs are kept in
``results/pretrained``; what has none yet is said to be missing.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch
from kept_logs import train_once
from matplotlib.ticker import PercentFormatter

from mien.lab.data.store import load_faces
from mien.lab.pages.figures import LINE_STYLES, PALETTE, new_figure, tidy
from mien.lab.training.recipe import Recipe, load_recipe
from mien.lab.training.targets import rows_of
from mien.lab.training.watching.read_log import read_epochs

RESULTS = Path(__file__).resolve().parent / "results"
LOGS, PAGE, PICTURE = (RESULTS / name for name in ("pretrained", "pretrained.md", "pretrained.png"))
SHARES = (0.1, 0.3, 1.0)


@dataclass(frozen=True)
class Way:
    """A recipe and its keys, what it is in words, and its epochs by share."""

    words: str
    recipe: str
    keys: tuple[str, ...] = ()
    epochs: tuple[int, int, int] = (30, 30, 30)


WITHOUT_VOTES = ("data.ferplus=false", "loss.ferplus_head=0", "loss.ferplus_blend=0")
WAYS = {
    "frozen": Way("EfficientNet-Lite0, frozen: a linear head on ImageNet's features",
                  "efficientnet-lite0-frozen", epochs=(40, 40, 40)),
    "gradual": Way("EfficientNet-Lite0, thawed part by part", "efficientnet-lite0-gradual"),
    "full": Way("EfficientNet-Lite0, all of it trained on", "efficientnet-lite0-full"),
    "scratch": Way("EfficientNet-Lite0 from scratch", "efficientnet-lite0-full",
                   ("transfer.weights=null", "optimiser.layer_decay=1",
                    "optimiser.learning_rate=0.002")),
    "vgg8": Way("VGG-8 of 19 MMAC from scratch", "vgg8-small",
                ("data.twins=drop", *WITHOUT_VOTES), (100, 60, 40)),
}  # fmt: skip


def recipe_of(way: str, share: float) -> Recipe:
    """The recipe of one run."""
    chosen = WAYS[way]
    epochs = chosen.epochs[SHARES.index(share)]
    own = (f"name={stem_of(way, share)}", f"data.share={share:g}", f"epochs={epochs}")
    return load_recipe(chosen.recipe, (*chosen.keys, *own))


def stem_of(way: str, share: float) -> str:
    """The name of a run and of its log."""
    return f"{way}-{100 * share:.0f}"


def kept_of(way: str, share: float) -> Path:
    """Where the log of one run is kept."""
    return LOGS / f"{stem_of(way, share)}.csv"


def table() -> str:
    """A row a way and share."""
    heads = ["network", "share of Training", "images", "epochs", "minutes on one core",
             "PublicTest at the end, %", "at the best epoch, %", "gap, points"]  # fmt: skip
    lines = ["| " + " | ".join(heads) + " |", "| --- " + "| ---: " * 7 + "|"]
    data = load_faces("fer2013")
    for way, chosen in WAYS.items():
        for share in SHARES:
            recipe = recipe_of(way, share)
            cells = [chosen.words, f"{share:.0%}", f"{len(rows_of(data, recipe.data)):,}"]
            if kept_of(way, share).is_file():
                log = read_epochs(kept_of(way, share))
                end, best = log[-1], max(row.public_accuracy for row in log)
                minutes = sum(row.seconds for row in log) / 60
                cells += [str(len(log)), f"{minutes:.0f}", f"{100 * end.public_accuracy:.1f}",
                          f"{100 * best:.1f}", f"{100 * end.gap:.1f}"]  # fmt: skip
            else:
                cells += [str(recipe.epochs), "not measured", "", "", ""]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def draw() -> None:
    """Accuracy on PublicTest over minutes of training, a panel a share."""
    figure = new_figure(12, 4.4)
    panels = figure.subplots(1, len(SHARES), sharey=True)
    for axes, share in zip(panels, SHARES, strict=True):
        for position, (way, chosen) in enumerate(WAYS.items()):
            if not kept_of(way, share).is_file():
                continue
            log = read_epochs(kept_of(way, share))
            minutes, spent = [], 0.0
            for row in log:
                spent += row.seconds / 60
                minutes.append(spent)
            axes.plot(minutes, [row.public_accuracy for row in log], color=PALETTE[position],
                      ls=LINE_STYLES[position % len(LINE_STYLES)], label=chosen.words)  # fmt: skip
        axes.set_title(f"{share:.0%} of Training", fontsize=10)
        axes.set_xlabel("minutes on one core")
        axes.set_xscale("log")
        axes.yaxis.set_major_formatter(PercentFormatter(1, 0))
        tidy(axes)
    panels[0].set_ylabel("PublicTest")
    named = {text: line for axes in panels
             for line, text in zip(*axes.get_legend_handles_labels(), strict=True)}  # fmt: skip
    figure.legend(named.values(), named, loc="outside lower center", ncols=2, frameon=False)
    figure.savefig(PICTURE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("train", "page"))
    parser.add_argument("ways", nargs="*", metavar="WAY", help=", ".join(WAYS))
    parser.add_argument("--shares", type=float, nargs="+", choices=SHARES, default=SHARES)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    if chosen.what == "page":
        draw()
        text = Path(__file__).with_name("pretrained_page.md").read_text("utf-8")
        PAGE.write_text(text.format(table=table()), "utf-8")
        print(table())
        return
    for share in chosen.shares:
        for way in chosen.ways or WAYS:
            train_once(recipe_of(way, share), kept_of(way, share), chosen.runs)


if __name__ == "__main__":
    main()
