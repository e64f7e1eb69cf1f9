from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from mien.errors import DataError
from mien.lab.data.ferplus import fer2013_distribution, vote_distribution
from mien.lab.training.recipe import Loss
from mien.lab.training.targets import heads_of, make_targets, total_loss


def test_hard_labels_without_smoothing_and_votes(faces, make_recipe):
    recipe = make_recipe(data={"ferplus": False}, loss={"label_smoothing": 0, "ferplus_blend": 0})
    targets = make_targets(replace(faces, votes=None), recipe)
    assert list(targets.distributions) == ["fer2013"]
    assert torch.equal(targets.distributions["fer2013"], torch.eye(7)[faces.labels.astype(int)])
    assert torch.equal(targets.weights["fer2013"], torch.ones(len(faces)))
    assert heads_of(faces, recipe) == {"fer2013": 7}


def test_label_smoothing_gives_every_label_its_share(faces, make_recipe):
    recipe = make_recipe(loss={"label_smoothing": 0.14, "ferplus_blend": 0})
    found = make_targets(faces, recipe).distributions["fer2013"]
    assert found[0, faces.labels[0]].item() == pytest.approx(0.86 + 0.02)
    assert found.min().item() == pytest.approx(0.02)
    torch.testing.assert_close(found.sum(1), torch.ones(len(faces)))


def test_the_blend_takes_its_share_from_the_votes(faces, make_recipe):
    recipe = make_recipe(loss={"label_smoothing": 0, "ferplus_blend": 0.3})
    found = make_targets(faces, recipe).distributions["fer2013"].numpy()
    expected = 0.7 * np.eye(7)[faces.labels] + 0.3 * fer2013_distribution(faces)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_second_head_learns_the_votes(faces, make_recipe):
    recipe = make_recipe()
    targets = make_targets(faces, recipe)
    votes, weights = vote_distribution(faces.votes)
    assert torch.equal(targets.distributions["ferplus"], torch.from_numpy(votes))
    assert torch.equal(targets.weights["ferplus"], torch.from_numpy(weights))
    assert heads_of(faces, recipe) == {"fer2013": 7, "ferplus": 8}


@pytest.mark.parametrize("loss", [{"ferplus_blend": 0.3}, {"ferplus_blend": 0}])
def test_votes_that_are_not_there(faces, make_recipe, loss):
    with pytest.raises(DataError, match=r"^tiny: has no FER\+ votes.*--ferplus fer2013new.csv"):
        make_targets(replace(faces, votes=None), make_recipe(loss=loss))


def test_the_loss_by_hand():
    torch.manual_seed(0)
    logits = {"fer2013": torch.randn(4, 7), "ferplus": torch.randn(4, 8)}
    targets = {head: torch.rand(values.shape).softmax(1) for head, values in logits.items()}
    weights = {"fer2013": torch.tensor([1.0, 0, 2, 1]), "ferplus": torch.tensor([0.5, 1, 0, 0])}
    expected = 0.0
    for head, factor in (("fer2013", 1.0), ("ferplus", 0.3)):
        for row in range(4):
            p = torch.softmax(logits[head][row].double(), 0)
            cross_entropy = -(targets[head][row].double() * p.log()).sum()
            expected += factor * weights[head][row].item() * cross_entropy.item() / 4
    found = total_loss(logits, targets, weights, Loss(ferplus_head=0.3))
    assert found.item() == pytest.approx(expected, rel=1e-5)


def test_the_loss_is_computed_in_float32():
    logits = {"fer2013": torch.randn(4, 7, generator=torch.Generator().manual_seed(0)).bfloat16()}
    targets, weights = {"fer2013": torch.eye(7)[:4]}, {"fer2013": torch.ones(4)}
    found = total_loss(logits, targets, weights, Loss())
    assert found.dtype == torch.float32
    exact = torch.nn.functional.cross_entropy(logits["fer2013"].double(), torch.arange(4))
    assert found.item() == pytest.approx(exact.item(), rel=1e-5)
