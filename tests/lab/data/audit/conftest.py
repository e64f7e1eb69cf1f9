"""A data set with planted faults: every row that the audit should find is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from mien.emotions import FER2013, FERPLUS
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.ferplus import VOTE_COLUMNS

COUNT = 120


@dataclass(frozen=True)
class Planted:
    """The data set, and the rows of what was planted in it."""

    data: FaceData
    twins: tuple[int, int] = (3, 110)  # Training and PrivateTest, one label
    conflict: tuple[int, int] = (7, 90)  # Training and PublicTest, two labels
    triple: tuple[int, int, int] = (11, 12, 13)  # all Training, one label
    flipped: tuple[int, int] = (20, 111)
    brighter: tuple[int, int] = (22, 23)
    blank: int = 30
    nearly_blank: int = 31
    mostly: int = 32
    wrong: int = 40
    not_face: int = 41


def patterns(count: int, seed: int = 0) -> np.ndarray:
    """Images that have nothing to do with one another: ``(count, 48, 48)`` uint8."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(40, 200, (count, 12, 12))
    return (np.kron(coarse, np.ones((4, 4))) + rng.normal(0, 5, (count, 48, 48))).astype(np.uint8)


@pytest.fixture(scope="package")
def planted() -> Planted:
    images = patterns(COUNT)
    labels = (np.arange(COUNT) % 7).astype(np.uint8)
    splits = np.repeat([0, 1, 2], [80, 20, 20]).astype(np.uint8)
    rows = Planted(data=None)  # type: ignore[arg-type]
    for group in (rows.twins, rows.conflict, rows.triple):
        images[list(group[1:])] = images[group[0]]
    for group in (rows.twins, rows.triple, rows.flipped, rows.brighter):
        labels[list(group)] = labels[group[0]]
    assert labels[rows.conflict[0]] != labels[rows.conflict[1]]
    images[rows.flipped[1]] = images[rows.flipped[0]][:, ::-1]
    images[rows.brighter[1]] = images[rows.brighter[0]] * 0.7 + 60
    images[rows.blank] = 17
    images[rows.nearly_blank] = 100
    images[rows.nearly_blank, :24] = 104
    images[rows.mostly, :30] = 0

    votes = np.zeros((COUNT, len(VOTE_COLUMNS)), dtype=np.uint8)
    for row, label in enumerate(labels):
        votes[row, FERPLUS.index(FER2013.labels[label])] = 10
    votes[rows.wrong] = 0
    votes[rows.wrong, FERPLUS.index("contempt")] = 9
    votes[rows.wrong, VOTE_COLUMNS.index("unknown")] = 1
    votes[rows.not_face] = 0
    votes[rows.not_face, VOTE_COLUMNS.index("nf")] = 6
    votes[rows.not_face, FERPLUS.index("happy")] = 4
    assert SPLITS[splits[rows.twins[1]]] == "PrivateTest"
    return Planted(FaceData("planted", images, labels, splits, FER2013, votes))
