"""Answers that outlive the run: kept, read again, and taught as the run itself would teach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.errors import RunError
from mien.lab.data.faces import FaceData
from mien.lab.data.folds import folds_of
from mien.lab.training.loop import train
from mien.lab.training.recipe import Recipe
from mien.lab.training.run import Run
from mien.lab.training.teachers.kept_answers import KeptAnswers, keep_answers, load_answers
from mien.lab.training.teachers.teachers import load_teachers, taught
from mien.lab.training.teaching.distillation import Distillation

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def of_a_fold(
    faces: FaceData, make_recipe: Callable[..., Recipe], tmp_path_factory: pytest.TempPathFactory
) -> Run:
    """A run that has not seen the first of two folds."""
    run = Run(tmp_path_factory.mktemp("kept") / "fold0-s0")
    train(make_recipe(name="fold0", epochs=1, data={"folds": 2, "without_fold": 0}), faces, run)
    return run


@pytest.fixture
def kept(of_a_fold: Run, faces: FaceData, tmp_path: Path) -> Path:
    """Its answers."""
    target = tmp_path / "answers.npz"
    keep_answers(of_a_fold, faces, target)
    return target


def test_kept_answers_teach_what_the_run_would(of_a_fold: Run, kept: Path, faces: FaceData):
    labels = of_a_fold.facts()["labels"]
    rows = faces.rows("Training")
    said, heard = {}, {}
    for teacher in (str(of_a_fold.folder), str(kept)):
        found = load_teachers(Distillation(teachers=(teacher,)), faces, labels)
        said[teacher], heard[teacher] = taught(
            found, faces.images[rows], rows, 2.0, CPU, torch.float32
        )
    run, file = said.values()
    assert set(run) == set(file) == set(labels)
    for head in labels:
        # float16 keeps three digits.
        torch.testing.assert_close(run[head], file[head], atol=2e-3, rtol=0)
    first, second = heard.values()
    assert torch.equal(first, second)
    np.testing.assert_array_equal(first.numpy() > 0, folds_of(faces.images[rows], 2) == 0)


def test_only_what_was_not_seen_is_kept(
    of_a_fold: Run, finished: Run, kept: Path, faces: FaceData, tmp_path: Path
):
    training = set(faces.rows("Training").tolist())
    found = load_answers(kept, faces, of_a_fold.facts()["labels"])
    unseen = {row for row in training if folds_of(faces.images[[row]], 2)[0] == 0}
    assert set(found.rows.tolist()) & training == unseen
    assert set(range(len(faces))) - training <= set(found.rows.tolist())
    whole = keep_answers(finished, faces, tmp_path / "whole.npz")
    assert not set(whole.rows.tolist()) & training


def test_rows_without_an_answer():
    answers = KeptAnswers("a", np.array([2, 5, 9]), {"fer2013": np.eye(3, dtype=np.float32)}, "")
    assert answers.about(np.array([9, 3, -1, 2, 10])).tolist() == [2, -1, -1, 0, -1]


def test_refused(of_a_fold: Run, kept: Path, faces: FaceData, tmp_path: Path):
    labels = of_a_fold.facts()["labels"]
    with pytest.raises(RunError, match="no such file of answers"):
        load_answers(tmp_path / "none.npz", faces, labels)
    broken = tmp_path / "broken.npz"
    broken.write_bytes(kept.read_bytes()[:200])
    with pytest.raises(RunError, match="not a file of kept answers"):
        load_answers(broken, faces, labels)
    other = replace(faces, images=255 - faces.images)
    with pytest.raises(RunError, match="other data"):
        load_answers(kept, other, labels)
    with pytest.raises(RunError, match="trained on other data"):
        keep_answers(of_a_fold, other, tmp_path / "other.npz")
    with pytest.raises(RunError, match="no answers for the labels of 'fer2013'"):
        load_answers(kept, faces, {"fer2013": ["a", "b"]})
