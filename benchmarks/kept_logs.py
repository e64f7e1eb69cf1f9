"""Runs of which only the log is kept, beside the results: run folders do not last."""

from __future__ import annotations

import csv
from dataclasses import fields
from pathlib import Path

from mien.errors import RunError
from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.loop import train
from mien.lab.training.recipe import Recipe
from mien.lab.training.run import Run, run_folder
from mien.lab.training.setup import load_data


def train_once(recipe: Recipe, kept: Path, root: Path) -> None:
    """Train, or go on, and keep the log; nothing where ``kept`` is there."""
    if kept.is_file():
        return
    run = Run(run_folder(recipe, root))
    try:
        run.facts()
    except RunError:
        train(recipe, load_data(recipe), run, resume=True)
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(run.log.read_bytes())
    last = read_kept(kept)[-1]
    print(f"{kept.stem}: Training {last.clean_accuracy:.1%}, "
          f"PublicTest {last.public_accuracy:.1%}", flush=True)  # fmt: skip


def read_kept(kept: Path) -> list[EpochLog]:
    """The epochs of a kept log."""
    with kept.open(newline="", encoding="utf-8") as stream:
        rows = [
            {field.name: float(row[field.name]) for field in fields(EpochLog)}
            for row in csv.DictReader(stream)
        ]
    return [EpochLog(**{**row, "epoch": int(row["epoch"])}) for row in rows]  # type: ignore[arg-type]
