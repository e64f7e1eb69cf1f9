from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics

from mien.lab.evaluation.calibration import probabilities
from mien.lab.evaluation.measures import metrics
from mien.lab.evaluation.measures.reliability import (
    Reliability,
    equal_mass_bins,
    measure_reliability,
)


def _drawn(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from their softmax: perfectly calibrated."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (count, 5)).astype(np.float32)
    sums = probabilities(logits, 1.0).cumsum(axis=1)
    return logits, np.minimum((rng.random(count)[:, None] > sums).sum(axis=1), 4)


def test_figures_by_hand():
    # Two classes: sure by 0.9 and right, sure by 0.6 and wrong.
    logits = np.log(np.array([[0.9, 0.1], [0.4, 0.6]])).astype(np.float32)
    found = measure_reliability(logits, np.array([0, 0]), 1.0)
    assert found.confidence == pytest.approx(0.75)
    assert found.log_loss.value == pytest.approx(-(math.log(0.9) + math.log(0.4)) / 2)
    assert found.brier.value == pytest.approx((2 * 0.1**2 + 2 * 0.6**2) / 2)
    # Each is alone in its bin, of equal width and of equal mass.
    assert found.calibration_error.value == pytest.approx((0.1 + 0.6) / 2)
    assert found.equal_mass_error.value == pytest.approx((0.1 + 0.6) / 2)
    chance = math.sqrt(2 / math.pi) * (math.sqrt(0.09) + math.sqrt(0.24)) / 2
    assert found.calibration_error_by_chance == pytest.approx(chance)
    full = [one for one in found.bins if one.images]
    assert [(round(one.low, 3), round(one.high, 3)) for one in full] == [
        (0.6, 0.667),
        (0.867, 0.933),
    ]
    assert [one.accuracy for one in full] == [0, 1]
    assert [one.confidence for one in full] == pytest.approx([0.6, 0.9])
    empty = [one for one in found.bins if not one.images]
    assert len(empty) == 13
    assert {(one.confidence, one.accuracy) for one in empty} == {(None, None)}


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_error_is_that_of_metrics_and_of_the_bins(temperature):
    logits, labels = _drawn(400)
    found = measure_reliability(logits, labels, temperature)
    calibrated = probabilities(logits, temperature)
    expected = metrics.expected_calibration_error(calibrated, labels)
    assert found.calibration_error.value == pytest.approx(expected)
    full = [one for one in found.bins if one.images]
    by_bins = sum(one.images * abs(one.accuracy - one.confidence) for one in full) / 400
    assert by_bins == pytest.approx(expected)
    assert sum(one.images for one in full) == 400
    log_loss = sklearn.metrics.log_loss(labels, calibrated, labels=np.arange(calibrated.shape[1]))
    assert found.log_loss.value == pytest.approx(log_loss, rel=1e-5)


def test_what_chance_makes_is_what_calibrated_answers_show():
    found = [measure_reliability(*_drawn(600, seed), 1.0) for seed in range(12)]
    measured = np.mean([one.calibration_error.value for one in found])
    expected = np.mean([one.calibration_error_by_chance for one in found])
    assert measured == pytest.approx(expected, rel=0.15)


def test_too_sure_answers_show():
    logits, labels = _drawn(1500)

    def of(temperature: float) -> Reliability:
        return measure_reliability(logits, labels, temperature)

    assert of(0.4).calibration_error.low > of(1.0).calibration_error.high
    assert of(0.4).log_loss.value > of(1.0).log_loss.value
    assert of(0.4).confidence > of(1.0).confidence


def test_intervals_hold_their_values():
    found = measure_reliability(*_drawn(300), 1.3)
    for one in (found.log_loss, found.brier, found.calibration_error, found.equal_mass_error):
        assert 0 <= one.low < one.value < one.high


def test_a_probability_that_rounds_to_zero_has_a_finite_log_loss():
    logits = np.array([[2000.0, 0.0]], dtype=np.float32)
    assert measure_reliability(logits, np.array([1]), 1.0).log_loss.value == pytest.approx(2000)


@pytest.mark.parametrize("count", [1, 7, 15, 100])
def test_bins_of_equal_mass(count):
    confidence = np.random.default_rng(0).random(count)
    place = equal_mass_bins(confidence)
    sizes = np.bincount(place, minlength=15)
    assert sizes.max() - sizes.min() <= 1
    assert (np.diff(place[np.argsort(confidence)]) >= 0).all()
