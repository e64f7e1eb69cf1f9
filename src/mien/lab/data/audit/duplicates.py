"""Duplicates, exact and near: their groups, and what of each split stands in another as well."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.lab.data.audit.near import NearPairs, find_near_pairs, near_families
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.ferplus import majority
from mien.lab.data.twins import twin_groups
from mien.lab.result_files import rounded

MOST_PAIRS_LISTED = 10_000
"""Near pairs that ``Duplicates.to_dict`` lists, at most."""


@dataclass(frozen=True)
class DuplicateGroup:
    """Rows that show the same picture.

    Attributes
    ----------
    rows : tuple of int
        Positions in the data set, from 0, ascending.
    splits, labels : tuple of str
        Of each row.
    labels_agree : bool
    votes_agree : bool or None
        Whether the FER+ majority is the same for all rows; None where it is not known for all.
    votes_identical : bool or None
        Whether all ten votes are the same for all rows; None without votes.
    """

    rows: tuple[int, ...]
    splits: tuple[str, ...]
    labels: tuple[str, ...]
    labels_agree: bool
    votes_agree: bool | None
    votes_identical: bool | None

    def to_dict(self) -> dict[str, Any]:
        """Plain types."""
        return rounded(self)


@dataclass(frozen=True)
class NearPair:
    """Two different images that are near duplicates.

    Attributes
    ----------
    rows, splits, labels : tuple of two
        As in ``DuplicateGroup``; of an image with exact duplicates, its first row.
    correlation : float
        Of the pixels, ``near.LEAST_CORRELATION`` to 1.
    mirrored : bool
        Whether it is the mirror image of the second that is like the first.
    """

    rows: tuple[int, int]
    splits: tuple[str, str]
    labels: tuple[str, str]
    correlation: float
    mirrored: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain types."""
        return rounded(self)


@dataclass(frozen=True)
class Overlap:
    """How many images of a split have a duplicate in another split (or elsewhere in the same).

    Attributes
    ----------
    split, other : str
        ``split`` holds the images counted, ``other`` their duplicates.
    images : int
        Of ``split``.
    exact : int
        Those with a pixel-identical twin in ``other``.
    exact_disagreeing : int
        Those of ``exact`` none of whose twins in ``other`` has the same label.
    exact_or_near : int
        Those with a pixel-identical or a near duplicate in ``other``.
    """

    split: str
    other: str
    images: int
    exact: int
    exact_disagreeing: int
    exact_or_near: int


@dataclass(frozen=True)
class Duplicates:
    """All duplicates of a data set.

    Attributes
    ----------
    exact : tuple of DuplicateGroup
        Pixel-identical images, the largest groups first.
    near_pairs : tuple of NearPair
        Pairs of different images, the most alike first.
    families : tuple of DuplicateGroup
        Groups connected by exact and near duplicates, the largest first: what should stay
        together when a set is split.
    overlaps : tuple of Overlap
    complete : bool
        False if the search for near duplicates gave up because there were too many.
    """

    exact: tuple[DuplicateGroup, ...]
    near_pairs: tuple[NearPair, ...]
    families: tuple[DuplicateGroup, ...]
    overlaps: tuple[Overlap, ...]
    complete: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain types; at most ``MOST_PAIRS_LISTED`` of the near pairs."""
        return {
            "overlaps": [asdict(part) for part in self.overlaps],
            "exact": [group.to_dict() for group in self.exact],
            "near_pairs": [pair.to_dict() for pair in self.near_pairs[:MOST_PAIRS_LISTED]],
            "near_pair_count": len(self.near_pairs),
            "families": [group.to_dict() for group in self.families],
            "complete": self.complete,
        }


def find_duplicates(data: FaceData, has_contrast: NDArray[np.bool_]) -> Duplicates:
    """Find the exact and the near duplicates.

    Parameters
    ----------
    has_contrast : ndarray of shape (n,), bool
        Which images can be near duplicates; the blank ones cannot.
    """
    first = twin_groups(data.images)
    distinct = np.flatnonzero((first == np.arange(len(data))) & has_contrast)
    near = find_near_pairs(data.images[distinct])
    ends = np.stack([distinct[near.first], distinct[near.second]], axis=1)
    majorities = None if data.votes is None else majority(data.votes)
    return Duplicates(
        exact=_groups(data, first, majorities),
        near_pairs=_pairs(data, ends, near),
        families=_groups(data, near_families(first, ends[:, 0], ends[:, 1]), majorities),
        overlaps=_overlaps(data, first, ends),
        complete=near.complete,
    )


def _groups(
    data: FaceData, numbers: NDArray[np.int64], majorities: NDArray[np.int64] | None
) -> tuple[DuplicateGroup, ...]:
    """The groups of rows that share a number, of at least two rows."""
    order = np.argsort(numbers, kind="stable")
    cuts = np.flatnonzero(np.diff(numbers[order])) + 1
    members = [rows for rows in np.split(order, cuts) if len(rows) > 1]
    members.sort(key=lambda rows: (-len(rows), rows[0]))
    return tuple(_group(data, rows, majorities) for rows in members)


def _group(
    data: FaceData, rows: NDArray[np.int64], majorities: NDArray[np.int64] | None
) -> DuplicateGroup:
    labels = tuple(data.label_set.labels[label] for label in data.labels[rows])
    votes_agree = None
    if majorities is not None and (majorities[rows] >= 0).all():
        votes_agree = len(set(majorities[rows].tolist())) == 1
    return DuplicateGroup(
        rows=tuple(rows.tolist()),
        splits=tuple(SPLITS[split] for split in data.splits[rows]),
        labels=labels,
        labels_agree=len(set(labels)) == 1,
        votes_agree=votes_agree,
        votes_identical=(
            None if data.votes is None else bool((data.votes[rows] == data.votes[rows[0]]).all())
        ),
    )


def _pairs(data: FaceData, ends: NDArray[np.int64], near: NearPairs) -> tuple[NearPair, ...]:
    found = []
    for (one, other), correlation, mirrored in zip(
        ends.tolist(), near.correlation.tolist(), near.mirrored.tolist(), strict=True
    ):
        found.append(
            NearPair(
                rows=(one, other),
                splits=(SPLITS[data.splits[one]], SPLITS[data.splits[other]]),
                labels=(
                    data.label_set.labels[data.labels[one]],
                    data.label_set.labels[data.labels[other]],
                ),
                correlation=correlation,
                mirrored=mirrored,
            )
        )
    return tuple(found)


def _overlaps(
    data: FaceData, first: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[Overlap, ...]:
    """Each split with itself and with those before it in ``SPLITS``."""
    count, splits = len(data), len(SPLITS)
    # members[i, s]: rows of split s with the image whose first row is i; the same by label.
    members = np.zeros((count, splits), dtype=np.int64)
    np.add.at(members, (first, data.splits), 1)
    by_label = np.zeros((count, splits, len(data.label_set)), dtype=np.int32)
    np.add.at(by_label, (first, data.splits, data.labels), 1)
    near = np.zeros((count, splits), dtype=np.bool_)
    np.logical_or.at(near, ends[:, 0], members[ends[:, 1]] > 0)
    np.logical_or.at(near, ends[:, 1], members[ends[:, 0]] > 0)

    found = []
    present = [code for code in range(splits) if np.any(data.splits == code)]
    for other, split in combinations_with_replacement(present, 2):
        rows = np.flatnonzero(data.splits == split)
        itself = 1 if other == split else 0
        exact = members[first[rows], other] > itself
        same_label = by_label[first[rows], other, data.labels[rows]] > itself
        found.append(
            Overlap(
                split=SPLITS[split],
                other=SPLITS[other],
                images=len(rows),
                exact=int(exact.sum()),
                exact_disagreeing=int((exact & ~same_label).sum()),
                exact_or_near=int((exact | near[first[rows], other]).sum()),
            )
        )
    return tuple(found)
