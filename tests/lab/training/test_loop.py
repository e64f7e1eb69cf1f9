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
from mien.lab.data.standardise import standardise
from mien.lab.training import loop
from mien.lab.training.loop import train
from mien.lab.training.predict import predict_logits
from mien.lab.training.run import Run
from mien.lab.training.targets import make_targets


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
    logits = predict_logits(run.load_model(), faces.images[rows], crop=44)["fer2013"]
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
    real = loop.augment

    def recorded(images, rows, epoch, options, generator):
        assert torch.equal(images, torch.from_numpy(faces.images)[rows])
        taken.setdefault(epoch, []).extend(rows.tolist())
        return real(images, rows, epoch, options, generator)

    monkeypatch.setattr(loop, "augment", recorded)
    train(short_recipe, faces, Run(tmp_path / "run"))
    training = faces.rows("Training").tolist()
    assert sorted(taken) == [0, 1, 2, 3]
    for rows in taken.values():
        # 56 images are four batches of 14.
        assert sorted(rows) == training
        assert rows != training
    assert taken[0] != taken[1]


def test_a_last_batch_that_is_not_full_is_left_out(tmp_path, faces, short_recipe, monkeypatch):
    sizes = []
    real = loop.augment
    monkeypatch.setattr(
        loop, "augment", lambda images, *rest: (sizes.append(len(images)), real(images, *rest))[1]
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


def test_mixup_mixes_distributions_and_ends_before_the_last_fifth(
    tmp_path, faces, short_recipe, monkeypatch
):
    seen = []
    real = loop.total_loss

    def recorded(logits, targets, weights, loss):
        seen.append((targets, weights))
        return real(logits, targets, weights, loss)

    monkeypatch.setattr(loop, "total_loss", recorded)
    recipe = short_recipe.model_copy(update={"epochs": 5})
    plain = make_targets(faces, recipe)
    train(recipe, faces, Run(tmp_path / "run"))

    def is_plain(values: torch.Tensor) -> bool:
        return all((row == plain.distributions["fer2013"]).all(1).any() for row in values)

    # Five epochs of four steps.
    mixed = [not is_plain(targets["fer2013"]) for targets, _ in seen]
    assert sum(mixed[:16]) >= 12
    assert mixed[16:] == [False] * 4
    for targets, weights in seen:
        for head, values in targets.items():
            assert (values >= 0).all()
            torch.testing.assert_close(values.sum(1), (weights[head] > 0).float())
        torch.testing.assert_close(weights["fer2013"], torch.ones(14))
        assert (weights["ferplus"] <= 1 + 1e-6).all()


def test_mixup_mixes_images_and_targets_by_the_same_share(faces, make_recipe):
    recipe = make_recipe(
        augmentation={"crop": 48, "flip": "none", "rotation": 0, "erasing": 0, "mixup": 0.5},
        loss={"label_smoothing": 0, "ferplus_blend": 0},
    )
    images, targets = torch.from_numpy(faces.images), make_targets(faces, recipe)
    rows = torch.from_numpy(faces.rows("Training"))[:14]
    plain = standardise(images[rows][:, None].float())
    labels = torch.from_numpy(faces.labels.astype(np.int64))[rows]
    weights = targets.weights["ferplus"][rows]
    shares = []
    for seed in range(6):
        generator = torch.Generator().manual_seed(seed)
        batch, mixed, mixed_weights = loop._batch(images, rows, targets, 0, recipe, generator)
        pair = int((labels != labels.flip(0)).nonzero()[0])
        share = mixed["fer2013"][pair, labels[pair]]
        assert mixed["fer2013"][pair, labels.flip(0)[pair]].item() == pytest.approx(
            1 - share.item(), abs=1e-6
        )
        expected = share * plain + (1 - share) * plain.flip(0)
        torch.testing.assert_close(batch, expected, atol=2e-3, rtol=0)
        torch.testing.assert_close(
            mixed_weights["ferplus"], share * weights + (1 - share) * weights.flip(0)
        )
        shares.append(round(share.item(), 6))
    assert len(set(shares)) == 6


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
        "lower optimiser.learning_rate (now 1e+30)"
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
    recipe = make_recipe(data={"ferplus": False}, loss={"ferplus_blend": 0})
    with pytest.raises(DataError, match=f"^tiny: split {missing} has no rows$"):
        train(recipe, replace(faces, splits=splits.astype(np.uint8)), Run(tmp_path / "run"))


def test_facts_are_json(short_run):
    assert json.loads((short_run[0].folder / "run.json").read_text("utf-8")) == short_run[0].facts()
