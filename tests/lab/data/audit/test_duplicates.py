from __future__ import annotations

from dataclasses import replace

import numpy as np

from mien.emotions import LabelSet
from mien.lab.data.audit.blanks import has_contrast
from mien.lab.data.audit.duplicates import Duplicates, find_duplicates
from mien.lab.data.audit.intensity import histograms
from mien.lab.data.faces import FaceData
from mien.lab.data.twins import has_twin

from .conftest import patterns

TWO = LabelSet("two", ("yes", "no"))


def _find(data: FaceData) -> Duplicates:
    return find_duplicates(data, has_contrast(histograms(data.images)))


def test_exactly_the_planted_duplicates_are_found(planted):
    found = _find(planted.data)
    assert [group.rows for group in found.exact] == [
        planted.triple,
        planted.twins,
        planted.conflict,
    ]
    assert [group.labels_agree for group in found.exact] == [True, True, False]
    assert [len(set(group.splits)) for group in found.exact] == [1, 2, 2]
    assert [group.votes_agree for group in found.exact] == [True, True, False]
    near = {pair.rows: pair.mirrored for pair in found.near_pairs}
    assert near == {planted.flipped: True, planted.brighter: False}
    assert {family.rows for family in found.families} == {
        planted.triple,
        planted.twins,
        planted.conflict,
        planted.flipped,
        planted.brighter,
    }
    assert found.complete


def test_overlaps_of_the_planted_duplicates(planted):
    found = {(part.split, part.other): part for part in _find(planted.data).overlaps}
    figures = {
        pair: (part.exact, part.exact_disagreeing, part.exact_or_near)
        for pair, part in found.items()
    }
    assert figures == {
        ("Training", "Training"): (3, 0, 5),
        ("PublicTest", "Training"): (1, 1, 1),
        ("PrivateTest", "Training"): (1, 0, 2),
        ("PublicTest", "PublicTest"): (0, 0, 0),
        ("PrivateTest", "PublicTest"): (0, 0, 0),
        ("PrivateTest", "PrivateTest"): (0, 0, 0),
    }
    assert found["PrivateTest", "Training"].images == 20


def test_exact_overlaps_are_those_that_evaluation_leaves_out(planted):
    data = planted.data
    private, training = data.rows("PrivateTest"), data.rows("Training")
    overlap = next(
        part
        for part in _find(data).overlaps
        if (part.split, part.other) == ("PrivateTest", "Training")
    )
    assert overlap.exact == has_twin(data, private, training).sum()


def test_a_near_duplicate_of_a_twin_counts_for_all_of_its_rows():
    images = patterns(4)
    images[1] = images[0]
    images[3] = images[0] // 2
    labels, splits = np.zeros(4, np.uint8), np.array([0, 2, 0, 2], np.uint8)
    data = FaceData("x", images, labels, splits, TWO)
    found = _find(data)
    assert [pair.rows for pair in found.near_pairs] == [(0, 3)]
    assert [family.rows for family in found.families] == [(0, 1, 3)]
    overlaps = {(part.split, part.other): part.exact_or_near for part in found.overlaps}
    assert overlaps == {
        ("Training", "Training"): 0,
        ("PrivateTest", "Training"): 2,
        ("PrivateTest", "PrivateTest"): 2,
    }


def test_a_twin_of_the_same_label_among_others_is_no_disagreement():
    images = np.repeat(patterns(1), 4, axis=0)
    labels = np.array([0, 1, 0, 1], np.uint8)
    splits = np.array([0, 0, 2, 1], np.uint8)
    found = _find(FaceData("x", images, labels, splits, TWO))
    figures = {(part.split, part.other): part.exact_disagreeing for part in found.overlaps}
    assert figures["PrivateTest", "Training"] == 0
    assert figures["PrivateTest", "PublicTest"] == 1
    assert figures["Training", "Training"] == 2


def test_votes_of_twins_are_unknown_without_votes_or_majority(planted):
    assert {group.votes_agree for group in _find(replace(planted.data, votes=None)).exact} == {None}
    votes = planted.data.votes.copy()
    votes[planted.twins[0]] = 1
    groups = {group.rows: group for group in _find(replace(planted.data, votes=votes)).exact}
    twins = groups[planted.twins]
    assert twins.votes_agree is None and twins.votes_identical is False
    assert groups[planted.triple].votes_identical is True


def test_blank_images_are_identical_but_never_near_duplicates():
    images = np.stack([np.zeros((48, 48), np.uint8)] * 2 + [np.full((48, 48), 1, np.uint8)])
    labels = np.array([0, 1, 0], np.uint8)
    found = _find(FaceData("x", images, labels, np.zeros(3, np.uint8), TWO))
    assert [group.rows for group in found.exact] == [(0, 1)]
    assert not found.near_pairs
