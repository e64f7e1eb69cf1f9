from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.emotions import FOUR
from mien.errors import DataError
from mien.lab.data.balancing.pool import Pool, training_rows
from mien.lab.data.faces import FaceData
from mien.lab.data.folds import folds_of, in_share


def _data(kinds: list[int], splits: list[int]) -> FaceData:
    """Images of the same kind are equal in every pixel."""
    images = np.zeros((len(kinds), 48, 48), np.uint8)
    # The last pixel: a comparison of only a part of the image would not see it.
    images[:, 47, 47] = kinds
    labels = np.array(kinds, np.uint8) % len(FOUR)
    return FaceData("any", images, labels, np.array(splits, np.uint8), FOUR)


@settings(max_examples=200)
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
    with pytest.raises(DataError, match=r"shape \(2, 48, 47\), expected \(n, side, side\[, 3\]\)"):
        Pool(np.zeros((2, 48, 47), np.uint8), np.zeros(2, int), np.arange(2), np.ones(2, bool))


def test_folds_part_the_images_and_keep_copies_together():
    kinds = [int(kind) for kind in np.random.default_rng(0).integers(0, 40, 200)]
    data = _data(kinds, [0] * 200)
    left_out = []
    for fold in range(3):
        kept = training_rows(data, "keep", 3, fold)
        assert len(kept) > 60
        left_out.append(set(range(200)) - set(kept.tolist()))
    assert sorted(row for rows in left_out for row in rows) == list(range(200))
    groups = [{kinds[row] for row in rows} for rows in left_out]
    assert not (groups[0] & groups[1] or groups[0] & groups[2] or groups[1] & groups[2])
    # An image's fold is its own: it does not depend on the others.
    assert folds_of(data.images[50:60], 3).tolist() == folds_of(data.images, 3)[50:60].tolist()
    assert not folds_of(data.images, 1).any()


def test_a_fold_that_holds_everything():
    data = _data([5, 5], [0, 0])
    (fold,) = set(folds_of(data.images, 4).tolist())
    with pytest.raises(DataError, match=f"no Training image is outside fold {fold} of 4"):
        training_rows(data, "keep", 4, fold)


def test_smaller_shares_lie_within_larger_ones_and_keep_copies_together():
    kinds = [int(kind) for kind in np.random.default_rng(0).integers(0, 250, 2000)]
    data = _data(kinds, [0] * 2000)
    shares = [set(training_rows(data, "keep", share=share).tolist()) for share in (0.1, 0.3, 0.7)]
    assert shares[0] < shares[1] < shares[2]
    # About: there are 250 different images.
    np.testing.assert_allclose([len(rows) / 2000 for rows in shares], [0.1, 0.3, 0.7], atol=0.08)
    within = {kinds[row] for row in shares[1]}
    assert not within & {kinds[row] for row in set(range(2000)) - shares[1]}
    # Each fold gives its part to a share: neither says anything about the other.
    fold = folds_of(data.images, 2)[sorted(shares[2])]
    assert 0.35 < fold.mean() < 0.65
    assert in_share(data.images, 1).all()


def test_a_share_that_holds_nothing():
    with pytest.raises(DataError, match=r"no Training image is in a share of 1e-09; take a larger"):
        training_rows(_data([5, 6], [0, 0]), "keep", share=1e-9)
