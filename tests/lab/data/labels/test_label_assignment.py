from __future__ import annotations

import numpy as np
import pytest

from mien.emotions import FER2013, FERPLUS, FOUR, POSITIVE_NEGATIVE, VALENCE_SET
from mien.errors import DataError
from mien.lab.data.labels.label_assignment import DROPPED, assign_labels
from mien.lab.data.labels.mapping import parse_mapping
from mien.lab.data.source_content import SourceContent


def _reading(*labels: str, fer2013_numbers: bool = False) -> SourceContent:
    return SourceContent(
        np.zeros((len(labels), 48, 48), np.uint8),
        list(labels),
        np.zeros(len(labels), np.uint8),
        lambda row: f"row {row}",
        fer2013_numbers,
    )


def _error(reading: SourceContent, text: str | None = None) -> str:
    with pytest.raises(DataError) as caught:
        assign_labels(reading, None if text is None else parse_mapping(text, "map"))
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("labels", "label_set"),
    [
        (["Anger", "happiness"], FER2013),
        (["angry", "happy", "sad", "neutral", "fear"], FER2013),
        (["sadness", "contempt"], FERPLUS),
        (["neutral", "sad", "Happy", "anger"], FOUR),
        (["Positive", "neutral", "negative"], VALENCE_SET),
        (["positive", "negative"], POSITIVE_NEGATIVE),
        (["positive", "neutral"], VALENCE_SET),
    ],
)
def test_the_set_follows_from_the_names(labels, label_set):
    codes, found = assign_labels(_reading(*labels))
    assert found == label_set
    assert codes.dtype == np.int64
    assert (codes >= 0).all()
    assert len(set(codes.tolist())) == len(labels)


def test_numbers_are_fer2013s_only_where_the_source_says_so():
    codes, label_set = assign_labels(_reading("6", "0", "3", fer2013_numbers=True))
    assert (codes.tolist(), label_set) == ([6, 0, 3], FER2013)
    assert _error(_reading("sad", "0")).startswith("row 1: nobody says what the label 0 means; ")


def test_a_mapping_replaces_fer2013s_numbers():
    mapping = parse_mapping("label_set: four\nlabels: {0: happy, 1: sad, 2: drop}", "map")
    codes, label_set = assign_labels(_reading("0", "2", "1", "0", fer2013_numbers=True), mapping)
    assert (codes.tolist(), label_set) == ([1, DROPPED, 2, 1], FOUR)


def test_a_mapping_without_labels_takes_the_names_of_its_set():
    mapping = parse_mapping("label_set: ferplus", "map")
    codes, label_set = assign_labels(_reading("Sadness", "fear"), mapping)
    assert label_set == FERPLUS
    assert codes.tolist() == [3, 6]


@pytest.mark.parametrize(
    ("labels", "text", "says"),
    [
        (["sad", "hapy"], None, "row 1: unknown label 'hapy'; did you mean 'happy'?"),
        (["sad", "unsure"], None, "row 1: unknown label 'unsure'; "),
        (["sad", "positive"], None, "row 1: label 'positive' is a valence, other labels are emo"),
        (
            ["1", "2", "9"],
            "label_set: four\nlabels: {1: happy, 2: drop}",
            "row 2: the mapping does not name the label '9'; there are: 1, 2 (to leave it out, map",
        ),
        # What the mapping does not name is not guessed, however well known.
        (["1", "happy"], "label_set: four\nlabels: {1: happy}", "row 1: the mapping does not name"),
        (["fear"], "label_set: four", "row 0: the mapping does not name the label 'fear'"),
    ],
)
def test_a_label_without_a_meaning_is_named_with_its_place(labels, text, says):
    assert _error(_reading(*labels), text).startswith(says)


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("Angst", "did you mean 'fear'?"),
        ("Ärger", "did you mean 'angry'?"),
        ("A\u0308rger", "did you mean 'angry'?"),
        ("colère", "did you mean 'angry'?"),
        ("unhappy", "did you mean 'sad'?"),
        ("mad", "did you mean 'angry'?"),
        ("content", "did you mean 'happy'?"),
        ("hapy", "did you mean 'happy'?"),
        ("happpy", "did you mean 'happy'?"),
        ("nuetral", "did you mean 'neutral'?"),
        ("suprise", "did you mean 'surprise'?"),
        # What only looks alike is not proposed.
        ("feast", "there are: "),
        ("bad", "there are: "),
        ("sappy", "there are: "),
        ("angstrom", "there are: "),
    ],
)
def test_a_label_that_looks_alike_is_not_proposed(label, hint):
    assert f"unknown label {label!r}; {hint}" in _error(_reading("sad", label))


def test_whole_numbers_with_a_point():
    codes, label_set = assign_labels(_reading("6.0", "0.", "3", fer2013_numbers=True))
    assert (codes.tolist(), label_set) == ([6, 0, 3], FER2013)
    mapping = parse_mapping("label_set: four\nlabels: {0: happy, 1.0: sad, 2: drop}", "map")
    codes, _ = assign_labels(_reading("0.0", "2", "1.0"), mapping)
    assert codes.tolist() == [1, DROPPED, 2]
    assert "label '3.5', expected 0 to 6" in _error(_reading("1", "3.5", fer2013_numbers=True))
    assert "nobody says what the label 3.0 means" in _error(_reading("3.0"))
