"""Mistakes and likely label errors, planted and found; their pictures and their page."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mien.emotions import FER2013
from mien.errors import DataError
from mien.lab.data.faces import FaceData
from mien.lab.data.ferplus import VOTE_COLUMNS
from mien.lab.evaluation.calibration import Calibration
from mien.lab.evaluation.mistakes.mistake_galleries import PICTURES_A_KIND, mistake_galleries
from mien.lab.evaluation.mistakes.mistakes import LISTED_A_CLASS, Mistakes, find_mistakes
from mien.lab.evaluation.predictions import Predictions

from ..macro_page import render_macro, text_of

CALIBRATION = Calibration({"fer2013": 1.0}, 0.4)
VOTE_OF = np.array([4, 5, 6, 1, 3, 2, 0])
"""Column of the votes for each of FER2013's labels."""


def planted(count: int = 400, wrong: int = 40) -> tuple[Predictions, FaceData, np.ndarray]:
    """A model right on what the annotators see; ``wrong`` labels are exchanged for others."""
    rng = np.random.default_rng(0)
    seen = rng.permutation(np.arange(count) % len(FER2013))
    labels = seen.copy()
    exchanged = rng.permutation(count)[:wrong]
    labels[exchanged] = (seen[exchanged] + rng.integers(1, 7, wrong)) % 7
    votes = np.zeros((count, len(VOTE_COLUMNS)), dtype=np.uint8)
    votes[np.arange(count), VOTE_OF[seen]] = 8
    votes[:, 7] = 2
    logits = rng.normal(0, 0.1, (count, 7))
    logits[np.arange(count), seen] += 4
    data = FaceData(
        "planted",
        rng.integers(0, 256, (count, 48, 48)).astype(np.uint8),
        labels.astype(np.uint8),
        np.ones(count, dtype=np.uint8),
        FER2013,
        votes,
    )
    return predictions(data, logits), data, np.sort(exchanged)


def predictions(data: FaceData, logits: np.ndarray) -> Predictions:
    count = len(data)
    return Predictions(
        data.sha256,
        np.arange(count),
        data.splits,
        np.zeros(count, dtype=bool),
        {"fer2013": data.labels.astype(np.int64)},
        {"fer2013": logits.astype(np.float32)},
        {"fer2013": FER2013.labels},
    )


@pytest.fixture(scope="module")
def part() -> tuple[Predictions, FaceData, np.ndarray]:
    return planted()


@pytest.fixture(scope="module")
def found(part) -> Mistakes:
    return find_mistakes(part[0], CALIBRATION, part[1])


def test_planted_label_errors_are_found(part, found):
    likely = sorted(one.answer.row for one in found.disputed if one.likely)
    assert likely == part[2].tolist()
    assert found.likely_errors == found.same_class_errors == 40
    assert sum(of_class.likely_errors for of_class in found.classes) == 40
    for one in found.disputed:
        if one.likely:
            assert one.suggested == one.majority != one.answer.label


def test_likely_errors_come_first_and_by_margin(found):
    order = [(not one.likely, one.margin) for one in found.disputed]
    assert order == sorted(order)


def test_what_if(found):
    assert found.what_if.accuracy == pytest.approx(0.9)
    assert found.what_if.without_likely == 1.0
    assert found.what_if.images_without_likely == 360
    assert found.what_if.where_votes_agree == 1.0
    assert found.what_if.images_where_votes_agree == 360


def test_clean_labels_are_not_called_likely_wrong():
    part, data, _ = planted(wrong=0)
    assert find_mistakes(part, CALIBRATION, data).likely_errors == 0


def test_without_votes_the_model_alone_makes_them_possible(part):
    data = replace(part[1], votes=None)
    found = find_mistakes(part[0], CALIBRATION, data)
    assert not found.votes and found.likely_errors == 0
    assert set(part[2]) <= {one.answer.row for one in found.disputed}
    assert found.what_if.without_likely is None and found.what_if.where_votes_agree is None
    assert all(answer.votes is None for of in found.classes for answer in of.least_sure)
    assert any(one.label_errors for one in mistake_galleries(found, data).classes)


def test_training_rows_are_refused(part):
    splits = part[0].splits.copy()
    splits[7] = 0
    with pytest.raises(DataError, match=r"^Training: .*not fitted on; use PublicTest"):
        find_mistakes(replace(part[0], splits=splits), CALIBRATION, part[1])


def test_other_data_are_refused(part):
    with pytest.raises(DataError, match=r"other data \(SHA-256 differs\)"):
        find_mistakes(replace(part[0], data_sha256="0"), CALIBRATION, part[1])


def test_pairs_by_hand():
    """Six angry: two taken for sad, one for happy; four sad: one taken for angry."""
    labels = np.array([0] * 6 + [4] * 4)
    predicted = np.array([0, 0, 0, 4, 4, 3, 4, 4, 4, 0])
    logits = np.zeros((10, 7))
    logits[np.arange(10), predicted] = np.log(6)  # probability 6 / 12
    images = np.zeros((10, 48, 48), dtype=np.uint8)
    data = FaceData("ten", images, labels.astype(np.uint8), np.full(10, 2, dtype=np.uint8), FER2013)
    found = find_mistakes(predictions(data, logits), CALIBRATION, data)
    assert found.splits == ("PrivateTest",)
    assert (found.images, found.wrong) == (10, 4)
    assert [(one.label, one.predicted, one.count) for one in found.pairs] == [
        ("angry", "sad", 2),
        ("angry", "happy", 1),
        ("sad", "angry", 1),
    ]
    assert found.pairs[0].share == pytest.approx(2 / 6)
    assert found.pairs[0].confidence == pytest.approx(0.5)
    assert [(one.labels, one.count) for one in found.mixed] == [
        (("angry", "sad"), 3),
        (("angry", "happy"), 1),
    ]
    assert found.mixed[0].share == pytest.approx(3 / 10)
    assert [one.label for one in found.classes] == ["angry", "sad"]
    assert [one.predicted for one in found.classes[0].taken_for] == ["sad", "happy"]


def test_order_and_number_of_the_answers_of_a_class(part):
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (len(part[1]), 7))
    found = find_mistakes(predictions(part[1], logits), CALIBRATION, part[1])
    likely = {one.answer.row for one in found.disputed if one.likely}
    for of_class in found.classes:
        assert len(of_class.least_sure) == LISTED_A_CLASS
        confidences = [answer.confidence for answer in of_class.most_confident]
        assert confidences == sorted(confidences, reverse=True)
        assert not any(answer.correct or answer.row in likely for answer in of_class.most_confident)
        leads = [one.confidence - one.second_confidence for one in of_class.least_sure]
        assert leads == sorted(leads) and leads[0] >= 0
        assert all(one.label == of_class.label for one in of_class.least_sure)


def test_counts_agree_with_the_predictions(part, found):
    predicted = part[0].logits["fer2013"].argmax(axis=1)
    expected = Counter(
        (FER2013.labels[true], FER2013.labels[guess])
        for true, guess in zip(part[1].labels, predicted, strict=True)
        if true != guess
    )
    assert {(one.label, one.predicted): one.count for one in found.pairs} == expected
    assert sum(one.count for one in found.mixed) == found.wrong == sum(expected.values())


def test_the_document_is_plain(found):
    document = json.loads(json.dumps(found.to_dict()))
    assert document["likely_errors"] == 40
    assert document["what_if"]["images"] == 400
    assert document["disputed"][0]["answer"]["votes"].startswith("8 ")


def test_galleries_are_bounded_and_show_the_right_images(part, found):
    data = part[1]
    galleries = mistake_galleries(found, data)
    assert [one.mistakes.label for one in galleries.classes] == list(FER2013.labels)
    for one in galleries.classes:
        for pictures in (one.most_confident, one.least_sure, one.label_errors):
            assert len(pictures) <= PICTURES_A_KIND
        label = one.mistakes.label
        assert len(one.label_errors) == min(one.mistakes.likely_errors, PICTURES_A_KIND)
        for picture in one.label_errors:
            assert picture.caption[0] == f"labelled {label}"
            row = int(picture.caption[-1].removeprefix("row ").replace(",", ""))
            assert row in part[2] and FER2013.labels[data.labels[row]] == label
            assert (picture.width, picture.height) == (48, 48)


def test_twins_are_shown_once(part):
    data = part[1]
    images = np.broadcast_to(data.images[:1], data.images.shape).copy()
    same = replace(data, images=images)
    found = find_mistakes(predictions(same, part[0].logits["fer2013"]), CALIBRATION, same)
    galleries = mistake_galleries(found, same)
    assert all(len(one.least_sure) == 1 for one in galleries.classes)


def test_the_page_says_what_was_found(part, found, monkeypatch):
    html = page(monkeypatch, found, part[1])
    text = text_of(html)
    assert "40 labels (10.0%) are likely wrong" in text
    assert "too good to be quoted" in text
    assert "without the likely label errors 360 100.0%" in text
    assert html.count("<img") == sum(
        len(pictures)
        for one in mistake_galleries(found, part[1]).classes
        for pictures in (one.most_confident, one.least_sure, one.label_errors)
    )
    assert len(html) < 1_000_000


def test_the_page_without_votes_and_without_mistakes(part, monkeypatch):
    data = replace(part[1], votes=None)
    found = find_mistakes(predictions(data, 9.0 * np.eye(7)[data.labels]), CALIBRATION, data)
    assert found.wrong == 0 and found.possible_errors == 0
    text = text_of(page(monkeypatch, found, data))
    assert "0 labels (0.0%) are possibly wrong" in text
    assert "What is taken for what" not in text and "too good" not in text


def page(monkeypatch: pytest.MonkeyPatch, found: Mistakes, data: FaceData) -> str:
    return render_macro(
        monkeypatch,
        "evaluation/mistakes/mistakes.html.jinja",
        "mistakes(found, galleries)",
        found=found,
        galleries=mistake_galleries(found, data),
    )
