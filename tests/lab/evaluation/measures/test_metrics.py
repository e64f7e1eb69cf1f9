from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.lab.evaluation.measures import metrics

ANSWERS = st.integers(1, 60).flatmap(
    lambda count: st.tuples(
        st.lists(st.integers(0, 6), min_size=count, max_size=count),
        st.lists(st.integers(0, 6), min_size=count, max_size=count),
    )
)


@settings(max_examples=60)
@given(ANSWERS)
@pytest.mark.filterwarnings("ignore")
def test_scores_are_those_of_scikit_learn(answers):
    labels, predicted = map(np.array, answers)
    counts = metrics.confusion(labels, predicted, 7)
    assert counts.sum() == len(labels)
    assert metrics.accuracy(counts) == pytest.approx(
        sklearn.metrics.accuracy_score(labels, predicted)
    )
    assert metrics.balanced_accuracy(counts) == pytest.approx(
        sklearn.metrics.balanced_accuracy_score(labels, predicted)
    )
    assert metrics.macro_f1(counts) == pytest.approx(
        sklearn.metrics.f1_score(labels, predicted, average="macro", zero_division=0)
    )


def test_rows_of_the_confusion_matrix_are_the_truth():
    counts = metrics.confusion(np.array([0, 0, 0, 2]), np.array([1, 1, 0, 2]), 3)
    assert counts.tolist() == [[1, 2, 0], [0, 0, 0], [0, 0, 1]]


def test_scores_by_hand():
    # Class 0: recall 1/3, precision 1. Class 1: no images, two false. Class 2: all right.
    counts = np.array([[1, 2, 0], [0, 0, 0], [0, 0, 1]])
    assert metrics.accuracy(counts) == pytest.approx(2 / 4)
    assert metrics.balanced_accuracy(counts) == pytest.approx((1 / 3 + 1) / 2)
    assert metrics.macro_f1(counts) == pytest.approx((2 / 4 + 0 + 1) / 3)


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy", "macro_f1"])
def test_scores_of_many_matrices_at_once(name):
    metric = getattr(metrics, name)
    stack = np.random.default_rng(0).integers(0, 9, (4, 7, 7))
    assert metric(stack) == pytest.approx([float(metric(counts)) for counts in stack])


def test_the_interval_is_that_of_the_binomial():
    """For accuracy the bootstrap must agree with theory: 73 % of 3,589 is ± 1.45 points."""
    counts = np.array([[2620, 969], [0, 0]])
    low, high = metrics.bootstrap_interval(metrics.accuracy, counts)
    share = 2620 / 3589
    half = 1.96 * math.sqrt(share * (1 - share) / 3589)
    assert low == pytest.approx(share - half, abs=0.001)
    assert high == pytest.approx(share + half, abs=0.001)


def test_the_interval_covers_the_truth_95_times_in_100():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        right = int(rng.binomial(400, 0.7))
        counts = np.array([[right, 400 - right], [0, 0]])
        low, high = metrics.bootstrap_interval(metrics.accuracy, counts, samples=500)
        hits += low <= 0.7 <= high
    assert 180 <= hits <= 199


def test_the_interval_holds_the_score_and_is_the_same_each_time():
    counts = np.random.default_rng(0).integers(0, 30, (7, 7)) + 40 * np.eye(7, dtype=int)
    for metric in (metrics.accuracy, metrics.balanced_accuracy, metrics.macro_f1):
        low, high = metrics.bootstrap_interval(metric, counts)
        assert low < metric(counts) < high
        assert (low, high) == metrics.bootstrap_interval(metric, counts)
        assert (low, high) != metrics.bootstrap_interval(metric, counts, seed=1)


def test_the_interval_of_a_perfect_score_is_that_score():
    assert metrics.bootstrap_interval(metrics.accuracy, np.diag([5, 5])) == (1, 1)


def _answers(confidence: list[float], correct: list[bool]) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities over two labels whose first has the confidence, and the labels."""
    top = np.array(confidence)
    return np.stack([top, 1 - top], axis=1), np.where(correct, 0, 1)


@pytest.mark.parametrize(
    ("confidence", "correct", "error"),
    [
        ([1.0, 1.0], [True, True], 0.0),
        ([1.0, 1.0], [False, False], 1.0),
        ([0.9] * 10, [True] * 9 + [False], 0.0),
        ([0.9] * 10, [True] * 5 + [False] * 5, 0.4),
        # Two bins of fifteen, 0.6 and 0.9, with gaps 0.4 and 0.1, a half of the images each.
        ([0.61, 0.61, 0.9, 0.9], [True, True, True, True], (0.39 + 0.1) / 2),
        # Within one bin overconfident and underconfident images cancel.
        ([0.74, 0.74, 0.74, 0.74], [True, True, True, False], 0.01),
    ],
)
def test_calibration_error_by_hand(confidence, correct, error):
    found = metrics.expected_calibration_error(*_answers(confidence, correct))
    assert found == pytest.approx(error)


def test_the_number_of_bins_matters_as_it_should():
    answers = _answers([0.55, 0.95], [True, False])
    assert metrics.expected_calibration_error(*answers, bins=15) == pytest.approx(0.7)
    assert metrics.expected_calibration_error(*answers, bins=1) == pytest.approx(0.25)


@settings(max_examples=40)
@given(ANSWERS, st.sampled_from([0.25, 0.5, 1.0, 2.0, 5.0]))
@pytest.mark.filterwarnings("ignore")
def test_averages_are_those_of_scikit_learn(answers, beta):
    labels, predicted = map(np.array, answers)
    counts = metrics.confusion(labels, predicted, 7)
    for average, precision, f_beta in (
        ("macro", metrics.macro_precision, metrics.macro_f_beta),
        ("weighted", metrics.weighted_precision, metrics.weighted_f_beta),
    ):
        expected = sklearn.metrics.precision_recall_fscore_support(
            labels, predicted, beta=beta, average=average, zero_division=0
        )
        assert precision(counts) == pytest.approx(expected[0])
        assert f_beta(counts, beta) == pytest.approx(expected[2])
    expected = sklearn.metrics.matthews_corrcoef(labels, predicted)
    found = metrics.matthews_correlation(counts)
    degenerate = min(len(set(labels)), len(set(predicted))) == 1
    assert np.isnan(found) if degenerate else found == pytest.approx(expected)


def test_what_is_not_defined_is_not_a_number():
    # Class 1 has no images and no answers, class 2 no answers, class 3 no images.
    counts = np.zeros((4, 4), np.int64)
    counts[0] = [3, 0, 0, 1]
    counts[2] = [2, 0, 0, 0]
    assert metrics.recall_by_class(counts) == pytest.approx([0.75, np.nan, 0, np.nan], nan_ok=True)
    assert metrics.precision_by_class(counts) == pytest.approx(
        [0.6, np.nan, np.nan, 0], nan_ok=True
    )
    # F2 of class 0: 5 · 3 / (4 · 4 + 5).
    assert metrics.f_beta_by_class(counts, 2.0) == pytest.approx(
        [15 / 21, np.nan, 0, 0], nan_ok=True
    )


@pytest.mark.parametrize("beta", [0.5, 2.0])
def test_f_beta_is_between_precision_and_recall_and_nearer_to_the_one_that_counts(beta):
    counts = np.array([[30, 70], [5, 95]])  # Of class 0: precision 30/35, recall 0.3.
    f_beta, f1 = (metrics.f_beta_by_class(counts, value)[0] for value in (beta, 1.0))
    assert 0.3 < f_beta < 30 / 35
    assert (f_beta < f1) == (beta > 1)


def test_resampled_counts_keep_the_number_of_images_and_what_never_happened():
    counts = np.array([[8, 0], [3, 9]])
    drawn = metrics.resampled_counts(counts, samples=400)
    assert drawn.shape == (400, 2, 2)
    assert (drawn.sum(axis=(1, 2)) == 20).all()
    assert (drawn[:, 0, 1] == 0).all()
    assert drawn.mean(axis=0) == pytest.approx(counts, abs=0.5)


def test_ranks_break_ties_as_argmax_does():
    logits = np.array([[1, 3, 3, 2], [0, 0, 0, 0]], dtype=np.float32)
    found = [metrics.ranks(logits, np.array([label, label])).tolist() for label in range(4)]
    assert found == [[3, 0], [0, 1], [1, 2], [2, 3]]


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_share_in_the_top_k_is_that_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    labels, logits = rng.integers(0, 5, 30), rng.permutation(150).reshape(30, 5) / 7
    ranks = metrics.ranks(logits.astype(np.float32), labels)
    for k in (1, 2, 3):
        expected = sklearn.metrics.top_k_accuracy_score(labels, logits, k=k, labels=np.arange(5))
        assert (ranks < k).mean() == pytest.approx(expected)


def test_brier_scores_by_hand():
    probabilities = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.3, 0.2]])
    found = metrics.brier_scores(probabilities, np.array([0, 0, 0]))
    assert found == pytest.approx([0, 2, 0.25 + 0.09 + 0.04])
