"""A share of Training held out as PublicTest, for data sets that come without one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.errors import DataError
from mien.lab.data.audit.near import find_near_pairs, near_families
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.twins import twin_groups

DEFAULT_SHARE = 0.1


def hold_out(
    data: FaceData,
    share: float = DEFAULT_SHARE,
    seed: int = 0,
    sources: Sequence[str] | None = None,
) -> FaceData:
    """Move a share of each class from Training to PublicTest.

    Which images are taken depends on their pixels and the seed, not on their order nor on any
    library's random numbers. Pixel-identical images stay on one side, and so do near duplicates
    (``audit.near``), unless so many are alike that they are no copies of one photo: more than the
    share. A class of two different images or more gives at least one and keeps at least one.

    Parameters
    ----------
    data : FaceData
    share : float
        Over 0 and under 1.
    seed : int
    sources : sequence of str, optional
        What each row was taken from. The rows of one source stay on one side, too; a source that
        is more than the share is held out only where no other would do, and none that would leave
        Training without one of its labels.

    Raises
    ------
    DataError
        If not one image can be held out.
    """
    training = data.rows("Training")
    groups = _near_groups(data.images[training], twin_groups(data.images[training]), share)
    if sources is not None:
        groups = _connected(groups, np.array(sources)[training])
    members: dict[int, list[int]] = {}
    for row, group in zip(training.tolist(), groups.tolist(), strict=True):
        members.setdefault(group, []).append(row)
    draws = {row: _draw(data.images[row], seed) for row in training.tolist()}
    shuffled = sorted(
        (sorted(rows, key=draws.__getitem__) for rows in members.values()),
        key=lambda rows: draws[rows[0]],
    )
    staying = np.bincount(data.labels[training], minlength=len(data.label_set))
    held_out: list[int] = []
    for label in range(len(data.label_set)):
        # A group whose images have several labels goes with that of the one drawn first.
        of_label = [rows for rows in shuffled if data.labels[rows[0]] == label]
        total = sum(map(len, of_label))
        wanted = min(max(1, round(share * total)), total - 1)
        taken: list[int] = []
        if sources is not None:
            # Those that fit as they are drawn, then the others, the smallest first.
            of_label.sort(key=lambda rows: max(len(rows), wanted))
        for rows in of_label:
            counts = np.bincount(data.labels[rows], minlength=len(data.label_set))
            if sources is not None and ((counts > 0) & (counts == staying)).any():
                continue
            if len(taken) + len(rows) <= wanted or (not taken and len(rows) < total):
                taken += rows
                staying -= counts
            if len(taken) >= wanted:
                break
        held_out += taken
    if not held_out:
        raise DataError(
            f"too few Training images ({len(training)}) to hold some out as PublicTest",
            where=data.name,
            hint="--holdout 0 leaves it without a PublicTest"
            + ("" if sources is None else "; better collect from more files"),
        )
    splits = data.splits.copy()
    splits[held_out] = SPLITS.index("PublicTest")
    return replace(data, splits=splits)


def _near_groups(
    images: NDArray[np.uint8], twins: NDArray[np.int64], share: float
) -> NDArray[np.int64]:
    """Groups of twins, joined with their near twins up to the share that is to be held out."""
    pairs = find_near_pairs(images)
    if not len(pairs):
        return twins
    near = near_families(twins, pairs.first, pairs.second)
    many = np.bincount(near)[near] > max(1, round(share * len(images)))
    joined: NDArray[np.int64] = np.where(many, twins + len(images), near)
    return joined


def _connected(one: NDArray[np.int64], other: NDArray[np.str_]) -> NDArray[np.int64]:
    """Number the rows so that those that share a value of ``one`` or ``other`` have one number."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones, others = (np.unique(each, return_inverse=True)[1] for each in (one, other))
    nodes = int(ones.max()) + 1
    size = nodes + int(others.max()) + 1
    edges = coo_array((np.ones(len(one)), (ones, nodes + others)), shape=(size, size))
    numbers: NDArray[np.int64] = connected_components(edges, directed=False)[1][ones]
    return numbers


def _draw(image: NDArray[np.uint8], seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:".encode() + image.tobytes()).digest()
