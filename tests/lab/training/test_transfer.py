"""Which parts of a network train: frozen, gradually thawed, with the embeddings computed once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from mien.errors import RecipeError, RunError
from mien.lab.data.faces import FaceData
from mien.lab.data.preprocess import Input
from mien.lab.models import create_model
from mien.lab.training import features
from mien.lab.training.features import cached_features
from mien.lab.training.loop import train
from mien.lab.training.predict import embed, predict_logits
from mien.lab.training.recipe import Model, Recipe
from mien.lab.training.run import Run
from mien.lab.training.setup import prepare
from mien.lab.training.transfer import Transfer, TransferHead, frozen_parts, train_mode

PARTS = ("stage1", "stage2", "stage3", "stage4", "gate", "heads")


@pytest.fixture
def frozen(finished: Run, make_recipe: Callable[..., Recipe]) -> Callable[..., Recipe]:
    """A recipe that trains a new head on the backbone of ``finished``."""

    def make(**changes: object) -> Recipe:
        return make_recipe(
            **{
                "transfer": {"weights": str(finished.weights), "freeze": "backbone"},
                "augmentation": {"rotation": 0, "erasing": 0, "flip": "random"},
                "epochs": 3,
                **changes,
            }
        )

    return make


def _network() -> torch.nn.Module:
    return create_model("vgg8", {"fer2013": 7}, size=44, width=4)


def test_parts_thaw_from_the_end():
    network = _network()
    assert tuple(network.parts()) == PARTS
    gradual = Transfer(weights="x", freeze="gradual", unfreeze_every=2)
    found = [frozen_parts(network, gradual, epoch) for epoch in range(13)]
    assert found[0] == found[1] == PARTS[:-1]
    assert found[2] == PARTS[:-2]
    assert found[10:] == [(), (), ()]
    assert frozen_parts(network, Transfer(freeze="none"), 0) == ()
    assert frozen_parts(network, Transfer(weights="x", freeze="backbone"), 99) == PARTS[:-1]


def test_frozen_parts_learn_nothing_and_keep_their_statistics():
    network = _network().eval()
    train_mode(network, ("stage1", "stage2"))
    parts = network.parts()
    for name in PARTS:
        trains = name not in ("stage1", "stage2")
        assert parts[name].training is trains
        assert {p.requires_grad for p in parts[name].parameters()} == {trains}
    train_mode(network, ())
    assert all(p.requires_grad for p in network.parameters())
    assert parts["stage1"].training


def test_a_head_holds_the_last_part_and_no_more():
    network = _network()
    head = TransferHead(network)
    assert {id(p) for p in head.parameters()} == {id(p) for p in network.heads.parameters()}
    network.eval()
    images = torch.randn(2, 1, 44, 44)
    assert torch.equal(head(network.embed(images))["fer2013"], network(images)["fer2013"])
    assert set(head.state_dict()) == {"last.fer2013.weight", "last.fer2013.bias"}


def test_the_backbone_stays_and_the_head_learns(tmp_path, faces, finished, frozen, data_home):
    run = Run(tmp_path / "run")
    logs = train(frozen(), faces, run)
    before, after = load_file(finished.weights), load_file(run.weights)
    assert list(before) == list(after)
    for name, values in after.items():
        if "num_batches_tracked" in name:  # counted anew
            continue
        assert torch.equal(values, before[name]) is not name.startswith("heads."), name
    # What was logged from the embeddings is what the whole network says of the images.
    rows = faces.rows("PublicTest")
    logits = predict_logits(run.load_model(), faces.images[rows], Input(crop=44))["fer2013"]
    accuracy = (logits.argmax(1) == faces.labels[rows]).mean()
    assert logs[-1].public_accuracy == pytest.approx(accuracy)
    # Training, PublicTest and the mirrored Training images.
    assert len(list((data_home / "features").iterdir())) == 3


def test_embeddings_are_computed_once(tmp_path, faces, frozen, monkeypatch, same_weights):
    calls = []

    def counted(*arguments, **options):
        calls.append(options["mirrored"])
        return embed(*arguments, **options)

    monkeypatch.setattr(features, "embed", counted)
    first, second = Run(tmp_path / "first"), Run(tmp_path / "second")
    train(frozen(), faces, first)
    assert sorted(calls) == [False, False, True]
    train(frozen(), faces, second)
    assert len(calls) == 3
    assert same_weights(first.weights, second.weights)
    train(frozen(input={"crop": 40}), faces, Run(tmp_path / "other crop"))
    assert len(calls) == 6


def test_kept_embeddings_that_are_damaged_are_made_anew(faces, frozen, data_home):
    recipe = frozen()
    network = prepare(recipe, faces, torch.device("cpu")).network
    rows = faces.rows("PublicTest")
    first = cached_features(network, faces, rows, recipe, mirrored=False)
    for file in (data_home / "features").iterdir():
        file.write_bytes(b"no safetensors")
    again = cached_features(network, faces, rows, recipe, mirrored=False)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(first, embed(network, faces.images[rows], recipe.input), rtol=1e-5)


def test_a_frozen_run_goes_on_bit_for_bit(tmp_path, faces, frozen, same_weights):
    def stop(progress):
        if (progress.epoch, progress.step) == (1, 2):
            raise KeyboardInterrupt

    whole, stopped = Run(tmp_path / "whole"), Run(tmp_path / "stopped")
    train(frozen(), faces, whole)
    with pytest.raises(KeyboardInterrupt):
        train(frozen(), faces, stopped, on_step=stop)
    train(frozen(), faces, stopped, resume=True)
    assert same_weights(whole.weights, stopped.weights)


@pytest.mark.parametrize(
    "balance",
    [
        {"method": "smote", "space": "embedding", "neighbours": 2},
        {"method": "oversample"},
        {"method": "sampler"},
        {"method": "class_weights"},
    ],
)
def test_embeddings_are_balanced(faces, frozen, balance):
    keep = np.ones(len(faces), bool)
    rare = np.flatnonzero((faces.labels == 1) & (faces.splits == 0))
    keep[rare[3:]] = False
    few = FaceData(
        "few",
        faces.images[keep],
        faces.labels[keep],
        faces.splits[keep],
        faces.label_set,
        faces.votes[keep],
    )
    session = prepare(frozen(balance=balance), few, torch.device("cpu"))
    counts = np.bincount(session.drawn.labels, minlength=7)
    made = balance["method"] in ("smote", "oversample")
    assert (counts == counts.max()).all() if made else counts[1] == 3
    assert (session.drawn.sources < 0).any() == (balance["method"] == "smote")
    real = session.drawn.sources >= 0
    assert (few.splits[session.drawn.sources[real]] == 0).all()
    assert (few.labels[session.drawn.sources[real]] == session.drawn.labels[real]).all()
    batch = next(session.batches(0))
    assert batch.inputs.shape == (14, 32)


def test_smote_in_an_embeddings_space_blends_images_of_a_network_that_trains(
    faces, finished, make_recipe
):
    recipe = make_recipe(
        transfer={"weights": str(finished.weights)},
        balance={"method": "smote", "space": "embedding", "neighbours": 2},
    )
    labels = faces.labels[faces.rows("Training")]
    session = prepare(recipe, faces, torch.device("cpu"))
    assert session.drawn.inputs.shape[1:] == (48, 48)
    assert len(session.drawn.labels) == 7 * np.bincount(labels).max()


def test_gradual_unfreezing_leaves_the_early_parts_alone_at_first(
    tmp_path: Path, faces, finished, make_recipe
):
    recipe = make_recipe(
        transfer={"weights": str(finished.weights), "freeze": "gradual"}, epochs=2, ema=0
    )
    run = Run(tmp_path / "run")
    train(recipe, faces, run)
    before, after = load_file(finished.weights), load_file(run.weights)
    changed = {
        name.split(".")[0]
        for name in after
        if "num_batches_tracked" not in name and not torch.equal(before[name], after[name])
    }
    assert changed == {"gate", "heads"}


def test_other_pretrained_weights_are_no_resume(
    tmp_path, faces, frozen, finished_copy, make_recipe
):
    recipe = frozen(transfer={"weights": str(finished_copy.weights), "freeze": "backbone"})
    run = Run(tmp_path / "run")
    train(recipe, faces, run)
    assert run.facts()["pretrained"].startswith("48 tensors from ")
    assert run.facts()["pretrained_file"] == "model.safetensors"
    train(make_recipe(epochs=1, seed=9), faces, finished_copy)
    with pytest.raises(RunError, match=r"began with other pretrained weights \(SHA-256 differs\)"):
        train(recipe, faces, run, resume=True)


def test_a_stem_without_weights_is_not_frozen(tmp_path, faces, make_recipe):
    """Embeddings behind a random first layer would be noise."""
    import torchvision

    torch.manual_seed(0)
    path = tmp_path / "resnet18.pth"
    torch.save(torchvision.models.resnet18(weights=None).state_dict(), path)
    recipe = make_recipe(
        transfer={"weights": str(path), "freeze": "backbone"},
        augmentation={"rotation": 0, "erasing": 0},
    ).model_copy(update={"model": Model(name="resnet18")})
    with pytest.raises(RecipeError, match=r"do not fit the small stem.*take model.stem=stock"):
        prepare(recipe, faces, torch.device("cpu"))
