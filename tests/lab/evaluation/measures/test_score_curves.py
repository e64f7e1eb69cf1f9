from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.lab.evaluation.calibration import probabilities
from mien.lab.evaluation.measures.score_curves import MOST_POINTS, class_curves, risk_coverage

NAMES = ("a", "b", "c")


def _answers(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    logits = rng.normal(size=(count, 3)) + 1.2 * np.eye(3)[labels]
    return probabilities(logits.astype(np.float32), 1.0), labels


def test_areas_are_those_of_scikit_learn():
    scores, labels = _answers(900)
    found = class_curves(scores, labels, NAMES)
    assert found.macro_auc == pytest.approx(
        sklearn.metrics.roc_auc_score(labels, scores, multi_class="ovr", average="macro")
    )
    assert found.macro_average_precision == pytest.approx(
        sklearn.metrics.average_precision_score(np.eye(3)[labels], scores, average="macro")
    )
    assert sum(one.prevalence for one in found.classes) == pytest.approx(1)


def test_an_area_by_hand():
    # Of the 2 · 2 pairs of an "a" and another, three are in order.
    scores = np.array([[0.9, 0.1], [0.3, 0.7], [0.5, 0.5], [0.2, 0.8]])
    one = class_curves(scores, np.array([0, 0, 1, 1]), ("a", "b")).classes[0]
    assert one.auc == pytest.approx(3 / 4)
    # Found first at precision 1, second at 2/3.
    assert one.average_precision == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize("count", [12, 4000])
def test_curves_are_short_and_keep_their_ends(count):
    for one in class_curves(*_answers(count), NAMES).classes:
        assert len(one.false_positive_rate) == len(one.true_positive_rate) <= MOST_POINTS
        assert len(one.recall) == len(one.precision) <= MOST_POINTS
        ends = [(line[0], line[-1]) for line in (one.false_positive_rate, one.true_positive_rate)]
        assert ends == [(0, 1), (0, 1)]
        assert (one.recall[0], one.recall[-1]) == (1, 0)
        assert one.precision[0] == pytest.approx(one.prevalence)
        # What is left of the curve still has the area of the whole.
        drawn = sklearn.metrics.auc(one.false_positive_rate, one.true_positive_rate)
        assert drawn == pytest.approx(one.auc, abs=0.004)


@pytest.mark.filterwarnings("error")
def test_a_class_without_images_has_no_curve():
    scores, labels = _answers(60)
    found = class_curves(scores, np.minimum(labels, 1), NAMES)
    assert (found.classes[2].auc, found.classes[2].average_precision) == (None, None)
    assert found.classes[2].recall == found.classes[2].false_positive_rate == ()
    assert found.macro_auc == pytest.approx(np.mean([one.auc for one in found.classes[:2]]))
    alone = class_curves(scores, np.zeros(60, np.int64), NAMES)
    assert (alone.macro_auc, alone.macro_average_precision) == (None, None)


def test_risk_and_coverage_by_hand():
    confidence = np.array([0.6, 0.9, 0.8, 0.7])
    right = np.array([True, True, False, True])
    found = risk_coverage(confidence, right, 0.75)
    assert found.coverage == (0.25, 0.5, 0.75, 1)
    assert found.risk == pytest.approx((0, 1 / 2, 1 / 3, 1 / 4))
    assert found.area.value == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 4) / 4)
    assert found.area_at_random == 0.25
    assert found.area_at_best == pytest.approx((1 / 4) / 4)
    point = found.unsure
    assert (point.images, point.answered, point.coverage.value) == (4, 2, 0.5)
    assert (point.accuracy.value, point.accuracy_unsure.value) == (0.5, 1)


def test_equal_confidence_is_answered_together():
    confidence = np.array([0.9, 0.5, 0.5, 0.5])
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2]):
        right = np.array([True, False, True, True])
        found = risk_coverage(confidence[order], right[order], 0.0)
        assert found.coverage == (0.25, 1)
        assert found.risk == pytest.approx((0, 1 / 4))
        # One error in three, in no order: a third of it after each.
        assert found.area.value == pytest.approx((0 + (1 / 3) / 2 + (2 / 3) / 3 + 1 / 4) / 4)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 60))
def test_no_order_is_better_than_the_best(seed, count):
    rng = np.random.default_rng(seed)
    right = rng.random(count) < 0.6
    found = risk_coverage(rng.random(count).round(1), right, 0.5)
    assert found.area_at_best <= found.area.value + 1e-12
    assert found.risk[-1] == pytest.approx(found.area_at_random)
    best = risk_coverage(right.astype(np.float64), right, 0.5)
    assert found.area_at_best <= best.area.value + 1e-12
    same = risk_coverage(np.full(count, 0.4), right, 0.5)
    assert same.area.value == pytest.approx(same.area_at_random)


def test_all_unsure_and_none_unsure():
    confidence, right = np.array([0.3, 0.4]), np.array([True, False])
    none = risk_coverage(confidence, right, 0.0).unsure
    assert (none.answered, none.accuracy.value, none.accuracy_unsure.value) == (2, 0.5, None)
    everything = risk_coverage(confidence, right, 0.5).unsure
    assert (everything.answered, everything.accuracy.value) == (0, None)
    assert everything.accuracy_unsure.value == 0.5


def test_the_curve_is_short_and_the_area_has_an_interval():
    rng = np.random.default_rng(0)
    confidence = rng.random(1500)
    found = risk_coverage(confidence, rng.random(1500) < confidence, 0.5)
    assert len(found.coverage) == len(found.risk) == MOST_POINTS
    assert found.coverage[-1] == 1
    assert found.area.low < found.area.value < found.area.high
    assert found.area_at_best < found.area.low
    assert found.area.high < found.area_at_random
