from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mien.lab.training.teaching.mixing import Mixing, mix

COUNT, LABELS = 6, 7
Batch = tuple[torch.Tensor, dict[str, torch.Tensor], dict[str, torch.Tensor]]


def _batch(height: int = 20, width: int = 20, channels: int = 1) -> Batch:
    """Image i holds the value i everywhere and has label i: a pixel tells whose it is."""
    images = torch.arange(COUNT).float()[:, None, None, None].expand(-1, channels, height, width)
    targets = {"main": torch.eye(COUNT, LABELS)}
    return images.contiguous(), targets, {"main": torch.ones(COUNT)}


def _mix(
    batch: Batch, options: Mixing, *, epoch: int = 0, epochs: int = 10, seed: int = 0
) -> Batch:
    return mix(*batch, options, epoch, epochs, torch.Generator().manual_seed(seed))


def _shares(found: torch.Tensor) -> torch.Tensor:
    """Of the image itself in each mixed image of ``_batch``, from its mean."""
    own, other = torch.arange(COUNT).float(), torch.arange(COUNT).flip(0).float()
    return (found.mean((1, 2, 3)) - other) / (own - other)


@pytest.mark.parametrize("options", [Mixing(mixup=0.4), Mixing(cutmix=1)], ids=str)
@pytest.mark.parametrize("seed", range(20))
def test_targets_are_mixed_as_the_pixels_are(options, seed):
    batch = _batch()
    found, targets, weights = _mix(batch, options, seed=seed)
    shares = _shares(found)
    torch.testing.assert_close(shares, shares[:1].expand(COUNT), atol=1e-4, rtol=0)
    one_hot = batch[1]["main"]
    expected = shares[:, None] * one_hot + (1 - shares[:, None]) * one_hot.flip(0)
    torch.testing.assert_close(targets["main"], expected, atol=1e-4, rtol=0)
    assert torch.equal(weights["main"], torch.ones(COUNT))


@pytest.mark.parametrize("options", [Mixing(mixup=1), Mixing(cutmix=1)], ids=str)
def test_the_share_is_drawn_from_the_beta_distribution(options):
    """Alpha 1: evenly between 0 and 1, except that a rectangle over the edge loses a part."""
    shares = torch.stack([_shares(_mix(_batch(), options, seed=seed)[0])[0] for seed in range(500)])
    assert float(shares.min()) < 0.1
    assert float(shares.max()) > 0.95
    if options.mixup:
        assert float(shares.mean()) == pytest.approx(0.5, abs=0.04)
        assert float(shares.std()) == pytest.approx(12**-0.5, abs=0.03)
    else:
        assert 0.5 < float(shares.mean()) < 0.75


def test_a_small_alpha_mostly_keeps_one_of_the_two():
    shares = np.array(
        [float(_shares(_mix(_batch(), Mixing(mixup=0.1), seed=seed)[0])[0]) for seed in range(300)]
    )
    assert np.mean((shares < 0.1) | (shares > 0.9)) > 0.75


def test_mixup_blends_every_pixel_alike():
    batch = torch.rand(COUNT, 3, 9, 11)
    _, targets, weights = _batch()
    found, mixed, _ = _mix((batch, targets, weights), Mixing(mixup=1))
    share = float(mixed["main"][0, 0])
    assert 0.02 < share < 0.98
    torch.testing.assert_close(found, share * batch + (1 - share) * batch.flip(0))


def test_mixup_blends_embeddings():
    batch = torch.rand(COUNT, 5)
    _, targets, weights = _batch()
    found, mixed, _ = _mix((batch, targets, weights), Mixing(mixup=1))
    share = float(mixed["main"][0, 0])
    torch.testing.assert_close(found, share * batch + (1 - share) * batch.flip(0))


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), height=st.integers(4, 30), width=st.integers(4, 30))
def test_cutmix_pastes_one_rectangle_from_the_same_place_of_the_other_image(seed, height, width):
    # No two pixels are alike: of random ones two are now and then, and look as if not pasted.
    batch = torch.arange(COUNT * 2 * height * width).reshape(COUNT, 2, height, width).float()
    _, targets, weights = _batch()
    found, mixed, _ = _mix((batch, targets, weights), Mixing(cutmix=1), seed=seed)
    pasted = found != batch
    assert torch.equal(found, torch.where(pasted, batch.flip(0), batch))
    assert torch.equal(pasted, pasted[:1, :1].expand_as(pasted))
    inside = pasted[0, 0]
    rows, columns = inside.any(1).sum(), inside.any(0).sum()
    assert inside.sum() == rows * columns
    if inside.any():
        for line in (inside.any(1), inside.any(0)):
            at = line.nonzero()
            assert at.max() - at.min() + 1 == len(at)
    share = 1 - float(inside.float().mean())
    expected = share * targets["main"] + (1 - share) * targets["main"].flip(0)
    torch.testing.assert_close(mixed["main"], expected)


def test_with_both_each_batch_gets_one_or_the_other():
    kinds = []
    for seed in range(200):
        found, targets, _ = _mix(_batch(), Mixing(mixup=5, cutmix=5), seed=seed)
        kinds.append(bool((found == found.round()).all()))
        # Never both: the targets of a batch that is mixed twice would not fit its pixels.
        torch.testing.assert_close(
            targets["main"][0, 0], _shares(found)[0], atol=1e-4, rtol=0, check_stride=False
        )
    assert 70 < sum(kinds) < 130


def test_an_image_without_weight_gives_nothing_to_the_target():
    batch, targets, _ = _batch()
    weights = {"main": torch.ones(COUNT), "votes": torch.tensor([1.0, 0, 2, 1, 0, 0])}
    targets = {**targets, "votes": targets["main"].clone()}
    _, mixed, found = _mix((batch, targets, weights), Mixing(mixup=1))
    share = float(mixed["main"][0, 0])
    assert 0.02 < share < 0.98
    # 0 is mixed with 5, which has no votes; 1 with 4, both without; 2 (weight 2) with 3.
    expected = [share, 0, 2 * share + 1 - share, share + 2 * (1 - share), 0, 1 - share]
    torch.testing.assert_close(found["votes"], torch.tensor(expected))
    one_hot = torch.eye(COUNT, LABELS)
    torch.testing.assert_close(mixed["votes"][0], one_hot[0])
    torch.testing.assert_close(mixed["votes"][5], one_hot[0])
    assert not mixed["votes"][[1, 4]].any()
    pair = (2 * share * one_hot[2] + (1 - share) * one_hot[3]) / (1 + share)
    torch.testing.assert_close(mixed["votes"][2], pair)
    torch.testing.assert_close(mixed["main"].sum(1), torch.ones(COUNT))


@pytest.mark.parametrize(
    ("options", "epoch", "mixed"),
    [
        (Mixing(), 0, False),
        (Mixing(mixup=1), 0, True),
        (Mixing(mixup=1), 7, True),
        (Mixing(mixup=1), 8, False),
        (Mixing(cutmix=1), 9, False),
        (Mixing(cutmix=1, until=1), 9, True),
        (Mixing(cutmix=1, until=0), 0, False),
    ],
    ids=str,
)
def test_it_is_off_for_the_last_epochs(options, epoch, mixed):
    batch = _batch()
    found = _mix(batch, options, epoch=epoch, epochs=10)
    assert all((one is other) != mixed for one, other in zip(found, batch, strict=True))


@pytest.mark.parametrize("options", [Mixing(mixup=1), Mixing(cutmix=1)], ids=str)
def test_what_is_given_is_left_alone_and_the_seed_decides(options):
    batch = _batch()
    kept = batch[0].clone(), batch[1]["main"].clone(), batch[2]["main"].clone()
    first = _mix(batch, options, seed=4)
    assert torch.equal(batch[0], kept[0])
    assert torch.equal(batch[1]["main"], kept[1])
    assert torch.equal(batch[2]["main"], kept[2])
    assert torch.equal(_mix(batch, options, seed=4)[0], first[0])
    assert not torch.equal(_mix(batch, options, seed=5)[0], first[0])


def test_mixing_or_not_draws_the_same_from_the_generator():
    states = []
    for options, epoch in ((Mixing(), 0), (Mixing(mixup=1, cutmix=1), 0), (Mixing(mixup=1), 9)):
        generator = torch.Generator().manual_seed(2)
        mix(*_batch(), options, epoch, 10, generator)
        states.append(generator.get_state())
    assert torch.equal(states[0], states[1])
    assert torch.equal(states[0], states[2])


@pytest.mark.parametrize("options", [{"mixup": -1}, {"until": 1.1}, {"alpha": 1}], ids=str)
def test_options_out_of_range(options):
    with pytest.raises(ValidationError):
        Mixing(**options)
