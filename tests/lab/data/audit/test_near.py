from __future__ import annotations

import numpy as np
import pytest

from mien.lab.data.audit import near
from mien.lab.data.audit.near import LEAST_CORRELATION, find_near_pairs

from .conftest import patterns


def _brute_force(images: np.ndarray) -> dict[tuple[int, int], tuple[float, bool]]:
    flat = images.reshape(len(images), -1).astype(float)
    mirrored = images[:, :, ::-1].reshape(len(images), -1).astype(float)
    count = len(images)
    straight = np.corrcoef(flat)
    across = np.corrcoef(flat, mirrored)[:count, count:]
    found = {}
    for one in range(count):
        for other in range(one + 1, count):
            if straight[one, other] >= LEAST_CORRELATION:
                found[one, other] = (straight[one, other], False)
            elif across[one, other] >= LEAST_CORRELATION:
                found[one, other] = (across[one, other], True)
    return found


@pytest.fixture(scope="module")
def around_the_limit() -> np.ndarray:
    """40 images, each with noisy copies, straight and mirrored, that correlate by .9 to 1."""
    rng = np.random.default_rng(1)
    originals = patterns(40, seed=2).astype(float)
    copies = [originals]
    for flip in (1, -1):
        noise = rng.uniform(2, 25, (40, 1, 1)) * rng.normal(size=originals.shape)
        copies.append(originals[:, :, ::flip] + noise)
    return np.concatenate(copies).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("tile", [7, 50, 2048])
def test_the_search_finds_exactly_the_pairs_of_the_rule(around_the_limit, monkeypatch, tile):
    monkeypatch.setattr(near, "_TILE", tile)
    expected = _brute_force(around_the_limit)
    assert 20 < len(expected) < 120 - 20
    assert {flag for _, flag in expected.values()} == {True, False}
    found = find_near_pairs(around_the_limit)
    assert found.complete
    pairs = zip(found.first.tolist(), found.second.tolist(), strict=True)
    values = dict(
        zip(pairs, zip(found.correlation.tolist(), found.mirrored, strict=True), strict=True)
    )
    assert values.keys() == expected.keys()
    for pair, (correlation, mirrored) in values.items():
        assert correlation == pytest.approx(expected[pair][0], abs=1e-5)
        assert mirrored == expected[pair][1]
    assert np.all(np.diff(found.correlation) <= 0)


def test_light_and_contrast_do_not_hide_a_copy():
    image = patterns(1)[0]
    found = find_near_pairs(np.stack([image, image // 2, (image * 0.3 + 150).astype(np.uint8)]))
    assert len(found) == 3 and found.correlation.min() > 0.99 and not found.mirrored.any()


def test_an_even_image_is_no_mirror_image_of_its_copy():
    image = patterns(1)[0]
    even = np.concatenate([image[:, :24], image[:, 23::-1]], axis=1)
    found = find_near_pairs(np.stack([even, even // 2]))
    assert found.mirrored.tolist() == [False]


def test_blank_images_and_single_ones_have_no_pairs():
    blank = np.full((3, 48, 48), 9, np.uint8)
    for images in (blank, blank[:0], patterns(1), np.concatenate([blank, patterns(1)])):
        found = find_near_pairs(images)
        assert len(found) == 0 and found.complete


def test_positions_count_the_blank_images_too():
    image = patterns(1)[0]
    found = find_near_pairs(np.stack([np.zeros_like(image), image, image // 2]))
    assert (found.first.tolist(), found.second.tolist()) == ([1], [2])


def test_a_set_of_copies_ends_the_search(monkeypatch):
    monkeypatch.setattr(near, "MOST_CANDIDATES", 30)
    copies = patterns(1) + np.arange(12, dtype=np.uint8)[:, None, None]
    assert not find_near_pairs(copies).complete
    few = find_near_pairs(copies[:5])
    assert few.complete and len(few) == 10


def test_larger_images_in_colour_are_compared_as_small_grey_ones(around_the_limit):
    large = np.kron(around_the_limit, np.ones((1, 2, 2), np.uint8))
    coloured = np.repeat(large[..., None], 3, axis=3)
    found, expected = find_near_pairs(coloured), find_near_pairs(around_the_limit)
    for name in ("first", "second", "correlation", "mirrored"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
