from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.emotions import FOUR
from mien.errors import DataError
from mien.lab.data.faces import FaceData
from mien.lab.data.pool import Pool, training_rows


def _data(kinds: list[int], splits: list[int]) -> FaceData:
    """Images of the same kind are equal in every pixel."""
    images = np.zeros((len(kinds), 48, 48), np.uint8)
    # The last pixel: a comparison of only a part of the image would not see it.
    images[:, 47, 47] = kinds
    labels = np.array(kinds, np.uint8) % len(FOUR)
    return FaceData("any", images, labels, np.array(splits, np.uint8), FOUR)


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=30))
def test_dropping_twins_drops_those_rows_and_no_others(rows):
    kinds, splits = [kind for kind, _ in rows], [split for _, split in rows]
    held_out = {kind for kind, split in rows if split != 0}
    expected = [at for at, (kind, split) in enumerate(rows) if split == 0 and kind not in held_out]
    data = _data(kinds, splits)
    if not expected:
        with pytest.raises(DataError):
            training_rows(data, "drop")
        return
    found = training_rows(data, "drop")
    assert found.tolist() == expected
    assert found.dtype == np.int64


def test_keeping_twins_is_the_split_as_it_is():
    data = _data([1, 2, 1, 3, 2], [0, 0, 1, 0, 2])
    assert training_rows(data, "keep").tolist() == [0, 1, 3]
    assert training_rows(data, "drop").tolist() == [3]


def test_twins_inside_training_stay():
    assert training_rows(_data([1, 1, 2], [0, 0, 1]), "drop").tolist() == [0, 1]


def test_a_label_that_differs_makes_no_difference():
    data = _data([1, 1, 2], [0, 2, 0])
    data.labels[0] = 3
    assert training_rows(data, "drop").tolist() == [2]


def test_nothing_is_left():
    with pytest.raises(DataError) as raised:
        training_rows(_data([1, 2, 1, 2], [0, 0, 1, 2]), "drop")
    assert str(raised.value) == (
        "any: all 2 Training images stand in PublicTest or PrivateTest as well; "
        "import the data with its own splits, or train with data.twins=keep"
    )


@pytest.mark.parametrize("wrong", ["images", "labels", "sources", "augmented"])
def test_a_pool_of_unequal_parts_is_refused(wrong):
    parts = {
        "images": np.zeros((3, 48, 48), np.uint8),
        "labels": np.zeros(3, np.int64),
        "sources": np.arange(3),
        "augmented": np.ones(3, np.bool_),
    }
    assert len(Pool(**parts)) == 3
    with pytest.raises(DataError, match="differ in length"):
        Pool(**{**parts, wrong: parts[wrong][:2]})


def test_a_pool_of_other_images_is_refused():
    with pytest.raises(DataError, match=r"shape \(2, 48, 47\), expected \(m, 48, 48\)"):
        Pool(np.zeros((2, 48, 47), np.uint8), np.zeros(2, int), np.arange(2), np.ones(2, bool))
