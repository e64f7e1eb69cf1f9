from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import sklearn.metrics

from mien.emotions import FER2013, FERPLUS, VALENCE_SET, LabelSet
from mien.errors import DataError, UsageError
from mien.lab.evaluation.calibration import Calibration, probabilities
from mien.lab.evaluation.evaluate import calibrate, evaluate_predictions
from mien.lab.evaluation.measures.measures import Measures, measure, metrics
from mien.lab.evaluation.predictions import Predictions, read_predictions

CALIBRATION = Calibration({"fer2013": 1.4, "ferplus": 1.0}, 0.5)


def predictions(
    labels: np.ndarray, logits: np.ndarray, label_set: LabelSet = FER2013, twins: object = False
) -> Predictions:
    count = len(labels)
    return Predictions(
        "ab" * 32,
        100 + np.arange(count),
        np.ones(count, np.uint8),
        np.broadcast_to(np.asarray(twins, dtype=bool), count).copy(),
        {label_set.name: np.asarray(labels, dtype=np.int64)},
        {label_set.name: np.asarray(logits, dtype=np.float32)},
        {label_set.name: label_set.labels},
    )


def drawn(count: int = 300, **changes: object) -> Predictions:
    """Answers that are right more often than not, over all seven classes."""
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 7
    logits = rng.normal(size=(count, 7)) + 2 * np.eye(7)[labels]
    return predictions(labels, logits, **changes)


@pytest.fixture(scope="module")
def measured() -> Measures:
    return measure(drawn(), CALIBRATION)


def test_the_headline_is_that_of_scikit_learn(measured):
    part = drawn()
    labels, answers = part.labels["fer2013"], part.logits["fer2013"].argmax(axis=1)
    overall = measured.overall
    assert overall.images == measured.images == 300
    assert overall.accuracy.value == pytest.approx(sklearn.metrics.accuracy_score(labels, answers))
    assert overall.balanced_accuracy.value == pytest.approx(
        sklearn.metrics.balanced_accuracy_score(labels, answers)
    )
    assert overall.matthews_correlation.value == pytest.approx(
        sklearn.metrics.matthews_corrcoef(labels, answers)
    )
    for average in ("macro", "weighted"):
        found = getattr(overall, average)
        for beta, f_beta in (("1", found.f1), *found.f_beta.items()):
            expected = sklearn.metrics.precision_recall_fscore_support(
                labels, answers, beta=float(beta), average=average
            )
            values = (found.precision.value, found.recall.value, f_beta.value)
            assert values == pytest.approx(expected[:3])
    assert list(overall.macro.f_beta) == ["0.5", "2"]


def test_every_class_has_its_figures(measured):
    part = drawn()
    labels, answers = part.labels["fer2013"], part.logits["fer2013"].argmax(axis=1)
    expected = sklearn.metrics.precision_recall_fscore_support(labels, answers)
    assert tuple(one.label for one in measured.classes) == FER2013.labels
    for number, one in enumerate(measured.classes):
        precision, recall, f1, images = (values[number] for values in expected)
        assert one.images == images
        assert one.answered == (answers == number).sum()
        values = (one.precision.value, one.recall.value, one.f1)
        assert values == pytest.approx((precision, recall, f1))
        assert one.recall.low < one.recall.value < one.recall.high
        f2 = sklearn.metrics.fbeta_score(labels == number, answers == number, beta=2)
        assert one.f_beta["2"] == pytest.approx(f2)


def test_confusion_and_top_k(measured):
    part = drawn()
    counts, rates = np.array(measured.confusion.counts), np.array(measured.confusion.rates)
    assert counts.sum() == 300
    assert rates == pytest.approx(counts / counts.sum(axis=1, keepdims=True))
    assert [one.k for one in measured.top_k] == [1, 2, 3]
    shares = [one.share.value for one in measured.top_k]
    expected = [
        sklearn.metrics.top_k_accuracy_score(part.labels["fer2013"], part.logits["fer2013"], k=k)
        for k in (1, 2, 3)
    ]
    assert shares == pytest.approx(expected)
    assert measured.top_k[0].share == measured.overall.accuracy
    for one in measured.top_k:
        assert one.share.low < one.share.value < one.share.high


def test_the_parts_use_the_right_probabilities(measured):
    part = drawn()
    labels, logits = part.labels["fer2013"], part.logits["fer2013"]
    assert (measured.uncalibrated.temperature, measured.calibrated.temperature) == (1, 1.4)
    for found, temperature in ((measured.uncalibrated, 1.0), (measured.calibrated, 1.4)):
        expected = metrics.expected_calibration_error(probabilities(logits, temperature), labels)
        assert found.calibration_error.value == pytest.approx(expected)
    calibrated = probabilities(logits, 1.4)
    assert measured.curves.macro_auc == pytest.approx(
        sklearn.metrics.roc_auc_score(labels, calibrated, multi_class="ovr")
    )
    sure = calibrated.max(axis=1) >= 0.5
    assert measured.risk_coverage.unsure.answered == sure.sum()
    right = logits.argmax(axis=1) == labels
    assert measured.risk_coverage.unsure.accuracy.value == pytest.approx(right[sure].mean())


def test_without_twins():
    part = drawn(twins=np.arange(300) % 4 == 0)
    found = measure(part, CALIBRATION)
    alone = measure(part.where(~part.twins, "without twins"), CALIBRATION)
    assert (found.images, found.twins) == (300, 75)
    assert found.without_twins == alone.overall
    assert found.without_twins.images == 225
    assert alone.without_twins is None
    assert measure(drawn(twins=True), CALIBRATION).without_twins is None


def test_the_ferplus_head_is_measured_where_there_is_a_majority():
    part, rng = drawn(), np.random.default_rng(1)
    labels = rng.integers(-1, 8, 300)
    logits = rng.normal(size=(300, 8)).astype(np.float32)
    both = replace(
        part,
        labels={**part.labels, "ferplus": labels},
        logits={**part.logits, "ferplus": logits},
        labels_of={**part.labels_of, "ferplus": FERPLUS.labels},
    )
    found = measure(both, CALIBRATION)
    kept = labels >= 0
    assert found.head == "fer2013" and found.ferplus.head == "ferplus"
    assert found.ferplus.images == kept.sum()
    right = (logits.argmax(axis=1) == labels)[kept]
    assert found.ferplus.accuracy.value == pytest.approx(right.mean())
    none = replace(both, labels={**part.labels, "ferplus": np.full(300, -1)})
    assert measure(none, CALIBRATION).ferplus is None
    # As the main head it is measured like any other, on what has a label.
    alone = predictions(labels, logits, FERPLUS)
    main = measure(alone, CALIBRATION)
    assert main.ferplus is None
    assert main.images == kept.sum()
    assert main.overall == found.ferplus


def test_votes_are_those_of_the_rows_with_a_label():
    labels = np.array([3, -1, 3])
    votes = np.zeros((3, 10), np.uint8)
    votes[0, FERPLUS.index("happy")] = 10
    votes[1, FERPLUS.index("fear")] = 10
    votes[2, FERPLUS.index("happy")] = 10
    found = measure(predictions(labels, 5 * np.eye(7)[[3, 3, 3]]), CALIBRATION, votes=votes)
    assert found.humans.images == 2
    assert found.humans.model.value == 1
    assert measure(drawn(), CALIBRATION).humans is None


def test_betas_are_chosen():
    found = measure(drawn(), CALIBRATION, betas=(3.0, 0.25, 3.0))
    assert found.betas == (3, 0.25)
    assert list(found.overall.weighted.f_beta) == list(found.classes[0].f_beta) == ["3", "0.25"]
    assert measure(drawn(), CALIBRATION, betas=()).classes[0].f_beta == {}
    one = measure(drawn(), CALIBRATION, betas=(1.0,)).overall.macro
    assert one.f_beta == {"1": one.f1}


@pytest.mark.parametrize("beta", [0.0, -1.0, np.nan, np.inf])
def test_a_beta_that_is_none(beta):
    with pytest.raises(UsageError, match=r"^the beta of F-beta must be a number above 0, not "):
        measure(drawn(), CALIBRATION, betas=(2.0, beta))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_logits_that_are_not_finite(value):
    part = drawn()
    part.logits["fer2013"][[17, 40], 2] = value
    with pytest.raises(DataError) as caught:
        measure(part, CALIBRATION)
    assert str(caught.value) == (
        "2 of 300 rows have a logit of the head 'fer2013' that is not finite, the first is row "
        "117; predict again; if it stays so, the training has diverged"
    )


def test_nothing_to_measure():
    message = r"^there is nothing to measure: no row has a label for the head 'fer2013'$"
    for count in (0, 4):
        with pytest.raises(DataError, match=message):
            measure(predictions(np.full(count, -1), np.zeros((count, 7))), CALIBRATION)
    with pytest.raises(DataError, match=r"^the calibration has no temperature for the head 'fer20"):
        measure(drawn(), Calibration({"valence": 1.0}, 0.5))
    with pytest.raises(DataError, match=r"^2 rows of votes for 300 predictions$"):
        measure(drawn(), CALIBRATION, votes=np.ones((2, 10), np.uint8))


RNG = np.random.default_rng(2)
EDGES = {
    "one class": predictions(np.full(20, 3), RNG.normal(size=(20, 7))),
    "one image": predictions(np.array([3]), RNG.normal(size=(1, 7))),
    "a class that is missing": predictions(np.arange(60) % 6, RNG.normal(size=(60, 7))),
    "one answer": predictions(np.arange(70) % 7, np.eye(7)[np.zeros(70, int)]),
    "no difference": predictions(np.arange(70) % 7, np.zeros((70, 7))),
    "all right": predictions(np.arange(70) % 7, 9 * np.eye(7)[np.arange(70) % 7]),
    "huge logits": predictions(np.arange(70) % 7, 1e30 * RNG.normal(size=(70, 7))),
    "two labels": predictions(
        np.arange(9) % 2, RNG.normal(size=(9, 2)), LabelSet("two", ("y", "n"))
    ),
    "three labels": predictions(np.arange(9) % 3, RNG.normal(size=(9, 3)), VALENCE_SET),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", EDGES)
def test_edges_have_none_instead_of_nan(case):
    part = EDGES[case]
    count = len(part.rows)
    votes = np.random.default_rng(3).integers(0, 4, (count, 10)).astype(np.uint8)
    found = measure(part, Calibration({part.main_head: 0.8}, 0.6), votes=votes)
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert json.loads(text) == found.to_dict()
    classes = len(found.labels)
    assert [one.k for one in found.top_k] == [k for k in (1, 2, 3) if k < classes]
    for one in found.classes:
        assert (one.recall.value is None) == (one.images == 0)
        assert (one.precision.value is None) == (one.answered == 0)
        assert (one.f1 is None) == (one.images + one.answered == 0)


def test_what_is_missing_and_what_is_never_answered():
    found = measure(EDGES["one class"], CALIBRATION)
    assert found.overall.matthews_correlation.value is None
    assert found.curves.macro_auc is None
    assert found.overall.balanced_accuracy.value == found.overall.accuracy.value
    assert found.confusion.rates[0] == (None,) * 7
    missing = measure(EDGES["a class that is missing"], CALIBRATION)
    assert missing.classes[6].recall.value is None
    assert missing.curves.classes[6].auc is None
    assert missing.curves.macro_auc is not None
    same = measure(EDGES["one answer"], CALIBRATION)
    assert [one.precision.value for one in same.classes] == [pytest.approx(1 / 7)] + [None] * 6
    assert [one.f1 for one in same.classes[1:]] == [0] * 6
    right = measure(EDGES["all right"], CALIBRATION)
    assert (right.overall.accuracy.low, right.overall.macro.f1.low) == (1, 1)
    assert right.risk_coverage.area.value == 0
    assert measure(EDGES["two labels"], Calibration({"two": 1.0}, 0.5)).humans is None


def test_a_dictionary_of_plain_types(measured):
    found = measured.to_dict()

    def kinds(value: object) -> set[type]:
        if isinstance(value, dict):
            return {str}.union(*(kinds(part) for part in value.values()), map(type, value))
        if isinstance(value, list):
            return set().union(*(kinds(part) for part in value))
        return {type(value)}

    assert kinds(found) <= {str, int, float, bool, type(None)}
    assert found["overall"]["accuracy"].keys() == {"value", "low", "high"}
    assert found["overall"]["macro"]["f_beta"].keys() == {"0.5", "2"}
    assert len(json.dumps(found)) < 200_000
    assert measure(drawn(), CALIBRATION).to_dict() == found


def test_a_real_run(finished, faces):
    """What is measured of a run's file agrees with its evaluation."""
    whole = read_predictions(finished.predictions)
    calibration = calibrate(whole.split("PublicTest"))
    scores = evaluate_predictions(whole, ("PrivateTest",)).scores
    part = whole.split("PrivateTest")
    found = measure(part, calibration, votes=faces.votes[part.rows])
    expected = {(one.head, one.rule, one.metric): one for one in scores}
    for metric, one in (
        ("accuracy", found.overall.accuracy),
        ("balanced accuracy", found.overall.balanced_accuracy),
        ("macro F1", found.overall.macro.f1),
    ):
        known = expected["fer2013", "all", metric]
        assert (one.value, one.low, one.high) == (known.value, known.low, known.high)
    for metric, value in (
        ("ECE", found.calibrated.calibration_error.value),
        ("ECE before temperature", found.uncalibrated.calibration_error.value),
        ("log loss", found.calibrated.log_loss.value),
        ("share answered", found.risk_coverage.unsure.coverage.value),
    ):
        assert value == pytest.approx(expected["fer2013", "all", metric].value)
    rule = "FER+ majority, Microsoft's rule"
    assert found.ferplus.accuracy.value == expected["ferplus", rule, "accuracy"].value
    assert found.humans.images == len(part.rows)
