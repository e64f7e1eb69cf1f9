from __future__ import annotations

import itertools
import tracemalloc
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.utils.class_weight import compute_class_weight

from mien.emotions import FOUR
from mien.errors import DataError, RecipeError
from mien.lab.data.balancing.balance import (
    Balance,
    Method,
    class_weights,
    log_prior,
    make_pool,
    oversample_embeddings,
    require_every_class,
    sampling_weights,
)
from mien.lab.data.balancing.pool import SYNTHETIC, training_rows
from mien.lab.data.faces import FaceData

METHODS = get_args(Method)
GROWING = ("oversample", "augment", "smote")
HELD_OUT, OWN = 255, 200


def _balances(neighbours: int = 1) -> list[Balance]:
    """Every method, SMOTE in both spaces."""
    plain = [Balance(method=method) for method in METHODS if method != "smote"]
    spaces = ("pixels", "embedding")
    return plain + [Balance(method="smote", space=at, neighbours=neighbours) for at in spaces]


def _marked(counts: list[tuple[int, int, int]], twins: int, seed: int) -> FaceData:
    """``counts``: of each class in each split. Noise, with marks that tell where it comes from.

    Pixel (0, 0) is 255 in images of PublicTest and PrivateTest and in their ``twins`` in Training,
    0 in others; pixel (1, label) is 200 in every image of that label, 0 in others. Whatever is
    blended from Training images of one class has 0 in the first and exactly 0 and 200 in the rest.
    """
    generator = np.random.default_rng(seed)
    labels, splits = [], []
    for label, of_splits in enumerate(counts):
        for split, count in enumerate(of_splits):
            labels += [label] * count
            splits += [split] * count
    images = generator.integers(0, 256, (len(labels), 48, 48), dtype=np.uint8)
    images[:, 0, 0] = HELD_OUT * (np.array(splits) > 0)
    images[:, 1, : len(counts)] = 0
    images[np.arange(len(labels)), 1, labels] = OWN
    copied = generator.choice(np.flatnonzero(splits), twins)
    images = np.concatenate([images, images[copied]])
    labels = np.append(labels, np.array(labels)[copied])
    splits = np.append(splits, np.zeros(twins, int))
    order = generator.permutation(len(labels))
    return FaceData(
        "marked",
        images[order],
        labels[order].astype(np.uint8),
        splits[order].astype(np.uint8),
        FOUR,
    )


def _embeddings(rows: np.ndarray, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((len(rows), 8)).astype(np.float32)


@settings(max_examples=25)
@given(
    counts=st.lists(
        st.tuples(st.integers(2, 9), st.integers(1, 4), st.integers(1, 4)), min_size=4, max_size=4
    ),
    twins=st.integers(1, 6),
    seed=st.integers(0, 2**32 - 1),
)
def test_nothing_of_a_test_row_or_of_its_twin_enters_by_any_method(counts, twins, seed):
    data = _marked(counts, twins, seed)
    rows = training_rows(data, "drop")
    held_out = {image.tobytes() for image in data.images[data.splits > 0]}
    for balance in _balances():
        pool = make_pool(data, rows, balance, seed, _embeddings(rows, seed))
        called = str(balance)
        assert not pool.images[:, 0, 0].any(), called
        assert np.array_equal(
            pool.images[:, 1, : len(FOUR)], OWN * np.eye(len(FOUR), dtype=np.uint8)[pool.labels]
        ), called
        assert not held_out & {image.tobytes() for image in pool.images}, called
        real = pool.sources != SYNTHETIC
        assert np.isin(pool.sources[real], rows).all(), called
        assert np.array_equal(pool.images[real], data.images[pool.sources[real]]), called
        assert np.array_equal(pool.labels[real], data.labels[pool.sources[real]]), called
        assert real.all() or balance.method == "smote", called


@pytest.mark.parametrize("balance", _balances(), ids=str)
def test_the_marks_would_show_a_leak(balance):
    """With the twins kept, the marks of the test rows are in the pool: the test above can fail."""
    data = _marked([(4, 2, 2)] * 3 + [(9, 2, 2)], 4, 0)
    rows = training_rows(data, "keep")
    pool = make_pool(data, rows, balance, 0, _embeddings(rows))
    assert pool.images[:, 0, 0].any()


@pytest.mark.parametrize("split", ["PublicTest", "PrivateTest"])
@pytest.mark.parametrize("balance", _balances(), ids=str)
def test_rows_of_another_split_are_refused(balance, split):
    data = _marked([(4, 2, 2)] * 4, 1, 0)
    rows = np.append(data.rows("Training"), data.rows(split)[:1])
    with pytest.raises(DataError, match="rows outside Training"):
        make_pool(data, rows, balance, 0, _embeddings(rows))


@pytest.mark.parametrize("balance", _balances(2), ids=str)
def test_the_rows_come_first_and_the_classes_grow_to_the_largest(balance):
    data = _marked([(5, 1, 1), (3, 1, 1), (12, 1, 1), (12, 1, 1)], 1, 1)
    rows = training_rows(data, "drop")
    pool = make_pool(data, rows, balance, 0, _embeddings(rows))
    assert pool.images.dtype == np.uint8
    assert pool.labels.dtype == pool.sources.dtype == np.int64
    assert np.array_equal(pool.sources[: len(rows)], rows)
    grown = [12] * 4 if balance.method in GROWING else [5, 3, 12, 12]
    assert np.bincount(pool.labels).tolist() == grown
    spared = np.arange(len(pool)) < len(rows) if balance.method == "augment" else False
    assert np.array_equal(pool.augmented, ~np.broadcast_to(spared, len(pool)))
    assert (pool.sources == SYNTHETIC).sum() == (16 if balance.method == "smote" else 0)


@pytest.mark.parametrize("balance", _balances(2), ids=str)
def test_the_seed_decides(balance):
    data = _marked([(5, 1, 1), (4, 1, 1), (40, 1, 1), (6, 1, 1)], 1, 1)
    rows = training_rows(data, "drop")
    pools = [make_pool(data, rows, balance, seed, _embeddings(rows)) for seed in (2**40, 2**40, 7)]
    assert np.array_equal(pools[0].images, pools[1].images)
    assert np.array_equal(pools[0].images, pools[2].images) == (balance.method not in GROWING)


@pytest.mark.parametrize("space", ["pixels", "embedding"])
def test_a_synthetic_image_lies_between_an_image_and_one_of_its_neighbours(space):
    neighbours = 2
    data = _marked([(6, 1, 1), (5, 1, 1), (25, 1, 1), (25, 1, 1)], 1, 3)
    rows = training_rows(data, "drop")
    embeddings = _embeddings(rows)
    balance = Balance(method="smote", space=space, neighbours=neighbours)
    pool = make_pool(data, rows, balance, 0, embeddings)
    pairs_seen, steps = set(), []
    for label in (0, 1):
        members = np.flatnonzero(data.labels[rows] == label)
        images = data.images[rows[members]].reshape(len(members), -1).astype(float)
        points = images if space == "pixels" else embeddings[members]
        distances = np.linalg.norm(points[:, None] - points[None], axis=2)
        nearest = distances.argsort(1)[:, 1 : neighbours + 1]
        made = pool.images[(pool.sources == SYNTHETIC) & (pool.labels == label)]
        assert len(made) == 25 - len(members)
        for image in made.reshape(len(made), -1).astype(float):
            fits = []
            for start, end in itertools.product(range(len(members)), repeat=2):
                if end in nearest[start]:
                    way = images[end] - images[start]
                    step = way @ (image - images[start]) / (way @ way)
                    off = np.abs(images[start] + step * way - image).max()
                    fits.append((off, step, (label, start, end)))
            off, step, pair = min(fits)
            # Half a grey value of rounding, and what that does to the step.
            assert off < 0.6
            assert -0.01 < step < 1.01
            pairs_seen.add(pair)
            steps.append(round(step, 3))
    assert len(pairs_seen) > 10
    assert len(set(steps)) > 30


def test_smote_draws_anew_for_each_class():
    """Two classes of the same points must not grow by the same ones."""
    points = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
    everything = np.concatenate([points, points, np.zeros((20, 3), np.float32)])
    labels = np.repeat([0, 1, 2], [6, 6, 20])
    found, found_labels, _ = oversample_embeddings(
        everything, labels, Balance(method="smote"), 0, ("a", "b", "c")
    )
    first, second = (found[32:][found_labels[32:] == label] for label in (0, 1))
    assert first.shape == second.shape == (14, 3)
    assert not np.array_equal(first, second)


def test_embeddings_grow_within_their_class():
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2, 3], [6, 30, 9, 2])[generator.permutation(47)]
    # Far apart: a blend over two classes would lie in between.
    embeddings = (100 * labels[:, None] + generator.random((47, 5))).astype(np.float32)
    balance = Balance(method="smote", space="embedding", neighbours=1)
    found, found_labels, sources = oversample_embeddings(
        embeddings, labels, balance, 0, FOUR.labels
    )
    assert found.dtype == np.float32
    assert np.array_equal(found[:47], embeddings)
    assert np.array_equal(found_labels[:47], labels)
    assert sources.tolist() == [*range(47), *[SYNTHETIC] * (120 - 47)]
    assert np.bincount(found_labels).tolist() == [30] * 4
    assert np.array_equal(np.floor(found / 100), np.tile(found_labels[:, None], 5))
    again, *_ = oversample_embeddings(embeddings, labels, balance, 0, FOUR.labels)
    assert np.array_equal(found, again)
    other, *_ = oversample_embeddings(embeddings, labels, balance, 1, FOUR.labels)
    assert not np.array_equal(found, other)


def test_smote_takes_the_memory_of_one_class_at_a_time():
    data = _marked([(20, 1, 1), (20, 1, 1), (20, 1, 1), (400, 1, 1)], 1, 0)
    rows = training_rows(data, "drop")
    tracemalloc.start()
    pool = make_pool(data, rows, Balance(method="smote"), 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert pool.images.nbytes == 1600 * 48 * 48
    # Two copies of one class in float64, and the pool with its parts: 30 MB; all classes at once in
    # float64 take 68 MB.
    assert peak < 2.5 * 400 * 48 * 48 * 8 + 3 * pool.images.nbytes


def test_too_few_images_for_smote():
    data = _marked([(9, 1, 1), (4, 1, 1), (9, 1, 1), (9, 1, 1)], 1, 0)
    rows = training_rows(data, "drop")
    with pytest.raises(DataError) as raised:
        make_pool(data, rows, Balance(method="smote"), 0)
    name = FOUR.labels[1]
    assert str(raised.value) == (
        "balance.neighbours: SMOTE with 5 neighbours needs 6 images of each class, and Training "
        f"has 4 of {name!r}; lower it to 3"
    )
    make_pool(data, rows, Balance(method="smote", neighbours=3), 0)
    only = rows[(data.labels[rows] != 1) | (np.cumsum(data.labels[rows] == 1) == 1)]
    with pytest.raises(DataError, match=r"has 1 of .*; use balance.method=oversample"):
        make_pool(data, only, Balance(method="smote", neighbours=1), 0)
    with pytest.raises(DataError, match="has 4 of"):
        labels = data.labels[rows].astype(int)
        oversample_embeddings(_embeddings(rows), labels, Balance(method="smote"), 0, FOUR.labels)


def test_the_largest_class_needs_no_neighbours():
    data = _marked([(4, 1, 1)] * 4, 1, 0)
    rows = training_rows(data, "drop")
    assert len(make_pool(data, rows, Balance(method="smote"), 0)) == 16


@pytest.mark.parametrize("balance", _balances(), ids=str)
def test_a_class_without_an_image(balance):
    data = _marked([(4, 1, 1), (3, 1, 1), (4, 1, 1), (0, 2, 2)], 1, 0)
    rows = training_rows(data, "drop")
    if balance.method == "none":
        assert np.array_equal(make_pool(data, rows, balance, 0).sources, rows)
        return
    with pytest.raises(DataError) as raised:
        make_pool(data, rows, balance, 0, _embeddings(rows))
    assert str(raised.value) == (
        f"marked: no Training image of {FOUR.labels[3]}, so there is nothing to balance; "
        "train with balance.method=none, or with a data.label_set that lacks it"
    )


def test_all_classes_without_an_image_are_named():
    data = replace(_marked([(4, 1, 1)] * 4, 0, 0), name="x")
    with pytest.raises(DataError, match=f"of {FOUR.labels[0]}, {FOUR.labels[2]}, so"):
        require_every_class(data, np.array([1, 3, 3]))
    require_every_class(data, np.array([0, 1, 2, 3]))


def test_smote_in_an_embedding_needs_one():
    data = _marked([(4, 1, 1)] * 4, 1, 0)
    with pytest.raises(RecipeError, match=r"balance\.space: .* needs embeddings.*pixels"):
        make_pool(data, training_rows(data, "drop"), Balance(method="smote", space="embedding"), 0)


labels_of_every_class = st.lists(st.integers(0, 4), max_size=60).map(
    lambda drawn: np.array([0, 1, 2, 3, 4, *drawn])
)


@given(labels=labels_of_every_class)
def test_full_class_weights_are_scikit_learns_balanced_ones(labels):
    expected = compute_class_weight("balanced", classes=np.arange(5), y=labels)
    found = class_weights(labels, 5, Balance(method="class_weights"))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@given(labels=labels_of_every_class, strength=st.floats(0.1, 2))
def test_class_weights_are_powers_of_the_frequency_with_mean_one(labels, strength):
    found = class_weights(labels, 5, Balance(method="class_weights", strength=strength))
    assert found[labels].mean() == pytest.approx(1, rel=1e-4)
    counts = np.bincount(labels)
    np.testing.assert_allclose(found / found[0], (counts[0] / counts) ** strength, rtol=1e-4)


@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=60), strength=st.floats(0.1, 2))
def test_sampling_weights_share_the_draws_between_the_classes(labels, strength):
    labels = np.array(labels)
    found = sampling_weights(labels, Balance(method="sampler", strength=strength))
    assert found.dtype == np.float64
    assert found.sum() == pytest.approx(1)
    counts = np.bincount(labels, minlength=5)
    share = np.bincount(labels, found, minlength=5)
    present = counts > 0
    expected = counts[present] ** (1 - strength)
    np.testing.assert_allclose(share[present], expected / expected.sum())


def test_full_sampling_weights_draw_every_class_equally_often():
    labels = np.repeat([0, 1, 2], [1, 10, 1000])
    share = np.bincount(labels, sampling_weights(labels, Balance(method="sampler")))
    np.testing.assert_allclose(share, 1 / 3)


@given(labels=labels_of_every_class)
def test_the_log_prior_is_of_the_frequencies(labels):
    found = log_prior(labels, 5)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.exp(found), np.bincount(labels) / len(labels), rtol=1e-5)


def test_weights_and_prior_of_a_class_without_an_image_are_refused():
    labels = np.array([0, 0, 2])
    for call in (lambda: class_weights(labels, 3, Balance()), lambda: log_prior(labels, 3)):
        with pytest.raises(DataError, match="class 1 has no image"):
            call()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"space": "embedding"}, "embedding does nothing with method none, only with smote"),
        ({"method": "oversample", "neighbours": 3}, "3 does nothing with method oversample"),
        (
            {"method": "smote", "strength": 0.5},
            "0.5 does nothing with method smote, only with class_weights, sampler, logit_adjust",
        ),
        ({"method": "smotee"}, "Input should be 'none'"),
        ({"method": "smote", "neighbours": 0}, "greater than or equal to 1"),
        ({"method": "sampler", "strength": 0}, "greater than 0"),
        ({"weights": 1}, "Extra inputs"),
    ],
)
def test_options_that_are_wrong_or_do_nothing(options, message):
    with pytest.raises(ValidationError, match=message) as raised:
        Balance(**options)
    assert raised.value.error_count() == 1


@pytest.mark.parametrize("method", METHODS)
def test_a_section_written_out_in_full_can_be_read_again(method):
    balance = Balance(method=method)
    assert Balance(**balance.model_dump()) == balance


@pytest.mark.real_data
def test_no_test_image_of_fer2013_enters_by_any_method(real_fer2013):
    data, _ = real_fer2013
    rows = training_rows(data, "drop")
    assert len(rows) == 28_006
    assert len(training_rows(data, "keep")) == 28_709
    held_out = {image.tobytes() for image in data.images[data.splits > 0]}
    for balance in _balances(5):
        pool = make_pool(data, rows, balance, 0, _embeddings(rows))
        assert not held_out & {image.tobytes() for image in pool.images}, balance
        counts = np.bincount(pool.labels)
        assert (counts == 7157).all() == (balance.method in GROWING), balance
