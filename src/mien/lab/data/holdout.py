"""A share of Training held out as PublicTest, for data sets that come without one."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.errors import DataError
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.twins import twin_groups

DEFAULT_SHARE = 0.1


def hold_out(data: FaceData, share: float = DEFAULT_SHARE, seed: int = 0) -> FaceData:
    """Move a share of each class from Training to PublicTest.

    Which images are taken depends on their pixels and the seed, not on their order nor on any
    library's random numbers. Pixel-identical images stay on one side. A class of two different
    images or more gives at least one and keeps at least one.

    Parameters
    ----------
    data : FaceData
    share : float
        Over 0 and under 1.
    seed : int

    Raises
    ------
    DataError
        If not one image can be held out.
    """
    training = data.rows("Training")
    groups = twin_groups(data.images[training])
    members: dict[int, list[int]] = {}
    for row, group in zip(training.tolist(), groups.tolist(), strict=True):
        members.setdefault(group, []).append(row)
    shuffled = sorted(members.values(), key=lambda rows: _draw(data.images[rows[0]], seed))
    held_out: list[int] = []
    for label in range(len(data.label_set)):
        # A group whose images have several labels goes with that of its first.
        of_label = [rows for rows in shuffled if data.labels[rows[0]] == label]
        total = sum(map(len, of_label))
        wanted = min(max(1, round(share * total)), total - 1)
        taken: list[int] = []
        for rows in of_label:
            if len(taken) + len(rows) <= wanted or (not taken and len(rows) < total):
                taken += rows
            if len(taken) >= wanted:
                break
        held_out += taken
    if not held_out:
        raise DataError(
            f"too few Training images ({len(training)}) to hold some out as PublicTest",
            where=data.name,
            hint="--holdout 0 leaves it without a PublicTest",
        )
    splits = data.splits.copy()
    splits[held_out] = SPLITS.index("PublicTest")
    return replace(data, splits=splits)


def _draw(image: NDArray[np.uint8], seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:".encode() + image.tobytes()).digest()
