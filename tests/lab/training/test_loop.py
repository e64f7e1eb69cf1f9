from __future__ import annotations

import csv
import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from mien.errors import DataError, RecipeError, RunError
from mien.lab.data.faces import FaceData
from mien.lab.data.preprocess import Input
from mien.lab.training import setup
from mien.lab.training.loop import train
from mien.lab.training.predict import predict_logits
from mien.lab.training.run import Run
from mien.lab.training.setup import prepare
from mien.lab.training.targets import Objective


def _scrambled(data: FaceData, split: str, seed: int = 5) -> FaceData:
    """``data`` with noise for images, labels and votes of one split."""
    rng = np.random.default_rng(seed)
    rows = data.rows(split)
    images, labels, votes = data.images.copy(), data.labels.copy(), data.votes.copy()
    images[rows] = rng.integers(0, 256, images[rows].shape)
    labels[rows] = rng.integers(0, 7, len(rows))
    votes[rows] = rng.integers(0, 11, votes[rows].shape)
    return replace(data, images=images, labels=labels, votes=votes)


def test_it_learns(finished):
    with finished.log.open() as stream:
        log = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(stream)]
    assert [row["epoch"] for row in log] == list(range(1, 9))
    assert log[-1]["train_loss"] < 0.8 * log[0]["train_loss"]
    assert log[-1]["public_loss"] < 0.8 * log[0]["public_loss"]
    # Seven classes: chance is 0.14.
    assert log[-1]["train_accuracy"] > 0.6
    assert log[-1]["public_accuracy"] > 0.5


def test_the_log_holds_what_was_returned(short_run, short_recipe):
    run, logs = short_run
    with run.log.open() as stream:
        assert list(csv.DictReader(stream)) == [
            {key: str(value) for key, value in asdict(row).items()} for row in logs
        ]
    for row in logs:
        assert 0 <= row.train_accuracy <= 1
        assert 0 <= row.public_accuracy <= 1
        assert row.seconds > 0
        assert row.images_per_second > 0
    # Four steps an epoch: the rate of the last step of each.
    peak = short_recipe.optimiser.learning_rate
    assert [row.learning_rate for row in logs] == sorted(
        (row.learning_rate for row in logs), reverse=True
    )
    assert logs[-1].learning_rate == pytest.approx(peak / (16 - 0.15 * 16))


def test_the_run_says_where_it_comes_from(short_run, short_recipe, faces):
    run, _ = short_run
    facts = run.facts()
    assert facts["data"] == "tiny"
    assert facts["data_sha256"] == faces.sha256
    assert facts["heads"] == {"fer2013": 7, "ferplus": 8}
    assert facts["epochs"] == 4
    assert facts["threads"] == 1
    assert facts["torch"] == torch.__version__
    assert run.recipe() == short_recipe


def test_the_public_scores_are_those_of_the_averaged_weights_that_are_kept(short_run, faces):
    run, logs = short_run
    rows = faces.rows("PublicTest")
    logits = predict_logits(run.load_model(), faces.images[rows], Input(crop=44))["fer2013"]
    assert (logits.argmax(1) == faces.labels[rows]).mean() == pytest.approx(
        logs[-1].public_accuracy
    )


def test_the_same_seed_gives_the_same_weights(
    tmp_path, faces, short_recipe, short_run, same_weights, without_times
):
    # Whatever was drawn before.
    torch.manual_seed(99)
    torch.rand(7)
    np.random.seed(99)
    again = Run(tmp_path / "again")
    logs = train(short_recipe, faces, again)
    assert same_weights(again.weights, short_run[0].weights)
    assert without_times(logs) == without_times(short_run[1])


def test_another_seed_gives_others(tmp_path, faces, short_recipe, short_run, same_weights):
    other = Run(tmp_path / "other")
    train(short_recipe.model_copy(update={"seed": 4, "epochs": 1}), faces, other)
    assert not same_weights(other.weights, short_run[0].weights)


def test_private_test_is_never_read(
    tmp_path, faces, short_recipe, short_run, same_weights, without_times
):
    """Noise in place of its images, labels and votes changes no bit of weights and log."""
    changed = _scrambled(faces, "PrivateTest")
    assert changed.sha256 != faces.sha256
    run = Run(tmp_path / "scrambled")
    logs = train(short_recipe, changed, run)
    assert same_weights(run.weights, short_run[0].weights)
    assert without_times(logs) == without_times(short_run[1])


def test_public_test_is_measured_and_not_fitted_on(
    tmp_path, faces, short_recipe, short_run, same_weights
):
    run = Run(tmp_path / "scrambled")
    logs = train(short_recipe, _scrambled(faces, "PublicTest"), run)
    assert same_weights(run.weights, short_run[0].weights)
    assert logs[-1].public_loss != short_run[1][-1].public_loss


def test_training_data_do_matter(tmp_path, faces, short_recipe, short_run, same_weights):
    """What the two tests above rest on: a change of Training is seen."""
    images = faces.images.copy()
    images[faces.rows("Training")[0], 20, 20] ^= 64
    run = Run(tmp_path / "one pixel")
    train(short_recipe, replace(faces, images=images), run)
    assert not same_weights(run.weights, short_run[0].weights)


def test_each_epoch_takes_each_training_row_once(
    tmp_path, faces, short_recipe, short_run, monkeypatch
):
    taken: dict[int, list[int]] = {}
    real = setup.augment

    training = faces.rows("Training")

    def recorded(images, at, epoch, *rest):
        rows = training[at.numpy()]
        assert torch.equal(images, torch.from_numpy(faces.images[rows]))
        taken.setdefault(epoch, []).extend(rows.tolist())
        return real(images, at, epoch, *rest)

    monkeypatch.setattr(setup, "augment", recorded)
    train(short_recipe, faces, Run(tmp_path / "run"))
    assert sorted(taken) == [0, 1, 2, 3]
    for rows in taken.values():
        # 56 images are four batches of 14.
        assert sorted(rows) == training.tolist()
        assert rows != training.tolist()
    assert taken[0] != taken[1]


def test_a_last_batch_that_is_not_full_is_left_out(tmp_path, faces, short_recipe, monkeypatch):
    sizes = []
    real = setup.augment
    monkeypatch.setattr(
        setup, "augment", lambda images, *rest: (sizes.append(len(images)), real(images, *rest))[1]
    )
    train(
        short_recipe.model_copy(update={"batch_size": 20, "epochs": 1}), faces, Run(tmp_path / "r")
    )
    assert sizes == [20, 20]


def test_progress_is_told_after_every_batch(tmp_path, faces, short_recipe):
    steps = []
    recipe = short_recipe.model_copy(update={"epochs": 2})
    logs = train(recipe, faces, Run(tmp_path / "run"), on_step=steps.append)
    assert [(s.epoch, s.step) for s in steps] == [(e, s) for e in range(2) for s in range(4)]
    assert {(s.epochs, s.steps_per_epoch) for s in steps} == {(2, 4)}
    assert [s.last for s in steps] == [None] * 4 + [logs[0]] * 4
    assert np.mean([s.loss for s in steps[:4]]) == pytest.approx(logs[0].train_loss)


def test_mixing_ends_before_the_last_fifth(tmp_path, faces, short_recipe, monkeypatch):
    """Five epochs of four steps; the last epoch has the plain targets."""
    seen = []
    monkeypatch.setattr(
        Objective,
        "__call__",
        lambda self, logits, targets, weights: (
            seen.append(targets["fer2013"]),
            -sum(
                (targets[head] * values.log_softmax(1)).sum(1).mean()
                for head, values in logits.items()
            ),
        )[1],
    )
    recipe = short_recipe.model_copy(update={"epochs": 5})
    plain = prepare(recipe, faces, torch.device("cpu")).targets.distributions["fer2013"]
    train(recipe, faces, Run(tmp_path / "run"))
    mixed = [not all(bool((row == plain).all(1).any()) for row in targets) for targets in seen]
    assert sum(mixed[:16]) >= 12
    assert mixed[16:] == [False] * 4


def test_bfloat16_trains_too(tmp_path, faces, short_recipe, short_run, same_weights):
    run = Run(tmp_path / "run")
    logs = train(short_recipe.model_copy(update={"precision": "bfloat16"}), faces, run)
    assert logs[-1].train_loss < logs[0].train_loss
    assert {value.dtype for value in load_file(run.weights).values()} == {
        torch.float32,
        torch.int64,
    }
    assert not same_weights(run.weights, short_run[0].weights)


def test_a_loss_that_diverges_stops_the_run(tmp_path, faces, make_recipe):
    run = Run(tmp_path / "run")
    recipe = make_recipe(optimiser={"learning_rate": 1e30})
    with pytest.raises(RunError) as caught:
        train(recipe, faces, run)
    assert str(caught.value) in {
        f"{run.folder}: the loss became {value} at epoch 1, step {step}; "
        "lower optimiser.learning_rate (now 1e+30; mien lr-find suggests one)"
        for value in ("nan", "inf")
        for step in (2, 3, 4)
    }
    assert not run.checkpoint.exists()
    assert not run.weights.exists()


def test_a_batch_that_training_cannot_fill(tmp_path, faces, make_recipe):
    with pytest.raises(
        RecipeError, match=r"^tiny: batch_size 57 is more than the 56 Training images"
    ):
        train(make_recipe(batch_size=57), faces, Run(tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["Training", "PublicTest"])
def test_a_split_that_is_not_there(tmp_path, faces, make_recipe, missing):
    splits = np.where(faces.splits == ("Training", "PublicTest").index(missing), 2, faces.splits)
    recipe = make_recipe(data={"ferplus": False}, loss={"ferplus_blend": 0, "ferplus_head": 0})
    with pytest.raises(DataError, match=f"^tiny: split {missing} has no rows"):
        train(recipe, replace(faces, splits=splits.astype(np.uint8)), Run(tmp_path / "run"))


def test_facts_are_json(short_run):
    assert json.loads((short_run[0].folder / "run.json").read_text("utf-8")) == short_run[0].facts()


def test_early_stopping_keeps_the_best_epochs_weights(tmp_path, faces, make_recipe, monkeypatch):
    losses, seen = iter([3.0, 2.0, 1.0, 1.5, 1.2, 0.1]), []

    def measure(self, module, which):
        if which == "clean":
            return 1.0, 0.5
        seen.append({key: value.clone() for key, value in module.state_dict().items()})
        return next(losses), 0.4

    monkeypatch.setattr(setup.Session, "measure", measure)
    recipe = make_recipe(early_stopping={"patience": 2})
    run = Run(tmp_path / "run")
    logs = train(recipe, faces, run)
    assert [row.public_loss for row in logs] == [3.0, 2.0, 1.0, 1.5, 1.2]
    assert run.facts()["best_epoch"] == 3
    assert run.facts()["epochs"] == 5
    kept = load_file(run.weights)
    assert all(torch.equal(kept[key], value) for key, value in seen[2].items())
    assert not torch.equal(kept["heads.fer2013.bias"], seen[4]["heads.fer2013.bias"])
    # A run that has stopped stays stopped, with the same weights.
    assert train(recipe, faces, run, resume=True) == logs
    again = load_file(run.weights)
    assert all(torch.equal(kept[key], value) for key, value in again.items())


def test_without_a_running_average_the_weights_are_the_last_ones(tmp_path, faces, make_recipe):
    run = Run(tmp_path / "run")
    logs = train(make_recipe(ema=0, epochs=2), faces, run)
    rows = faces.rows("PublicTest")
    logits = predict_logits(run.load_model(), faces.images[rows], Input(crop=44))["fer2013"]
    assert (logits.argmax(1) == faces.labels[rows]).mean() == pytest.approx(
        logs[-1].public_accuracy
    )


def test_the_gap_is_measured_on_training_images_as_they_are(short_run, faces):
    run, logs = short_run
    rows = faces.rows("Training")
    logits = predict_logits(run.load_model(), faces.images[rows], Input(crop=44))["fer2013"]
    clean = (logits.argmax(1) == faces.labels[rows]).mean()
    assert logs[-1].clean_accuracy == pytest.approx(clean)
    for row in logs:
        assert row.gap == pytest.approx(row.clean_accuracy - row.public_accuracy)


def test_out_of_memory_names_the_batch_size(tmp_path, faces, make_recipe, monkeypatch):
    def full(*arguments):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 99 bytes")

    monkeypatch.setattr(setup.Session, "logits", full)
    with pytest.raises(RunError, match="out of memory with batch_size 14 at 44×44 pixels; train"):
        train(make_recipe(), faces, Run(tmp_path / "run"))


def test_twins_of_test_images_are_not_trained_on(tmp_path, faces, make_recipe):
    images = faces.images.copy()
    training, private = faces.rows("Training"), faces.rows("PrivateTest")
    images[training[5]] = images[private[2]]
    data = replace(faces, images=images)
    cpu = torch.device("cpu")
    for twins, there in (("drop", False), ("keep", True)):
        recipe = make_recipe(data={"twins": twins})
        assert (training[5] in prepare(recipe, data, cpu).drawn.sources) is there
