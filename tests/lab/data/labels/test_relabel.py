from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mien.emotions import FERPLUS, FOUR, VALENCE_SET, LabelSet
from mien.errors import DataError
from mien.lab.data.ferplus import majority
from mien.lab.data.labels.relabel import relabel


def _names(data, labels):
    return [data.label_set.labels[code] for code in labels]


def test_its_own_label_set_changes_nothing(faces):
    assert relabel(faces, "fer2013") is faces


def test_four_emotions(faces):
    found = relabel(faces, "four")
    kept = np.flatnonzero(np.isin(_names(faces, faces.labels), FOUR.labels))
    assert found.label_set == FOUR
    assert np.array_equal(found.images, faces.images[kept])
    assert np.array_equal(found.splits, faces.splits[kept])
    assert np.array_equal(found.votes, faces.votes[kept])
    assert _names(found, found.labels) == _names(faces, faces.labels[kept])
    assert found.labels.dtype == np.uint8


def test_the_sign_of_the_feeling_without_surprise(faces):
    found = relabel(faces, "valence")
    kept = np.array(_names(faces, faces.labels)) != "surprise"
    assert found.label_set == VALENCE_SET
    assert np.array_equal(found.images, faces.images[kept])
    expected = {"happy": "positive", "neutral": "neutral"}
    assert _names(found, found.labels) == [
        expected.get(name, "negative") for name in _names(faces, faces.labels[kept])
    ]


def test_positive_and_negative_without_neutral(faces):
    found = relabel(faces, "positive-negative")
    own = np.array(_names(faces, faces.labels))
    kept = ~np.isin(own, ("surprise", "neutral"))
    assert np.array_equal(found.images, faces.images[kept])
    assert _names(found, found.labels) == [
        "positive" if name == "happy" else "negative" for name in own[kept]
    ]


def test_ferplus_is_what_the_majority_of_the_votes_says(faces):
    votes = faces.votes.copy()
    votes[3] = [2, 2, 2, 2, 2, 0, 0, 0, 0, 0]  # nobody has more than half
    votes[4] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 10]  # not a face
    data = replace(faces, votes=votes)
    rule = majority(votes)
    found = relabel(data, "ferplus")
    assert found.label_set == FERPLUS
    assert rule[3] == rule[4] == -1
    assert np.array_equal(found.labels, rule[rule >= 0])
    assert np.array_equal(found.images, faces.images[rule >= 0])


def test_a_set_of_ones_own_goes_by_the_names_it_shares(faces):
    own = LabelSet("own", ("anger", "joy", "bored", "c", "d", "e", "f"))
    found = relabel(replace(faces, label_set=own), "four")
    assert set(_names(found, found.labels)) == {"angry", "happy"}
    assert relabel(replace(faces, label_set=own), "own").label_set == own


@pytest.mark.parametrize(
    ("changes", "name", "says"),
    [
        ({}, "for", "tiny: no label set 'for'; did you mean 'four'?"),
        ({"votes": None}, "ferplus", "tiny: has no FER+ votes; import them with: mien data import"),
        (
            {"label_set": LabelSet("own", ("a", "b", "c", "d", "e", "f", "neutral"))},
            "valence",
            "tiny: its labels (a, b, c, d, e, f, neutral) do not become two labels of valence (",
        ),
    ],
)
def test_what_cannot_be(faces, changes, name, says):
    with pytest.raises(DataError) as caught:
        relabel(replace(faces, **changes), name)
    assert str(caught.value).startswith(says)
