"""Short runs, and what makes two of them the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mien.lab.data.faces import FaceData
from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.loop import train
from mien.lab.training.recipe import Recipe
from mien.lab.training.run import Run

SHORT = {
    "epochs": 4,
    # Every source of chance is on.
    "augmentation": {"flip": "random", "shift": 0.05, "brightness": 0.2},
    "mixing": {"mixup": 0.4},
    "model": {"dropout": 0.2, "head_dropout": 0.2},
}


@pytest.fixture(scope="session")
def short_recipe(make_recipe: Callable[..., Recipe]) -> Recipe:
    """Four epochs with dropout, mixup and all augmentation."""
    return make_recipe(**SHORT)


@pytest.fixture(scope="session")
def short_run(
    faces: FaceData, short_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, list[EpochLog]]:
    """``short_recipe`` trained without a stop. Not to be changed."""
    run = Run(tmp_path_factory.mktemp("short") / "tiny-s3")
    return run, train(short_recipe, faces, run)


@pytest.fixture(scope="session")
def same_weights() -> Callable[[Path, Path], bool]:
    """Whether two weight files agree in every bit."""

    def same(one: Path, other: Path) -> bool:
        first, second = load_file(one), load_file(other)
        assert set(first) == set(second)
        return all(torch.equal(first[key], second[key]) for key in first)

    return same


@pytest.fixture(scope="session")
def without_times() -> Callable[[list[EpochLog]], list[tuple[float, ...]]]:
    """Logs less what the clock decides."""
    return lambda logs: [
        (
            row.epoch,
            row.learning_rate,
            row.train_loss,
            row.train_accuracy,
            row.clean_loss,
            row.clean_accuracy,
            row.public_loss,
            row.public_accuracy,
        )
        for row in logs
    ]
