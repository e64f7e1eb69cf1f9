from __future__ import annotations

import re

import pytest

from mien.emotions import (
    COLOURS,
    FER2013,
    FERPLUS,
    FOUR,
    LABEL_SETS,
    POSITIVE_NEGATIVE,
    SYNONYMS,
    UNSURE,
    VALENCE,
    VALENCE_SET,
    known_label,
    translate,
)

EMOTIONS = {*FER2013.labels, *FERPLUS.labels}
EVERY_LABEL = {label for label_set in LABEL_SETS.values() for label in label_set.labels}


def test_the_numbering_is_that_of_the_data_sets():
    """Models and data files hold these numbers: the order may never change."""
    assert FER2013.labels == (
        "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral",
    )  # fmt: skip
    assert FERPLUS.labels == (
        "neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt",
    )  # fmt: skip
    assert FOUR.labels == ("angry", "happy", "sad", "neutral")
    assert VALENCE_SET.labels == ("positive", "negative", "neutral")
    assert POSITIVE_NEGATIVE.labels == ("positive", "negative")
    assert LABEL_SETS == {
        "fer2013": FER2013,
        "ferplus": FERPLUS,
        "four": FOUR,
        "valence": VALENCE_SET,
        "positive-negative": POSITIVE_NEGATIVE,
    }


@pytest.mark.parametrize("label_set", LABEL_SETS.values(), ids=LABEL_SETS)
def test_labels_are_found_by_name(label_set):
    assert len(set(label_set.labels)) == len(label_set)
    assert [label_set.index(label) for label in label_set.labels] == list(range(len(label_set)))
    with pytest.raises(ValueError):
        label_set.index("bored")


def test_every_label_has_a_colour_of_its_own():
    assert set(COLOURS) == EVERY_LABEL | {UNSURE}
    assert len(set(COLOURS.values())) == len(COLOURS)
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in COLOURS.values())


def test_every_label_has_a_valence():
    assert set(VALENCE) == EVERY_LABEL
    assert {label for label, sign in VALENCE.items() if sign > 0} == {"happy", "positive"}
    assert {label for label, sign in VALENCE.items() if sign == 0} == {"neutral", "surprise"}
    assert set(VALENCE.values()) == {-1, 0, 1}


def test_unsure_is_no_emotion():
    assert UNSURE not in EVERY_LABEL


def test_synonyms_lead_to_emotions_and_are_none_themselves():
    assert set(SYNONYMS.values()) <= EMOTIONS
    assert not set(SYNONYMS) & EVERY_LABEL


@pytest.mark.parametrize(
    ("name", "label"),
    [("Happiness", "happy"), (" ANGER ", "angry"), ("Surprised", "surprise"), ("fear", "fear"),
     ("bored", None), ("unsure", None), ("", None), ("3", None)],
)  # fmt: skip
def test_known_labels(name, label):
    assert known_label(name) == label


@pytest.mark.parametrize(
    ("label", "target", "counterpart"),
    [
        ("contempt", FER2013, None),
        ("fear", FERPLUS, "fear"),
        ("fear", FOUR, None),
        ("sadness", FOUR, "sad"),
        ("happy", VALENCE_SET, "positive"),
        ("contempt", VALENCE_SET, "negative"),
        ("neutral", VALENCE_SET, "neutral"),
        ("surprise", VALENCE_SET, None),
        ("positive", VALENCE_SET, "positive"),
        ("happy", POSITIVE_NEGATIVE, "positive"),
        ("fear", POSITIVE_NEGATIVE, "negative"),
        ("negative", POSITIVE_NEGATIVE, "negative"),
        ("neutral", POSITIVE_NEGATIVE, None),
        ("surprise", POSITIVE_NEGATIVE, None),
        ("positive", FER2013, None),
        ("smiling", FER2013, None),
    ],
)
def test_translations(label, target, counterpart):
    assert translate(label, target) == counterpart


def test_the_valence_set_agrees_with_the_valence_of_each_emotion():
    signs = {"positive": 1, "negative": -1, "neutral": 0}
    for label in EMOTIONS - {"surprise"}:
        counterpart = translate(label, VALENCE_SET)
        assert counterpart is not None
        assert signs[counterpart] == VALENCE[label]
