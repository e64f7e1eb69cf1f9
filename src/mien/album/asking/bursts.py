"""Photos of which one is enough: bursts of one moment, and copies that were saved anew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.album.records import FloatColumn

BURST_SECONDS = 3.0
"""Photos of a burst follow each other at most at this distance."""

BURST_BITS = 12
"""Their difference hashes differ from one to the next in at most this many of 64 bits. Those of
unrelated pictures differ in 32 on average, with a standard deviation of 4 were bits independent."""


SAME_BITS = 2
"""Difference hashes of a photo and of a copy that was scaled or saved anew differ in at most so
many of 64 bits."""

SAME_VALUE = 0.1
"""Mean probabilities of the faces of a photo and of such a copy differ in at most so much."""

_BLOCKS = (slice(0, 21), slice(21, 42), slice(42, 64))
"""Of three parts of two hashes that differ in at most two bits one is equal."""

_NEIGHBOURS = 4
"""In order of such a part, each photo is compared with so many that follow it: in a large archive
few are equal in it, unless they are copies, which lie side by side."""


def burst_numbers(
    taken: FloatColumn, difference_hash: npt.NDArray[np.uint64]
) -> npt.NDArray[np.int64]:
    """Which burst each photo belongs to.

    In order of time, a photo that comes within ``BURST_SECONDS`` of the one before it and differs
    in at most ``BURST_BITS`` belongs to the same burst. A photo without a time is alone.

    Parameters
    ----------
    taken : float64 ndarray of shape (n,)
        Seconds; NaN where unknown.
    difference_hash : uint64 ndarray of shape (n,)

    Returns
    -------
    int64 ndarray of shape (n,)
        Equal numbers are one burst.
    """
    order = np.argsort(taken, kind="stable")  # NaN comes last
    in_order, hashes = taken[order], difference_hash[order]
    begins = np.ones(len(taken), bool)
    with np.errstate(invalid="ignore"):
        near = np.diff(in_order) <= BURST_SECONDS
    alike = np.bitwise_count(hashes[1:] ^ hashes[:-1]) <= BURST_BITS
    begins[1:] = ~(near & alike)
    numbers = np.empty(len(taken), np.int64)
    numbers[order] = np.cumsum(begins)
    return numbers


def copy_numbers(
    difference_hash: npt.NDArray[np.uint64], faces: npt.NDArray[np.int64], values: FloatColumn
) -> npt.NDArray[np.int64]:
    """Which photos are copies of one another, whenever they were taken.

    Their difference hashes differ in at most ``SAME_BITS``, they have equally many faces, and their
    values, what the model says of the faces, differ in at most ``SAME_VALUE``: photos of a booth
    look alike and show other expressions.

    Parameters
    ----------
    difference_hash : uint64 ndarray of shape (n,)
    faces : int64 ndarray of shape (n,)
    values : float64 ndarray of shape (n, labels)

    Returns
    -------
    int64 ndarray of shape (n,)
        The first photo of each one's copies, itself when there are none before it.
    """
    pairs: list[tuple[int, int]] = []
    for block in _BLOCKS:
        width = block.stop - block.start
        part = (difference_hash >> np.uint64(block.start)) & np.uint64((1 << width) - 1)
        order = np.lexsort((difference_hash, part))
        for step in range(1, _NEIGHBOURS + 1):
            one, other = order[:-step], order[step:]
            bits = np.bitwise_count(difference_hash[one] ^ difference_hash[other])
            near = (part[one] == part[other]) & (bits <= SAME_BITS) & (faces[one] == faces[other])
            one, other = one[near], other[near]
            same = np.abs(values[one] - values[other]).max(axis=1, initial=0) <= SAME_VALUE
            pairs += zip(one[same].tolist(), other[same].tolist(), strict=True)
    first = list(range(len(difference_hash)))

    def root(of: int) -> int:
        while first[of] != of:
            of = first[of] = first[first[of]]
        return of

    for left, right in pairs:
        low, high = sorted((root(left), root(right)))
        first[high] = low
    return np.array([root(each) for each in first], np.int64)
