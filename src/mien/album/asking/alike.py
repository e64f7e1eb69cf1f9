"""Photos that are nearly the same picture, of which one is enough, whenever they were taken."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.album.records import FloatColumn

SAME_BITS = 2
"""Difference hashes of a photo and of a copy that was scaled or saved anew differ in at most so
many of 64 bits."""

ALIKE_BITS = 4
"""Those of two photos of one day that show the same differ in at most so many."""

ALIKE_SECONDS = 24 * 3600.0

ALIKE_SCORE = 0.1
"""The scores of photos that are alike differ in at most so much: pictures of a booth look alike,
and show other expressions."""

_BLOCKS = tuple(zip((0, 13, 26, 39, 52), (13, 26, 39, 52, 64), strict=True))
"""Of five parts of two hashes that differ in at most four bits one is equal."""

_NEIGHBOURS = 8
"""In order of such a part and of the hash, each photo is compared with so many that follow it: in
a large archive few are equal in it, unless they are alike, and those lie side by side."""

_ROUNDS = 4
"""In each, of many equal photos one in nine is left."""

_Rows = npt.NDArray[np.int64]


def alike_numbers(
    taken: FloatColumn,
    difference_hash: npt.NDArray[np.uint64],
    faces: npt.NDArray[np.int64],
    scores: FloatColumn,
) -> _Rows:
    """Which photos a better one stands for.

    Each photo is compared with the better one itself, never with others for which that one stands,
    so that no row of small differences leads from one picture to another. Two are alike if as many
    faces count in them, their scores are near, and their hashes differ in at most ``SAME_BITS``, or
    in at most ``ALIKE_BITS`` if both say that they were taken within ``ALIKE_SECONDS``.

    Parameters
    ----------
    taken : float64 ndarray of shape (n,)
        Seconds, NaN where unknown; best photo first, as in all of these.
    difference_hash : uint64 ndarray of shape (n,)
    faces : int64 ndarray of shape (n,)
        Faces that count.
    scores : float64 ndarray of shape (n,)

    Returns
    -------
    int64 ndarray of shape (n,)
        The best photo of each one's group; itself if none before it is alike.
    """

    def alike(one: _Rows, other: _Rows) -> npt.NDArray[np.bool_]:
        bits = np.bitwise_count(difference_hash[one] ^ difference_hash[other])
        with np.errstate(invalid="ignore"):
            one_day = np.abs(taken[one] - taken[other]) <= ALIKE_SECONDS
        near: npt.NDArray[np.bool_] = bits <= np.where(one_day, ALIKE_BITS, SAME_BITS)
        near &= faces[one] == faces[other]
        near &= np.abs(scores[one] - scores[other]) <= ALIKE_SCORE
        return near

    every = np.arange(len(taken))
    best = every.copy()
    for _ in range(_ROUNDS):
        shown = np.flatnonzero(best == every)
        one, other = (shown[side] for side in _neighbours(difference_hash[shown]))
        near = alike(one, other)
        now = _first_that_stands(one[near], other[near], every)
        if (now == every).all():
            break
        # Those for which one stood that has gone behind a better one are compared with that one.
        behind = now[best]
        best = np.where(alike(behind, every), behind, every)
    return best


def _neighbours(hashes: npt.NDArray[np.uint64]) -> tuple[_Rows, _Rows]:
    """Pairs that may be alike, each once: the row of the better one, and of the other."""
    better, worse = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for begin, end in _BLOCKS:
        part = (hashes >> np.uint64(begin)) & np.uint64((1 << (end - begin)) - 1)
        order = np.lexsort((hashes, part))
        for step in range(1, min(_NEIGHBOURS, len(order) - 1) + 1):
            one, other = order[:-step], order[step:]
            differ = hashes[one] ^ hashes[other]
            near = np.bitwise_count(differ) <= ALIKE_BITS
            for earlier, after in _BLOCKS:
                if earlier < begin:  # Pairs that are equal in an earlier part came there.
                    near &= (differ >> np.uint64(earlier)) & np.uint64(
                        (1 << (after - earlier)) - 1
                    ) != 0
            better.append(np.minimum(one, other)[near])
            worse.append(np.maximum(one, other)[near])
    return np.concatenate(better), np.concatenate(worse)


def _first_that_stands(one: _Rows, other: _Rows, every: _Rows) -> _Rows:
    """For each photo the best one that is alike and for which none stands; else itself."""
    now = every.tolist()
    order = np.lexsort((one, other))
    for row, behind in zip(one[order].tolist(), other[order].tolist(), strict=True):
        if now[behind] == behind and now[row] == row:
            now[behind] = row
    return np.array(now, np.int64)
