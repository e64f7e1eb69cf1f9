from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.lab.evaluation.calibration import fit_temperature, fit_unsure_threshold, probabilities


def _calibrated(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is the very distribution that the labels are drawn from."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (count, 7)).astype(np.float32)
    chances = probabilities(logits, 1.0)
    labels = (rng.random((count, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    return logits, labels.clip(0, 6)


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 20))
def test_probabilities_sum_to_one_and_keep_the_order(seed, temperature):
    logits = np.random.default_rng(seed).normal(0, 30, (5, 7)).astype(np.float32)
    found = probabilities(logits, temperature)
    assert found.dtype == np.float64
    assert np.isfinite(found).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(5))
    assert (found.argmax(axis=1) == logits.argmax(axis=1)).all()


def test_probabilities_by_hand():
    found = probabilities(np.array([[0, 2 * np.log(3)]], np.float32), 2.0)
    assert found[0] == pytest.approx([0.25, 0.75])


@pytest.mark.parametrize("temperature", [0.25, 0.8, 1.0, 1.7, 4.0])
def test_a_known_temperature_is_found_again(temperature):
    logits, labels = _calibrated(20_000, 0)
    assert fit_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.03)


def test_rows_without_a_label_are_left_out():
    logits, labels = _calibrated(4000, 1)
    # Confident nonsense that would soften everything.
    nonsense = np.tile(np.float32([90, 0, 0, 0, 0, 0, 0]), (4000, 1))
    both = np.concatenate([logits, nonsense])
    found = fit_temperature(both, np.concatenate([labels, np.full(4000, -1)]))
    assert found == fit_temperature(logits, labels)


def test_the_temperature_stays_within_its_bounds():
    logits = np.eye(7, dtype=np.float32)
    assert fit_temperature(logits, np.arange(7)) == pytest.approx(0.05, rel=0.01)
    assert fit_temperature(logits, (np.arange(7) + 1) % 7) == pytest.approx(20, rel=0.01)


def test_the_threshold_lies_where_answers_become_right_more_often_than_wrong():
    # Below 0.4 one answer in four is right, above it three in four.
    confidence = np.linspace(0.2, 0.999, 800)
    number = np.arange(800)
    correct = np.where(confidence < 0.4, number % 4 == 0, number % 4 != 0)
    assert fit_unsure_threshold(confidence, correct) == pytest.approx(0.4, abs=0.005)


def test_the_order_of_the_images_does_not_matter():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.15, 1, 500)
    correct = rng.random(500) < confidence
    found = fit_unsure_threshold(confidence, correct)
    assert found == pytest.approx(0.5, abs=0.12)
    order = rng.permutation(500)
    assert fit_unsure_threshold(confidence[order], correct[order]) == found


def test_a_model_that_is_always_right_is_never_unsure():
    assert fit_unsure_threshold(np.array([0.2, 0.5, 0.9]), np.array([True, True, True])) == 0.0


def test_a_model_that_is_always_wrong_is_always_unsure():
    assert fit_unsure_threshold(np.array([0.2, 0.5, 0.9]), np.array([False] * 3)) == 0.9


def test_right_half_the_time_is_sure_enough():
    confidence, correct = np.array([0.3, 0.3, 0.9]), np.array([True, False, True])
    assert fit_unsure_threshold(confidence, correct) == 0.0
