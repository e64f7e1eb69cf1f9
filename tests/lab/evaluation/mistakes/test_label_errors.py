"""Confident learning on examples worked out by hand, and joined with votes."""

from __future__ import annotations

import numpy as np
import pytest

from mien.emotions import FER2013, VALENCE_SET, LabelSet
from mien.lab.data.ferplus import VOTE_COLUMNS
from mien.lab.evaluation.mistakes.label_errors import (
    confident_classes,
    find_disputes,
    votes_in_words,
    what_if,
)


def votes(**counts: int) -> np.ndarray:
    row = np.zeros((1, len(VOTE_COLUMNS)), dtype=np.uint8)
    for name, count in counts.items():
        row[0, VOTE_COLUMNS.index(name)] = count
    return row


def test_thresholds_are_the_mean_probability_of_the_own_class():
    # Thresholds: class 0 (0.9 + 0.6 + 0.3) / 3 = 0.6, class 1 (0.8 + 0.5) / 2 = 0.65.
    first = np.array([0.9, 0.6, 0.3, 0.2, 0.5])
    found = confident_classes(np.stack([first, 1 - first], axis=1), np.array([0, 0, 0, 1, 1]))
    assert found.tolist() == [0, 0, 1, 1, -1]


def test_of_several_classes_above_their_threshold_the_most_probable_counts():
    probabilities = np.array([[0.5, 0.3, 0.2], [0.1, 0.3, 0.6], [0.4, 0.35, 0.25]])
    # Thresholds 0.5, 0.3, none: the third row reaches only class 1, the second both but for 0.
    found = confident_classes(probabilities, np.array([0, 1, 0]))
    assert found.tolist() == [0, 1, 1]


def test_equal_probabilities_reach_their_own_mean():
    found = confident_classes(np.full((7, 2), [0.1, 0.9]), np.zeros(7, dtype=np.int64))
    assert found.tolist() == [0] * 7


@pytest.mark.parametrize(
    ("counts", "likely", "agreed", "same"),
    [
        ({"anger": 9, "happiness": 1}, False, True, False),
        ({"happiness": 8, "anger": 2}, True, False, True),
        ({"contempt": 9, "neutral": 1}, True, False, False),
        ({"happiness": 4, "anger": 3, "sadness": 3}, False, False, False),
        ({"nf": 10}, False, False, False),
    ],
)
def test_likely_needs_the_annotators_too(counts, likely, agreed, same):
    """Ten images the model knows, and an angry one that it takes for happy."""
    probabilities = np.full((11, 7), 0.02)
    labels = np.array([0] * 5 + [3] * 5 + [0])
    probabilities[np.arange(11), [0] * 5 + [3] * 6] = 0.88
    ballots = np.concatenate([votes(anger=10)] * 5 + [votes(happiness=10)] * 5 + [votes(**counts)])
    found = find_disputes(probabilities, labels, ballots, FER2013)
    assert found.possible.tolist() == [False] * 10 + [True]
    assert found.likely[-1] == likely and not found.likely[:-1].any()
    assert found.agreed[-1] == agreed and found.agreed[:-1].all()
    assert found.same_class[-1] == same
    assert found.margin[-1] == pytest.approx(0.02 - 0.88)
    assert found.margin[0] == pytest.approx(0.88 - 0.02)


def test_without_votes_nothing_is_likely():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.95, 0.05]])
    found = find_disputes(probabilities, np.array([0, 0, 1, 1]), None, FER2013)
    assert found.possible.any() and not found.likely.any()
    assert what_if(np.full(4, True), found, votes=False).without_likely is None


def test_labels_that_ferplus_does_not_have_are_not_disputed_by_it():
    label_set = LabelSet("own", ("angry", "bored"))
    probabilities = np.array([[0.9, 0.1], [0.1, 0.9], [0.2, 0.8], [0.95, 0.05]])
    ballots = np.concatenate([votes(anger=10)] * 4)
    found = find_disputes(probabilities, np.array([0, 1, 1, 1]), ballots, label_set)
    assert found.possible[3] and not found.likely.any()


def test_valence_is_compared_by_its_sign():
    probabilities = np.array([[0.9, 0.05, 0.05]] * 3 + [[0.05, 0.9, 0.05]] * 3)
    labels = np.array([0, 0, 1, 1, 1, 0])
    ballots = np.concatenate(
        [votes(happiness=10)] * 3 + [votes(anger=10), votes(sadness=10), votes(fear=10)]
    )
    found = find_disputes(probabilities, labels, ballots, VALENCE_SET)
    assert found.likely.tolist() == [False, False, True, False, False, True]


def test_votes_in_words():
    assert votes_in_words(votes(sadness=6, neutral=3, fear=1)[0]) == "6 sad, 3 neutral, 1 fear"
    assert votes_in_words(votes(nf=5, unknown=5)[0]) == "5 unknown, 5 not a face"
    assert votes_in_words(votes()[0]) == "no votes"
