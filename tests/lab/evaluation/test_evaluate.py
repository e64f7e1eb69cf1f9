from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import sklearn.metrics

from mien.card import ALL_ROWS, find_score
from mien.emotions import FER2013, LabelSet
from mien.errors import RunError, UsageError
from mien.lab.data.ferplus import majority
from mien.lab.data.preprocess import Input
from mien.lab.data.twins import has_twin
from mien.lab.evaluation.calibration import fit_temperature, fit_unsure_threshold, probabilities
from mien.lab.evaluation.evaluate import (
    ALL,
    Evaluation,
    evaluate_predictions,
    evaluate_run,
    evaluate_subject,
)
from mien.lab.evaluation.predictions import Predictions, read_predictions
from mien.lab.evaluation.scores import MICROSOFT_RULE, WITHOUT_TWINS
from mien.lab.evaluation.subject import ModelSubject, RunSubject, seen_by
from mien.lab.training.predict import predict_logits


@pytest.fixture(scope="module")
def evaluation(finished, faces) -> Evaluation:
    return evaluate_predictions(
        read_predictions(finished.predictions),
        ("PublicTest", "PrivateTest"),
        data=faces,
        subject=finished.folder.name,
        calibrated_on="PublicTest of tiny",
    )


def _score(evaluation: Evaluation, split: str, metric: str, rule: str = ALL_ROWS):
    found = find_score(evaluation.scores, split, metric, rule)
    assert found is not None, (split, metric, rule)
    return found


def test_the_file_holds_what_was_computed(finished, evaluation):
    assert json.loads(finished.evaluation.read_text("utf-8")) == evaluation.to_dict()


@pytest.mark.parametrize("split", ["PublicTest", "PrivateTest"])
@pytest.mark.filterwarnings("ignore:y_pred contains classes")
def test_scores_are_those_of_the_model_on_the_images(finished, faces, evaluation, split):
    """From the weights and the images to the numbers, by another way."""
    rows = faces.rows(split)
    logits = predict_logits(finished.load_model(), faces.images[rows], Input(crop=44))
    labels, predicted = faces.labels[rows], logits["fer2013"].argmax(1)
    expected = {
        "accuracy": sklearn.metrics.accuracy_score(labels, predicted),
        "balanced accuracy": sklearn.metrics.balanced_accuracy_score(labels, predicted),
        "macro F1": sklearn.metrics.f1_score(labels, predicted, average="macro"),
    }
    for metric, value in expected.items():
        score = _score(evaluation, split, metric)
        assert score.value == pytest.approx(value)
        assert score.low <= score.value <= score.high
        assert score.low < score.high
        assert score.n == len(rows)
        assert score.head == "fer2013"
    confusion = sklearn.metrics.confusion_matrix(labels, predicted, labels=range(7))
    found = evaluation.measures[split]
    assert [list(row) for row in found.confusion.counts] == confusion.tolist()
    assert found.labels == FER2013.labels
    calibrated = probabilities(logits["fer2013"], evaluation.calibration.temperatures["fer2013"])
    assert _score(evaluation, split, "log loss").value == pytest.approx(
        sklearn.metrics.log_loss(labels, calibrated, labels=range(7)), rel=1e-4
    )


def test_the_ferplus_head_is_scored_by_microsofts_rule(finished, faces, evaluation):
    rows = faces.rows("PrivateTest")
    known = majority(faces.votes[rows])
    logits = predict_logits(finished.load_model(), faces.images[rows], Input(crop=44))["ferplus"]
    score = _score(evaluation, "PrivateTest", "accuracy", MICROSOFT_RULE)
    assert score.head == "ferplus"
    assert score.n == (known >= 0).sum() < len(rows)
    assert score.value == pytest.approx((logits.argmax(1) == known)[known >= 0].mean())


def test_calibration_is_fitted_on_public_test_alone(finished, faces, evaluation):
    rows = faces.rows("PublicTest")
    logits = predict_logits(finished.load_model(), faces.images[rows], Input(crop=44))
    truth = {"fer2013": faces.labels[rows].astype(int), "ferplus": majority(faces.votes[rows])}
    found = evaluation.calibration
    for head, labels in truth.items():
        expected = fit_temperature(logits[head], labels)
        assert found.temperatures[head] == pytest.approx(expected, abs=1e-3)
    calibrated = probabilities(logits["fer2013"], found.temperatures["fer2013"])
    right = calibrated.argmax(1) == truth["fer2013"]
    assert found.unsure_below == pytest.approx(
        fit_unsure_threshold(calibrated.max(1), right), abs=1e-3
    )
    alone = evaluate_predictions(read_predictions(finished.predictions), ("PublicTest",))
    assert alone.calibration == found


def test_calibration_lowers_the_log_loss_where_it_was_fitted(finished, evaluation):
    public = read_predictions(finished.predictions).split("PublicTest")
    labels = public.labels["fer2013"]
    before = sklearn.metrics.log_loss(
        labels, probabilities(public.logits["fer2013"], 1), labels=range(7)
    )
    assert _score(evaluation, "PublicTest", "log loss").value < before


def test_private_test_is_measured_only_when_named(finished_copy, faces):
    found = evaluate_run(finished_copy, faces, ())
    assert {score.split for score in found.scores} == {"PublicTest"}
    assert set(found.measures) == {"PublicTest"}
    assert set(read_predictions(finished_copy.predictions).rows) == set(faces.rows("PublicTest"))
    again = evaluate_run(finished_copy, faces, ("PublicTest",))
    assert again.to_dict() == found.to_dict()


def test_private_test_when_named_stands_beside_public_test(finished_copy, faces, evaluation):
    found = evaluate_run(finished_copy, faces, ("PrivateTest",))
    assert found.to_dict() == evaluation.to_dict()
    assert {score.split for score in found.scores} == {"PublicTest", "PrivateTest"}


def _handmade(**changes: object) -> Predictions:
    """Eight PublicTest images with two labels that matter; the last two have twins."""
    logits = np.full((8, 7), -9, np.float32)
    logits[:, 0] = [2, 2, 2, 0, 2, 2, -2, -2]
    logits[:, 1] = 0
    labels = np.array([0, 0, 1, 1, 0, 0, 0, 0])
    made = Predictions(
        "0" * 64,
        np.arange(8),
        np.ones(8, np.uint8),
        np.arange(8) >= 6,
        {"fer2013": labels},
        {"fer2013": logits},
        {"fer2013": FER2013.labels},
    )
    return replace(made, **changes)


def test_twins_are_left_out_of_the_second_count():
    found = evaluate_predictions(_handmade(), ("PublicTest",))
    everything = _score(found, "PublicTest", "accuracy")
    assert (everything.n, everything.value) == (8, 4 / 8)
    without = _score(found, "PublicTest", "accuracy", WITHOUT_TWINS)
    assert (without.n, without.value) == (6, 4 / 6)


def test_when_every_image_has_a_twin_there_is_no_second_count():
    found = evaluate_predictions(_handmade(twins=np.ones(8, bool)), ("PublicTest",))
    assert {score.rule for score in found.scores} == {ALL_ROWS}
    assert _score(found, "PublicTest", "accuracy").n == 8


def test_twins_of_the_fixture_are_found(finished_copy, faces):
    images = faces.images.copy()
    rows = faces.rows("PrivateTest")
    images[rows[0]] = images[faces.rows("Training")[5]]
    data = replace(faces, images=images)
    assert has_twin(data, rows, data.rows("Training")).sum() == 1
    facts = finished_copy.facts()
    text = json.dumps({**facts, "data_sha256": data.sha256})
    (finished_copy.folder / "run.json").write_text(text)
    found = evaluate_run(finished_copy, data, ("PrivateTest",))
    assert _score(found, "PrivateTest", "accuracy", WITHOUT_TWINS).n == len(rows) - 1


def test_unsure_images_are_counted_out():
    made = _handmade(twins=np.zeros(8, bool))
    found = evaluate_predictions(made, ("PublicTest",))
    calibration = found.calibration
    calibrated = probabilities(made.logits["fer2013"], calibration.temperatures["fer2013"])
    sure = calibrated.max(1) >= calibration.unsure_below
    # The fourth image is a draw between two labels and wrong: below every other.
    assert _score(found, "PublicTest", "share answered").value == sure.mean()
    right = (calibrated.argmax(1) == made.labels["fer2013"])[sure]
    assert _score(found, "PublicTest", "accuracy when answered").value == right.mean()
    assert 0 < sure.mean() < 1


def test_what_training_holds_too_decides_nothing():
    """Another answer to the twins changes the scores, and not the calibration."""
    once = evaluate_predictions(_handmade(), ("PublicTest",))
    labels = {"fer2013": np.array([0, 0, 1, 1, 0, 0, 1, 1])}
    again = evaluate_predictions(_handmade(labels=labels), ("PublicTest",))
    assert again.calibration == once.calibration
    assert _score(again, "PublicTest", "accuracy") != _score(once, "PublicTest", "accuracy")


def test_a_model_that_is_never_right():
    labels = {"fer2013": np.full(8, 5)}
    found = evaluate_predictions(_handmade(labels=labels), ("PublicTest",))
    assert _score(found, "PublicTest", "accuracy").value == 0
    assert _score(found, "PublicTest", "share answered").value <= 0.5


def test_an_image_exactly_at_the_threshold_is_answered():
    """As in the runtime, *unsure* is what lies under the threshold."""
    logits = np.full((8, 7), -1000, np.float32)
    logits[:, :2] = 0
    made = _handmade(logits={"fer2013": logits}, labels={"fer2013": np.full(8, 5)})
    found = evaluate_predictions(made, ("PublicTest",))
    assert found.calibration.unsure_below == 0.5
    assert _score(found, "PublicTest", "share answered").value == 1


def test_predictions_of_other_data_are_refused(finished, faces):
    labels = faces.labels.copy()
    labels[0] ^= 1
    with pytest.raises(RunError, match="are of other data than 'tiny'"):
        evaluate_predictions(
            read_predictions(finished.predictions),
            ("PublicTest",),
            data=replace(faces, labels=labels),
        )


def test_the_split_it_was_fitted_on_is_refused(finished_copy, faces):
    for split in ("Training", ALL):
        with pytest.raises(UsageError, match="was fitted on Training of tiny; --split PublicTest"):
            evaluate_run(finished_copy, faces, (split,))


def test_other_data_are_measured_whole_with_the_runs_own_calibration(finished_copy, faces):
    other = replace(faces, name="other", images=faces.images[:, :, ::-1].copy())
    found = evaluate_run(finished_copy, other, (ALL,))
    own = json.loads(finished_copy.evaluation.read_text("utf-8"))
    assert found.calibration.to_dict() == own["calibration"]
    assert found.data == "other"
    assert found.measures[ALL].images == len(other)
    folder = finished_copy.folder
    assert read_predictions(folder / "predictions-on-other.parquet").data_sha256 == other.sha256
    assert json.loads((folder / "evaluation-on-other.json").read_text("utf-8")) == found.to_dict()
    assert json.loads(finished_copy.evaluation.read_text("utf-8")) == own


def test_other_data_need_a_calibrated_run(finished_copy, faces):
    finished_copy.evaluation.unlink()
    other = replace(faces, name="other", images=faces.images[:, :, ::-1].copy())
    with pytest.raises(RunError, match="has to be evaluated on tiny first; run: mien evaluate"):
        evaluate_run(finished_copy, other, (ALL,))


def test_labels_without_a_counterpart_are_left_out_and_said(finished_copy, faces):
    labels = LabelSet("eight", (*FER2013.labels, "contempt"))
    codes = faces.labels.copy()
    codes[:5] = 7
    other = replace(faces, name="other", labels=codes, label_set=labels, notes=("as it was",))
    seen = seen_by(RunSubject(finished_copy), other)
    assert len(seen) == len(faces) - 5
    assert seen.notes[0] == "as it was"
    assert f"5 of {len(faces)} images have a label that fer2013" in seen.notes[1]
    found = evaluate_run(finished_copy, seen, (ALL,))
    assert found.notes == seen.notes


def test_a_model_file_says_what_its_run_says(finished_copy, exported, faces, tmp_path):
    subject = ModelSubject(exported[0], tmp_path / "made")
    found = evaluate_subject(subject, faces, ("PublicTest",))
    by_run = evaluate_run(finished_copy, faces, ("PublicTest",))
    assert found.calibration == by_run.calibration
    assert found.calibrated_on == "as shipped in the model file"
    for score, expected in zip(found.scores, by_run.scores, strict=True):
        assert (score.metric, score.rule, score.n) == (expected.metric, expected.rule, expected.n)
        assert score.value == pytest.approx(expected.value, abs=1e-4)
    assert (tmp_path / "made" / "evaluation.json").is_file()
    with pytest.raises(UsageError, match="sees the central crop only"):
        evaluate_subject(subject, faces, ("PublicTest",), "ten-crop")
    evaluate_subject(subject, faces, ("PublicTest",), "flip")
    assert (tmp_path / "made" / "predictions-flip.parquet").is_file()


def test_a_run_that_is_not_complete(finished_copy, faces):
    (finished_copy.folder / "run.json").unlink()
    with pytest.raises(RunError, match="the training is not complete"):
        evaluate_run(finished_copy, faces, ())
