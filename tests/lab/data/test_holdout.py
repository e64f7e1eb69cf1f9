from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.emotions import FOUR
from mien.errors import DataError
from mien.lab.data.faces import FaceData
from mien.lab.data.holdout import hold_out
from mien.lab.data.twins import has_twin


def _data(counts: tuple[int, ...]) -> FaceData:
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.uint8)
    # From hashes only, the same with every version of every library; none like another.
    content = b"".join(
        hashlib.sha256(f"{row} {part}".encode()).digest()
        for row in range(len(labels))
        for part in range(48 * 48 // 32)
    )
    images = np.frombuffer(content, np.uint8).reshape(-1, 48, 48)
    return FaceData("any", images, labels, np.zeros(len(labels), np.uint8), FOUR)


def test_the_share_is_that_of_each_label():
    data = hold_out(_data((100, 50, 23, 4)), 0.1)
    public = data.rows("PublicTest")
    assert np.bincount(data.labels[public]).tolist() == [10, 5, 2, 1]
    assert len(data.rows("Training")) == 177 - 18


def test_it_is_the_same_every_time_and_another_with_another_seed():
    data = _data((30, 30))
    once = hold_out(data, 0.2, seed=1)
    assert once.sha256 == hold_out(data, 0.2, seed=1).sha256
    assert once.sha256 != hold_out(data, 0.2, seed=2).sha256
    # What is drawn may never change: it decides the SHA-256 of every such data set.
    assert np.flatnonzero(once.splits).tolist() == EXPECTED


EXPECTED = [0, 6, 7, 12, 18, 23, 31, 32, 36, 43, 48, 56]


def test_the_order_of_the_rows_does_not_matter():
    data = _data((30, 20, 10))
    order = np.random.default_rng(3).permutation(len(data))
    held_out = hold_out(data).splits[order]
    assert np.array_equal(hold_out(data.take(order)).splits, held_out)


@settings(max_examples=40)
@given(
    labels=st.lists(st.integers(0, 3), min_size=2, max_size=40),
    kinds=st.lists(st.integers(0, 8), min_size=40, max_size=40),
    private=st.integers(0, 5),
    share=st.floats(0.01, 0.9),
    seed=st.integers(0, 99),
)
def test_no_twin_crosses_the_line_and_no_other_split_changes(labels, kinds, private, share, seed):
    images = np.zeros((len(labels), 48, 48), np.uint8)
    images[:, 0, 0] = kinds[: len(labels)]
    splits = np.zeros(len(labels), np.uint8)
    splits[: min(private, len(labels) - 1)] = 2
    data = FaceData("any", images, np.array(labels, np.uint8), splits, FOUR)
    try:
        found = hold_out(data, share, seed)
    except DataError as error:
        assert "too few Training images" in str(error)
        return
    training, public = found.rows("Training"), found.rows("PublicTest")
    assert not has_twin(found, public, training).any()
    assert np.array_equal(found.splits == 2, splits == 2)
    assert np.array_equal(found.labels, data.labels)


def test_a_label_keeps_an_image_and_one_of_a_single_image_gives_none():
    found = hold_out(_data((2, 1, 10)), 0.9)
    public = found.labels[found.rows("PublicTest")]
    assert np.bincount(public, minlength=3).tolist() == [1, 0, 9]


def test_too_few_images():
    with pytest.raises(DataError, match=r"any: too few Training images \(2\) to hold some out"):
        hold_out(_data((1, 1)))


def test_without_training_there_is_nothing_to_take_from():
    data = _data((5, 5))
    with pytest.raises(DataError, match="split Training has no rows"):
        hold_out(replace(data, splits=np.full(10, 2, np.uint8)))


def test_near_twins_stay_together():
    """Each image twice, the second a little brighter and mirrored, with another label."""
    data = _data((40, 40))
    images = data.images.copy()
    brighter = np.clip(images[:40].astype(np.int16) // 2 + 40, 0, 255).astype(np.uint8)
    images[40:] = brighter[:, :, ::-1]
    found = hold_out(replace(data, images=images), 0.2)
    assert len(found.rows("PublicTest")) >= 16
    assert np.array_equal(found.splits[:40], found.splits[40:])


def test_what_is_all_alike_is_no_set_of_copies():
    """Thirty frames of one still: only those that are equal stay together."""
    data = _data((30, 30))
    images = data.images.copy()
    images[:30] = images[0]
    images[:30, 0, 0] = np.arange(30)
    found = hold_out(replace(data, images=images), 0.1)
    assert len(found.rows("PublicTest")) == 6
