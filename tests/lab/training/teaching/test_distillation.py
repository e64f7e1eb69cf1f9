"""Teachers: what they say, how it enters the loss, and which are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.errors import DataError, RecipeError, RunError
from mien.lab.data.faces import FaceData
from mien.lab.data.folds import folds_of
from mien.lab.training.loop import train
from mien.lab.training.predict import predict_logits
from mien.lab.training.recipe import Recipe
from mien.lab.training.run import Run
from mien.lab.training.setup import prepare
from mien.lab.training.targets import Objective, teachers_of
from mien.lab.training.teachers.teachers import joined_to_votes, load_teachers, taught
from mien.lab.training.teaching.distillation import Distillation

CPU = torch.device("cpu")


@pytest.fixture
def pupil(finished: Run, make_recipe: Callable[..., Recipe]) -> Callable[..., Recipe]:
    """A recipe taught by ``finished``."""

    def make(**changes: object) -> Recipe:
        distillation = {"teachers": [str(finished.folder)], **changes.pop("distillation", {})}  # type: ignore[dict-item]
        return make_recipe(name="pupil", distillation=distillation, **changes)

    return make


def test_the_divergence_by_hand():
    # One image, two labels: softened at T = 2 the pupil's logits (2 ln 3, 0) are 3/4 and 1/4.
    logits = {"emotion": torch.tensor([[2 * np.log(3.0), 0.0]])}
    hard = torch.tensor([[1.0, 0.0]])
    targets = {"emotion": hard, teachers_of("emotion"): torch.tensor([[0.5, 0.5]])}
    weights = dict.fromkeys(targets, torch.ones(1))
    options = Distillation(teachers=("t",), temperature=2, weight=0.25)
    cross_entropy = -np.log(9 / 10)
    divergence = 0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25)
    found = Objective("emotion", {}, None, options)(logits, targets, weights)
    assert float(found) == pytest.approx(0.75 * cross_entropy + 0.25 * 4 * divergence, rel=1e-5)


def test_an_image_that_no_teacher_speaks_about_learns_from_its_label_alone():
    logits = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.eye(3)[[0, 1]]
    targets = {"emotion": labels, teachers_of("emotion"): torch.full((2, 3), 1 / 3)}
    weights = {"emotion": torch.ones(2), teachers_of("emotion"): torch.zeros(2)}
    objective = Objective("emotion", {}, None, Distillation(teachers=("t",), weight=0.9))
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1]))
    torch.testing.assert_close(objective({"emotion": logits}, targets, weights), expected)


def test_a_pupil_that_says_what_its_teacher_says_has_no_divergence():
    logits = torch.randn(5, 7, generator=torch.Generator().manual_seed(0))
    said = torch.softmax(logits / 3, 1)
    targets = {"emotion": said, teachers_of("emotion"): said}
    weights = dict.fromkeys(targets, torch.ones(5))
    objective = Objective("emotion", {}, None, Distillation(teachers=("t",), weight=1))
    assert float(objective({"emotion": logits}, targets, weights)) == pytest.approx(0, abs=1e-6)


def test_teachers_say_the_softened_mean_over_both_mirror_images(finished: Run, faces: FaceData):
    labels = finished.facts()["labels"]
    options = Distillation(teachers=(str(finished.folder), str(finished.folder)))
    teachers = load_teachers(options, faces, labels)
    said, heard = taught(teachers, faces.images[:9], np.arange(9), 2.0, CPU, torch.float32)
    assert bool(heard.all())
    assert set(said) == set(labels)
    logits = predict_logits(
        finished.load_model(), faces.images[:9], finished.recipe().input, views="flip"
    )
    for head, values in said.items():
        # Softening by 2 is taking the square root and making the row sum to 1 again.
        root = np.exp(logits[head]) ** 0.5
        np.testing.assert_allclose(values, root / root.sum(1, keepdims=True), rtol=1e-4)


def test_a_head_that_one_teacher_lacks_is_not_taught(finished: Run, faces: FaceData):
    options = Distillation(teachers=(str(finished.folder),))
    whole = load_teachers(options, faces, finished.facts()["labels"])[0]
    main = whole.heads[0]
    teachers = (whole, replace(whole, heads=(main,)))
    said, _ = taught(teachers, faces.images[:4], np.arange(4), 3, CPU, torch.float32)
    assert set(said) == {main}


def test_a_run_is_taught_resumes_and_says_by_whom(
    finished: Run,
    faces: FaceData,
    pupil: Callable[..., Recipe],
    tmp_path: Path,
    same_weights: Callable[[Path, Path], bool],
):
    recipe, heard = pupil(epochs=2), []
    whole = Run(tmp_path / "whole")
    train(recipe, faces, whole, on_weights=heard.append)
    assert heard == [f"taught by {finished.folder.name}"]
    assert list(whole.facts()["teachers"]) == [finished.folder.name]

    class StoppedError(Exception):
        pass

    def stop(logs: list[object]) -> None:
        raise StoppedError

    stopped = Run(tmp_path / "stopped")
    with pytest.raises(StoppedError):
        train(recipe, faces, stopped, on_epoch=stop)
    train(recipe, faces, stopped, resume=True)
    assert same_weights(whole.weights, stopped.weights)
    untaught = Run(tmp_path / "untaught")
    train(recipe.model_copy(update={"distillation": Distillation()}), faces, untaught)
    assert not same_weights(whole.weights, untaught.weights)


def test_synthetic_images_are_taught_too(faces: FaceData, pupil: Callable[..., Recipe]):
    session = prepare(pupil(balance={"method": "smote", "neighbours": 2}), faces, CPU)
    main = session.objective.main
    assert len(session.targets.distributions[teachers_of(main)]) == len(session.drawn.labels)
    assert float(session.targets.weights[teachers_of(main)].min()) == 1


def test_a_teacher_speaks_of_the_fold_that_it_has_not_seen(finished: Run, faces: FaceData):
    options = Distillation(teachers=(str(finished.folder),))
    whole = load_teachers(options, faces, finished.facts()["labels"])[0]
    zeroed = finished.load_model()
    torch.nn.init.zeros_(zeroed.heads.get_parameter("fer2013.weight"))
    torch.nn.init.zeros_(zeroed.heads.get_parameter("fer2013.bias"))
    teachers = (
        replace(whole, folds=2, without_fold=0),
        replace(whole, network=zeroed, folds=2, without_fold=1),
    )
    images = faces.images[:20]
    rows = np.arange(20)
    said = taught(teachers, images, rows, 2, CPU, torch.float32)[0]["fer2013"]
    alone = taught((whole,), images, rows, 2, CPU, torch.float32)[0]["fer2013"]
    first = folds_of(images, 2) == 0
    assert 0 < first.sum() < 20
    torch.testing.assert_close(said[first], alone[first])
    torch.testing.assert_close(said[~first], torch.full_like(said[~first], 1 / 7))
    _, heard = taught(teachers[:1], images, rows, 2, CPU, torch.float32)
    np.testing.assert_array_equal(heard.numpy() > 0, first)


def test_runs_of_folds_teach(
    faces: FaceData,
    pupil: Callable[..., Recipe],
    make_recipe: Callable[..., Recipe],
    tmp_path: Path,
):
    folders = []
    for fold in range(2):
        recipe = make_recipe(name=f"fold{fold}", epochs=1, data={"folds": 2, "without_fold": fold})
        run = Run(tmp_path / recipe.name)
        train(recipe, faces, run)
        assert sum(run.facts()["drawn_from"].values()) < (faces.splits == 0).sum()
        folders.append(str(run.folder))
    main = teachers_of(faces.label_set.name)
    found = prepare(pupil(distillation={"teachers": folders}), faces, CPU).targets
    assert bool((found.distributions[main].sum(1) - 1).abs().max() < 1e-5)
    with pytest.raises(RecipeError, match="no teacher may speak about"):
        prepare(pupil(distillation={"teachers": folders[1:]}), faces, CPU)
    partial = {"teachers": folders[1:], "partial": True}
    weights = prepare(pupil(distillation=partial), faces, CPU).targets.weights[main]
    assert 0 < float(weights.mean()) < 1
    with pytest.raises(RecipeError, match=r"below data\.folds"):
        make_recipe(data={"folds": 2, "without_fold": 2})


def test_votes_multiply_what_teachers_say():
    said = torch.tensor([[0.5, 0.5], [0.8, 0.2], [0.5, 0.5]])
    likely = np.array([[0.64, 0.36], [0.5, 0.5]], np.float32)
    # Row 0 by the power 1/2: 0.8 to 0.6. Even votes change nothing, nor do a synthetic one's none.
    found = joined_to_votes(said, likely, np.array([0, 1, -1]), 0.5)
    expected = [[4 / 7, 3 / 7], [0.8, 0.2], [0.5, 0.5]]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


def test_votes_reach_the_main_head_alone(faces: FaceData, pupil: Callable[..., Recipe]):
    plain = prepare(pupil(), faces, CPU).targets.distributions
    joined = prepare(pupil(distillation={"votes": 0.5}), faces, CPU).targets.distributions
    main = teachers_of(faces.label_set.name)
    assert {key for key in plain if not torch.equal(plain[key], joined[key])} == {main}
    without = replace(faces, votes=None)
    no_votes = {"data": {"ferplus": False}, "loss": {"ferplus_blend": 0, "ferplus_head": 0}}
    with pytest.raises(DataError, match=r"distillation\.votes=0"):
        prepare(pupil(distillation={"votes": 0.5}, **no_votes), without, CPU)


def test_refused(
    finished: Run, faces: FaceData, pupil: Callable[..., Recipe], make_recipe: Callable[..., Recipe]
):
    with pytest.raises(RunError, match="no such run folder"):
        prepare(pupil(distillation={"teachers": ["nowhere"]}), faces, CPU)
    other = replace(faces, images=255 - faces.images)
    with pytest.raises(RunError, match="trained on other data"):
        prepare(pupil(), other, CPU)
    labels = {"fer2013": ["a", "b"]}
    with pytest.raises(RunError, match="other labels"):
        load_teachers(Distillation(teachers=(str(finished.folder),)), faces, labels)
    with pytest.raises(RecipeError, match=r"need distillation\.teachers"):
        make_recipe(distillation={"temperature": 4})
    frozen = {"transfer": {"weights": "w", "freeze": "backbone"}, "augmentation": {"flip": "none"}}
    with pytest.raises(RecipeError, match="see images"):
        make_recipe(distillation={"teachers": ["t"]}, **frozen)


def test_other_teachers_weights_are_noticed_when_a_run_goes_on(
    faces: FaceData, pupil: Callable[..., Recipe], finished: Run, tmp_path: Path
):
    teacher = Run(tmp_path / "teacher")
    train(finished.recipe().model_copy(update={"epochs": 1}), faces, teacher)
    recipe = pupil(distillation={"teachers": [str(teacher.folder)]}, epochs=1)
    run = Run(tmp_path / "pupil")
    train(recipe, faces, run)
    train(finished.recipe().model_copy(update={"epochs": 2}), faces, teacher)
    with pytest.raises(RunError, match="taught by other weights"):
        train(recipe, faces, run, resume=True)
