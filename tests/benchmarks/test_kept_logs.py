"""Pages made of kept logs say what the logs say, and their recipes can be trained."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "benchmarks"))

import overfitting  # noqa: E402
import pretrained  # noqa: E402
from kept_logs import train_once  # noqa: E402

from mien.lab.training.watching.read_log import read_epochs  # noqa: E402


def test_the_page_of_overfitting_holds_its_table():
    assert overfitting.table() in overfitting.PAGE.read_text("utf-8")


def test_every_run_differs_by_what_it_is_named_for():
    for net in overfitting.NETS:
        bare = overfitting.recipe_of(net, "nothing")
        assert not bare.augmentation.changes_anything
        assert len(read_epochs(overfitting.kept_of(net, "nothing"))) == bare.epochs
        same = {"name", "model", "augmentation", "optimiser"}
        for means in overfitting.MEANS[1:]:
            other = overfitting.recipe_of(net, means)
            differs = {
                key for key, value in other.model_dump().items() if value != bare.model_dump()[key]
            }
            assert "name" in differs
            assert differs <= same
            assert ("model" in differs) == (means in ("dropout", "all three"))
            assert ("augmentation" in differs) == (means in ("augmentation", "all three"))
            assert ("optimiser" in differs) == (means in ("weight decay", "all three"))


@pytest.mark.parametrize("way", pretrained.WAYS)
def test_every_way_can_be_trained_on_every_share(way):
    epochs = {share: pretrained.recipe_of(way, share) for share in pretrained.SHARES}
    for share, recipe in epochs.items():
        assert recipe.data.share == share
        assert recipe.data.twins == "drop"
    assert (epochs[1.0].transfer.weights == "imagenet") == (way not in ("scratch", "vgg8"))


def test_a_log_that_is_kept_is_not_trained_again(tmp_path):
    kept = overfitting.kept_of("convnet-3", "nothing")
    before = kept.read_bytes()
    train_once(overfitting.recipe_of("convnet-3", "nothing"), kept, tmp_path)
    assert kept.read_bytes() == before
    assert not list(tmp_path.iterdir())
