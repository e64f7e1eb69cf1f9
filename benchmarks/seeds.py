"""The networks that people compare on FER2013, under one honest protocol; and what a leak is worth.

    python benchmarks/seeds.py train [RECIPE ...]   # what benchmarks/seeds_plan.csv says; hours
    python benchmarks/seeds.py leak [RECIPE ...]    # the same with resampling before the split
    python benchmarks/seeds.py table                # results/seeds.csv and results/seeds.md
    python benchmarks/seeds.py pages                # seeds.md and docs/how-good.md from the CSV

FER2013 with its FER+ votes has to be imported as ``fer2013``. ``train`` goes on where it stopped
and leaves out what the table has.
The protocol: fit on Training without the images that PublicTest or PrivateTest hold too; stop and
choose on PublicTest; measure PrivateTest once. The leak: Training is balanced first and split
afterwards, at random, so that copies of one face stand on both sides; PrivateTest stays apart and
says what the same network is really worth.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np
import torch
from kept_logs import keep_log, trained
from seeds_table import LOGS, command_of, is_measured, write_pages, write_tables

from mien.errors import DataError
from mien.lab.data.augmentation.augment import augment
from mien.lab.data.balancing.balance import make_pool
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.store import load_faces, save_faces, stored_path
from mien.lab.evaluation.evaluate import evaluate_run
from mien.lab.training.recipe import Recipe, load_recipe
from mien.lab.training.run import Run
from mien.lab.training.setup import load_data

PLAN = Path(__file__).with_name("seeds_plan.csv")
HELD_OUT = 0.2
"""Share that the authors of the published figures held out of Training at random."""


def plan() -> list[dict[str, str]]:
    with PLAN.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def overrides(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def leaky_faces(recipe: Recipe) -> FaceData:
    """Training balanced first, then a random fifth of it held out as PublicTest."""
    name = f"fer2013-leaky-{recipe.balance.method}"
    try:
        return load_faces(name)
    except DataError:
        pass
    data = load_faces(recipe.data.dataset)
    pool = make_pool(data, data.rows("Training"), recipe.balance, recipe.seed)
    images = pool.images.copy()
    if recipe.balance.method == "augment":
        copies = torch.from_numpy(np.flatnonzero(pool.augmented))
        generator = torch.Generator().manual_seed(recipe.seed)
        for rows in copies.split(1024):
            made = augment(
                torch.from_numpy(images[rows.numpy()]), rows, 0, recipe.input,
                recipe.augmentation, generator,
            )  # fmt: skip
            images[rows.numpy()] = made[:, 0].round().clamp(0, 255).byte().numpy()
    order = np.random.default_rng(0).permutation(len(pool))
    splits = np.full(len(pool), SPLITS.index("Training"), np.uint8)
    splits[order[: round(HELD_OUT * len(pool))]] = SPLITS.index("PublicTest")
    private = data.rows("PrivateTest")
    leaky = FaceData(
        name,
        np.concatenate([images, data.images[private]]),
        np.concatenate([pool.labels.astype(np.uint8), data.labels[private]]),
        np.concatenate([splits, data.splits[private]]),
        data.label_set,
        notes=("Balanced before it was split, on purpose: its PublicTest is no test.",),
    )
    save_faces(leaky, stored_path(name))
    return leaky


def finish(recipe: Recipe, root: Path) -> Run:
    """Train (or go on), then measure PublicTest and PrivateTest."""
    data = load_data(recipe)
    run = trained(recipe, data, root)
    if not run.evaluation.is_file() or "PrivateTest" not in run.evaluation.read_text("utf-8"):
        evaluate_run(run, data, ("PrivateTest",))
    found = json.loads(run.evaluation.read_text("utf-8"))["scores"]
    for score in found:
        if score["metric"] == "accuracy" and score["rule"] == "all" and score["head"] == "fer2013":
            print(f"{run.folder.name}: {score['split']} {score['value']:.2%}", flush=True)
    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("train", "leak", "table", "pages"))
    parser.add_argument("recipes", nargs="*")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    for line in plan():
        if chosen.recipes and line["recipe"] not in chosen.recipes:
            continue
        if chosen.what == "train" and line["train"] != "no":
            if is_measured(command_of(line)):
                continue
            run = finish(load_recipe(line["recipe"], overrides(line["train"])), chosen.runs)
            keep_log(run, LOGS / f"{run.recipe().name}.csv")
        if chosen.what == "leak" and line["leak"]:
            recipe = load_recipe(line["recipe"])
            leaky = leaky_faces(recipe)
            changed = (f"name={recipe.name}-leaky", f"data.dataset={leaky.name}",
                       "data.twins=keep", "balance.method=none",
                       *overrides(line["leak"]))  # fmt: skip
            finish(load_recipe(line["recipe"], changed), chosen.runs)
    if chosen.what == "table":
        write_tables(plan(), chosen.runs)
    if chosen.what == "pages":
        write_pages()


if __name__ == "__main__":
    main()
