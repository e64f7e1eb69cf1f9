"""The second operating point: fitted on PublicTest, the same in the lab and in the runtime."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import balanced_accuracy_score

from mien.lab.evaluation.balanced import at_balance, fit_balanced, weigh
from mien.lab.evaluation.calibration import Calibration, probabilities
from mien.lab.evaluation.evaluate import evaluate_predictions
from mien.lab.evaluation.predictions import read_predictions


def _drawn(count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Two classes, one ten times as common, and the right posterior of overlapping features."""
    rng = np.random.default_rng(0)
    labels = (rng.random(count) < 1 / 11).astype(np.int64)
    feature = rng.normal(labels * 1.5, 1)
    odds = np.exp(1.5 * feature - 1.5**2 / 2) / 10
    rare = odds / (1 + odds)
    return np.stack([1 - rare, rare], axis=1), labels


def test_the_right_posterior_is_divided_by_its_prior():
    calibrated, labels = _drawn()
    point = fit_balanced(calibrated, labels)
    assert 0.7 <= point.strength <= 1.3
    assert point.factors[1] == 1 > point.factors[0]
    # Expected 10 to 1, to the power of -strength.
    assert point.factors[0] == pytest.approx(10**-point.strength, rel=0.15)
    before = balanced_accuracy_score(labels, calibrated.argmax(1))
    after = balanced_accuracy_score(labels, weigh(calibrated, point.factors).argmax(1))
    assert after > before + 0.15


def test_rows_without_a_label_play_no_part():
    calibrated, labels = _drawn(600)
    some = np.concatenate([calibrated, calibrated[:50, ::-1]])
    unknown = np.concatenate([labels, np.full(50, -1)])
    assert fit_balanced(some, unknown) == fit_balanced(calibrated, labels)


@given(
    arrays(np.float64, (5, 3), elements=st.floats(0.01, 1)),
    st.tuples(*[st.floats(0.05, 1)] * 3),
)
def test_weighing_keeps_rows_probabilities_and_the_order_of_odds(raw, factors):
    shares = raw / raw.sum(axis=1, keepdims=True)
    found = weigh(shares, factors)
    np.testing.assert_allclose(found.sum(1), 1)
    odds = (found[:, 0] / found[:, 1]) / (shares[:, 0] / shares[:, 1])
    np.testing.assert_allclose(odds, factors[0] / factors[1])


def test_shifted_logits_lead_to_the_weighed_probabilities(finished):
    predictions = read_predictions(finished.predictions)
    evaluation = evaluate_predictions(predictions, ("PublicTest",))
    calibration, main = evaluation.calibration, predictions.main_head
    point, temperature = calibration.balanced, calibration.temperatures[main]
    shifted = at_balance(predictions, temperature, point)
    np.testing.assert_allclose(
        probabilities(shifted.logits[main], temperature),
        weigh(probabilities(predictions.logits[main], temperature), point.factors),
        atol=1e-6,
    )
    assert shifted.logits["ferplus"] is predictions.logits["ferplus"]


def test_scores_of_both_points_and_the_way_there_and_back(finished):
    predictions = read_predictions(finished.predictions)
    evaluation = evaluate_predictions(predictions, ("PublicTest", "PrivateTest"))
    raw = evaluation.to_dict()
    assert Calibration.from_dict(raw["calibration"]) == evaluation.calibration
    names = {(score["split"], score["metric"]) for score in raw["balanced_scores"]}
    assert ("PrivateTest", "balanced accuracy") in names
    assert ("PublicTest", "share answered") in names
    # On the split that it was fitted on it cannot be worse: strength 0 is among those tried.
    public = evaluation.measures["PublicTest"].overall.balanced_accuracy.value
    assert evaluation.balanced["PublicTest"].overall.balanced_accuracy.value >= public
