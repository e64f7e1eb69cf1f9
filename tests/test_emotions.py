from __future__ import annotations

import re

import pytest

from mien.emotions import COLOURS, FER2013, FERPLUS, LABEL_SETS, UNSURE, VALENCE

EVERY_LABEL = {*FER2013.labels, *FERPLUS.labels}


def test_the_numbering_is_that_of_the_data_sets():
    """Models and data files hold these numbers: the order may never change."""
    assert FER2013.labels == (
        "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral",
    )  # fmt: skip
    assert FERPLUS.labels == (
        "neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt",
    )  # fmt: skip
    assert LABEL_SETS == {"fer2013": FER2013, "ferplus": FERPLUS}


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


def test_every_emotion_has_a_valence():
    assert set(VALENCE) == EVERY_LABEL
    assert {label for label, sign in VALENCE.items() if sign > 0} == {"happy"}
    assert {label for label, sign in VALENCE.items() if sign == 0} == {"neutral", "surprise"}
    assert set(VALENCE.values()) == {-1, 0, 1}


def test_unsure_is_no_emotion():
    assert UNSURE not in EVERY_LABEL
