from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mien.emotions import FER2013, FERPLUS, FOUR, VALENCE_SET, LabelSet
from mien.lab.data.audit.label_agreement import counterparts, find_agreement
from mien.lab.data.faces import FaceData
from mien.lab.data.labels.relabel import relabel


def _data(labels: list[str], majorities: list[str], label_set: LabelSet) -> FaceData:
    count = len(labels)
    votes = np.zeros((count, 10), np.uint8)
    for row, emotion in enumerate(majorities):
        votes[row, FERPLUS.index(emotion)] = 10
    return FaceData(
        "x",
        np.zeros((count, 48, 48), np.uint8),
        np.array([label_set.index(label) for label in labels], np.uint8),
        np.zeros(count, np.uint8),
        label_set,
        votes,
    )


def test_agreement_of_the_planted_data(planted):
    found = find_agreement(planted.data)
    assert found is not None
    # Only the row without a face has no majority among the emotions.
    assert found.overall.compared == len(planted.data) - 1
    assert found.overall.agreeing == len(planted.data) - 2
    assert found.not_faces == (planted.not_face,)
    (suspect,) = found.suspects
    assert (suspect.row, suspect.majority) == (planted.wrong, "contempt")
    assert (suspect.label_votes, suspect.majority_votes, suspect.votes) == (0, 9, 10)
    label = planted.data.label_set.labels[planted.data.labels[planted.wrong]]
    assert suspect.label == label and found.cross_table[label]["contempt"] == 1
    assert sum(sum(row.values()) for row in found.cross_table.values()) == len(planted.data)
    assert sum(row["none"] for row in found.cross_table.values()) == 1
    assert sum(part.agreeing for part in found.by_label) == found.overall.agreeing
    assert sum(part.agreeing for part in found.by_split) == found.overall.agreeing
    assert {part.name: part.images for part in found.by_split} == {
        "Training": 80,
        "PublicTest": 20,
        "PrivateTest": 20,
    }


def test_without_votes_there_is_nothing_to_compare(planted):
    assert find_agreement(replace(planted.data, votes=None)) is None


def test_the_rule_is_microsofts():
    data = _data(["happy"] * 3, ["happy"] * 3, FER2013)
    # Single votes do not count; half of the rest is no majority.
    votes = data.votes.copy()
    votes[0] = [4, 3, 1, 1, 1, 0, 0, 0, 0, 0]  # 4 of 7 neutral
    votes[1] = [4, 4, 1, 1, 0, 0, 0, 0, 0, 0]
    votes[2] = [0, 5, 1, 1, 1, 1, 1, 0, 0, 0]
    found = find_agreement(replace(data, votes=votes))
    assert (found.overall.compared, found.overall.agreeing) == (2, 1)
    assert found.cross_table["happy"] == {
        **dict.fromkeys(FERPLUS.labels, 0),
        "neutral": 1,
        "happy": 1,
        "none": 1,
    }


def test_a_majority_outside_the_label_set_disagrees():
    data = _data(["angry", "happy"], ["surprise", "happy"], FOUR)
    found = find_agreement(data)
    assert (found.overall.compared, found.overall.agreeing) == (2, 1)


def test_valence_compares_signs_and_leaves_out_surprise():
    data = _data(
        ["negative", "negative", "positive", "positive", "neutral"],
        ["fear", "happy", "happy", "surprise", "neutral"],
        VALENCE_SET,
    )
    found = find_agreement(data)
    assert (found.overall.compared, found.overall.agreeing) == (4, 3)
    # Votes for any negative emotion are votes for the label negative.
    votes = data.votes.copy()
    votes[1] = [0, 6, 0, 2, 2, 0, 0, 0, 0, 0]
    assert [one.row for one in find_agreement(data).suspects] == [1]
    assert not find_agreement(replace(data, votes=votes)).suspects


def test_labels_of_ones_own_are_compared_where_they_have_a_counterpart():
    own = LabelSet("own", ("Happiness", "bored", "neutral"))
    data = _data(["Happiness", "bored", "neutral"], ["happy", "happy", "happy"], own)
    found = find_agreement(data)
    assert found.without_counterpart == ("bored",)
    assert [(part.name, part.compared, part.agreeing) for part in found.by_label] == [
        ("Happiness", 1, 1),
        ("bored", 0, 0),
        ("neutral", 1, 0),
    ]
    assert [part.share for part in found.by_label] == [1, None, 0]
    assert counterparts(LabelSet("none", ("bored", "tired"))).tolist() == [-1] * 8


def test_labels_that_are_the_majority_agree(planted):
    found = find_agreement(relabel(planted.data, "ferplus"))
    assert found.overall.share == 1 and found.overall.images == len(planted.data) - 1


@pytest.mark.parametrize(("others", "expected"), [(1, True), (2, False)])
def test_a_suspect_leads_by_four_fifths_of_all_votes(others, expected):
    data = _data(["sad"], ["happy"], FER2013)
    votes = np.zeros((1, 10), np.uint8)
    votes[0, FERPLUS.index("happy")], votes[0, FERPLUS.index("sad")] = 10 - others, others
    assert bool(find_agreement(replace(data, votes=votes)).suspects) is expected
