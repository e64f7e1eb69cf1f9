from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from mien.errors import DataError, RecipeError
from mien.lab.data.balancing.balance import Balance, class_weights, log_prior
from mien.lab.data.faces import FaceData
from mien.lab.data.ferplus import (
    VOTE_COLUMNS,
    everyday_majority,
    fer2013_distribution,
    vote_distribution,
)
from mien.lab.training.recipe import Recipe
from mien.lab.training.targets import (
    Objective,
    Targets,
    heads_of,
    labels_of,
    make_objective,
    make_targets,
)
from mien.lab.training.teaching.distillation import Distillation


def _targets(data: FaceData, recipe: Recipe) -> Targets:
    """Of every row, each as it is."""
    return make_targets(data, data.labels.astype(np.int64), np.arange(len(data)), recipe)


def test_hard_labels_without_smoothing_and_votes(faces, make_recipe):
    recipe = make_recipe(
        data={"ferplus": False},
        loss={"label_smoothing": 0, "ferplus_blend": 0, "ferplus_head": 0},
    )
    targets = _targets(replace(faces, votes=None), recipe)
    assert list(targets.distributions) == ["fer2013"]
    assert torch.equal(targets.distributions["fer2013"], torch.eye(7)[faces.labels.astype(int)])
    assert torch.equal(targets.weights["fer2013"], torch.ones(len(faces)))
    assert heads_of(faces, recipe) == {"fer2013": 7}


def test_label_smoothing_gives_every_label_its_share(faces, make_recipe):
    recipe = make_recipe(loss={"label_smoothing": 0.14, "ferplus_blend": 0})
    found = _targets(faces, recipe).distributions["fer2013"]
    assert found[0, faces.labels[0]].item() == pytest.approx(0.86 + 0.02)
    assert found.min().item() == pytest.approx(0.02)
    torch.testing.assert_close(found.sum(1), torch.ones(len(faces)))


def test_the_blend_takes_its_share_from_the_votes(faces, make_recipe):
    recipe = make_recipe(loss={"label_smoothing": 0, "ferplus_blend": 0.3})
    found = _targets(faces, recipe).distributions["fer2013"].numpy()
    expected = 0.7 * np.eye(7)[faces.labels] + 0.3 * fer2013_distribution(
        faces, faces.rows("Training")
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_second_head_learns_the_votes(faces, make_recipe):
    recipe = make_recipe()
    targets = _targets(faces, recipe)
    votes, weights = vote_distribution(faces.votes)
    assert torch.equal(targets.distributions["ferplus"], torch.from_numpy(votes))
    assert torch.equal(targets.weights["ferplus"], torch.from_numpy(weights))
    assert heads_of(faces, recipe) == {"fer2013": 7, "ferplus": 8}


def test_the_everyday_head_learns_the_votes_in_the_labels_words(faces, make_recipe):
    votes = np.zeros_like(faces.votes)
    votes[:, VOTE_COLUMNS.index("neutral")] = 6
    votes[:, VOTE_COLUMNS.index("contempt")] = 2
    votes[:, VOTE_COLUMNS.index("sadness")] = 2
    votes[0] = 0
    votes[0, VOTE_COLUMNS.index("nf")] = 10
    recipe = make_recipe(loss={"everyday_head": 0.4, "everyday_blend": 0.6})
    data = replace(faces, votes=votes)
    found = _targets(data, recipe)
    expected = 0.4 * np.eye(7)[faces.labels]
    expected[:, faces.label_set.labels.index("neutral")] += 0.6 * 0.75
    expected[:, faces.label_set.labels.index("sad")] += 0.6 * 0.25
    expected[0] = np.eye(7)[faces.labels[0]]
    np.testing.assert_allclose(found.distributions["everyday"].numpy(), expected, atol=1e-6)
    # Two of ten votes are for a word that FER2013 has not; nobody took the first for a face.
    assert found.weights["everyday"].tolist() == pytest.approx([0] + [0.8] * (len(faces) - 1))
    assert heads_of(data, recipe) == {"fer2013": 7, "ferplus": 8, "everyday": 7}
    assert everyday_majority(data).tolist() == [-1] + [6] * (len(faces) - 1)


def test_refused_everyday_heads(make_recipe):
    with pytest.raises(RecipeError, match=r"everyday_head needs data\.ferplus"):
        make_recipe(data={"ferplus": False}, loss={"everyday_head": 0.3, "ferplus_head": 0})
    with pytest.raises(RecipeError, match=r"everyday_blend needs loss\.everyday_head"):
        make_recipe(loss={"everyday_blend": 0.3})


@pytest.mark.parametrize("loss", [{"ferplus_blend": 0.3}, {"ferplus_blend": 0}])
def test_votes_that_are_not_there(faces, make_recipe, loss):
    with pytest.raises(DataError, match=r"^tiny: has no FER\+ votes.*--ferplus fer2013new.csv"):
        _targets(replace(faces, votes=None), make_recipe(loss=loss))


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
    found = Objective("fer2013", {"ferplus": 0.3}, None, Distillation())(logits, targets, weights)
    assert found.item() == pytest.approx(expected, rel=1e-5)


def test_the_loss_is_computed_in_float32():
    logits = {"fer2013": torch.randn(4, 7, generator=torch.Generator().manual_seed(0)).bfloat16()}
    targets, weights = {"fer2013": torch.eye(7)[:4]}, {"fer2013": torch.ones(4)}
    found = Objective("fer2013", {}, None, Distillation())(logits, targets, weights)
    assert found.dtype == torch.float32
    exact = torch.nn.functional.cross_entropy(logits["fer2013"].double(), torch.arange(4))
    assert found.item() == pytest.approx(exact.item(), rel=1e-5)


def test_synthetic_images_have_their_label_and_no_votes(faces, make_recipe):
    labels = np.append(faces.labels[:3].astype(np.int64), [1, 4])
    found = make_targets(faces, labels, np.array([0, 1, 2, -1, -1]), make_recipe())
    plain = _targets(faces, make_recipe())
    smoothed = 0.95 * torch.eye(7)[[1, 4]] + 0.05 / 7
    torch.testing.assert_close(found.distributions["fer2013"][3:], smoothed)
    assert torch.equal(found.distributions["fer2013"][:3], plain.distributions["fer2013"][:3])
    assert found.weights["ferplus"][3:].tolist() == [0, 0]
    assert torch.equal(found.weights["ferplus"][:3], plain.weights["ferplus"][:3])


def test_the_prior_reaches_the_loss(faces, make_recipe):
    labels = faces.labels.astype(np.int64)
    cpu = torch.device("cpu")
    logits = {"fer2013": torch.randn(6, 7, generator=torch.Generator().manual_seed(0))}
    targets, weights = {"fer2013": torch.eye(7)[:6]}, {"fer2013": torch.ones(6)}
    per_image = torch.nn.functional.cross_entropy(
        logits["fer2013"], torch.arange(6), reduction="none"
    )
    recipe = make_recipe(balance={"method": "logit_adjustment", "strength": 2.0})
    found = make_objective(faces, labels, recipe, cpu)(logits, targets, weights)
    adjusted = logits["fer2013"] + 2 * torch.from_numpy(log_prior(labels, 7))
    expected_loss = torch.nn.functional.cross_entropy(adjusted, torch.arange(6))
    torch.testing.assert_close(found, expected_loss)
    plain = make_objective(faces, labels, make_recipe(), cpu)(logits, targets, weights)
    torch.testing.assert_close(plain, per_image.mean())


def test_every_head_knows_its_labels(faces, make_recipe):
    found = labels_of(faces, heads_of(faces, make_recipe()))
    assert found["fer2013"] == list(faces.label_set.labels)
    assert [len(names) for names in found.values()] == [7, 8]


def test_class_weights_weigh_images_and_leave_their_targets_alone(faces, make_recipe):
    labels = faces.labels.astype(np.int64)
    recipe = make_recipe(balance={"method": "class_weights"}, loss={"label_smoothing": 0.1})
    weighted, plain = (
        _targets(faces, recipe),
        _targets(faces, make_recipe(loss={"label_smoothing": 0.1})),
    )
    assert torch.equal(weighted.distributions["fer2013"], plain.distributions["fer2013"])
    expected = class_weights(labels, 7, Balance(method="class_weights"))[labels]
    np.testing.assert_allclose(weighted.weights["fer2013"].numpy(), expected)
    assert weighted.weights["fer2013"].mean().item() == pytest.approx(1, abs=1e-5)
    assert torch.equal(weighted.weights["ferplus"], plain.weights["ferplus"])


def test_with_logit_adjustment_smoothing_leads_to_the_prior(faces, make_recipe):
    """Else the best logits of a common class's image would favour the rarest of the others."""
    rare = np.flatnonzero(faces.labels == 1)[2:]
    few = faces.take(np.setdiff1d(np.arange(len(faces)), rare))
    recipe = make_recipe(
        balance={"method": "logit_adjustment"}, loss={"label_smoothing": 0.1, "ferplus_blend": 0}
    )
    found = _targets(few, recipe).distributions["fer2013"]
    prior = torch.from_numpy(np.bincount(few.labels) / len(few)).float()
    # What the network learns is the target without the prior: the same for all other classes.
    learnt = (found / prior).log()[int(np.flatnonzero(few.labels == 3)[0])]
    others = torch.cat([learnt[:3], learnt[4:]])
    torch.testing.assert_close(others, others[:1].expand(6), rtol=1e-4, atol=1e-4)
    assert learnt[3] > others[0]
    torch.testing.assert_close(found.sum(1), torch.ones(len(few)))
