"""Bursts: photos of one moment, nearly the same, of which one is enough."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.album.records import FloatColumn

BURST_SECONDS = 3.0
"""Photos of a burst follow each other at most at this distance."""

BURST_BITS = 12
"""Their difference hashes differ from one to the next in at most this many of 64 bits. Those of
unrelated pictures differ in 32 on average, with a standard deviation of 4 were bits independent."""


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
