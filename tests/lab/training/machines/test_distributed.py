"""Two processes train what one would with the same global batch."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mien.errors import RecipeError
from mien.lab.data.faces import FaceData
from mien.lab.data.store import save_faces
from mien.lab.training.loop import train
from mien.lab.training.machines.distributed import ProcessGroup
from mien.lab.training.recipe import Recipe
from mien.lab.training.run import Run
from mien.lab.training.transfer import Transfer


@pytest.fixture(scope="module")
def recipe(make_recipe):
    """All that is random but dropout, whose masks each process draws for itself."""
    return make_recipe(
        epochs=3,
        model={"dropout": 0.0, "head_dropout": 0.0},
        augmentation={"flip": "random", "shift": 0.05, "brightness": 0.2},
        mixing={"mixup": 0.4},
        optimiser={"clip": 1.0, "learning_rate": 0.01},
    )


def test_two_processes_have_the_loss_curve_of_one(tmp_path, data_home, faces, recipe):
    check(tmp_path, data_home, faces, recipe)


def check(tmp_path: Path, data_home: Path, faces: FaceData, recipe: Recipe) -> None:
    """Train the recipe in two processes and in this one, and compare."""
    save_faces(faces, data_home / "tiny.safetensors")
    (tmp_path / "recipe.yaml").write_text(recipe.to_yaml())
    launcher = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    arguments = ["-m", "mien", "train", "recipe.yaml", "--threads", "1", "--device", "cpu"]
    done = subprocess.run(
        [sys.executable, "-m", *launcher, *arguments],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    # One of the two speaks.
    assert done.stdout.count(f"runs/tiny-s3: {recipe.epochs} epochs") == 1
    together = Run(tmp_path / "runs" / "tiny-s3")
    assert together.facts()["processes"] == 2
    alone = Run(tmp_path / "alone")
    logs = train(recipe, faces, alone)
    rows = together.log.read_text().splitlines()
    names = rows[0].split(",")
    for line, expected in zip(rows[1:], map(asdict, logs), strict=True):
        found = dict(zip(names, map(float, line.split(",")), strict=True))
        for name in ("train_loss", "clean_loss", "public_loss"):
            assert found[name] == pytest.approx(expected[name], rel=1e-3), name
        for name in ("train_accuracy", "public_accuracy", "learning_rate"):
            assert found[name] == pytest.approx(expected[name]), name
    one, two = load_file(alone.weights), load_file(together.weights)
    assert set(one) == set(two)
    for key, values in one.items():
        torch.testing.assert_close(two[key], values, rtol=2e-2, atol=2e-3)


@pytest.mark.whole_contract
def test_parts_thaw_in_two_processes_as_in_one(tmp_path, data_home, faces, finished, recipe):
    """The norms are synchronised once, though the network is wrapped anew at each thaw."""
    transfer = {"weights": str(finished.weights), "freeze": "gradual", "unfreeze_every": 1}
    thawing = recipe.model_copy(update={"transfer": Transfer(**transfer), "epochs": 2})
    check(tmp_path, data_home, faces, thawing)


def test_a_batch_that_cannot_be_divided_equally():
    assert ProcessGroup(1, 2, 1).share(14) == slice(7, 14)
    with pytest.raises(RecipeError, match="batch_size 14 cannot be divided among 4 processes"):
        ProcessGroup(0, 4, 0).share(14)
