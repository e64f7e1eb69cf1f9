"""Near duplicates: every pair of images whose pixels correlate, straight or mirrored.

The rule is a single figure: Pearson's correlation of the pixels of two images, or of one and the
mirror image of the other, is at least ``LEAST_CORRELATION``. It does not see a change of brightness
or contrast, and little of compression, a watermark or a crop that is a pixel or two off.

The search misses none of them. Let u and v be the images less their mean, at length 1: their
correlation c is u·v, and |u - v|² = 2 - 2c. Projecting on a few of the vectors of an orthonormal
basis (the lowest frequencies of the discrete cosine transform) can only shorten u - v. So a pair
whose projections differ by more than 2 - 2c is none; what is left is measured in full. Comparing
63 numbers instead of 2,304 is a matrix product: some seconds for FER2013's 6 · 10⁸ pairs.

Images in colour are made grey, and larger ones reduced to 48×48 pixels by area before: the figure
was judged on such.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.lab.data.faces import IMAGE_SIZE, reduced, to_grey

LEAST_CORRELATION = 0.95
"""Correlation of the pixels from which on two images count as near duplicates.

Judged by eye on FER2013: of 80 pairs each drawn at random from .93-.95, .95-.96, .96-.97, .97-.98
and .98-.99, all show the same photo; from .90 to .93 about one in ten shows two people. All 9
mirrored pairs from .95 on are real; below .93 most are not.
"""

MOST_CANDIDATES = 2_000_000
"""Pairs measured in full before the search gives up: a set this uniform has no *pairs*."""

FREQUENCIES = 8
"""The lowest so many frequencies of each axis are compared first."""

_TILE = 2048
_CHUNK = 4096
# Room for rounding in float32, so that a pair just at the limit is not lost.
_SLACK = 1e-3


@dataclass(frozen=True)
class NearPairs:
    """Pairs of near duplicates, the most alike first.

    Attributes
    ----------
    first, second : ndarray of shape (m,), int64
        Positions among the images searched, ``first < second``.
    correlation : ndarray of shape (m,), float32
        ``LEAST_CORRELATION`` to 1.
    mirrored : ndarray of shape (m,), bool
        Whether it is the mirror image that is alike. A pair alike both ways is not mirrored.
    complete : bool
        False if the search gave up after ``MOST_CANDIDATES``.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    correlation: NDArray[np.float32]
    mirrored: NDArray[np.bool_]
    complete: bool

    def __len__(self) -> int:
        return len(self.first)


def find_near_pairs(images: NDArray[np.uint8]) -> NearPairs:
    """All pairs of near duplicates among the images.

    Parameters
    ----------
    images : ndarray of shape (n, h, w) or (n, h, w, 3), uint8
        With some contrast: a blank image correlates with nothing and is never found.
    """
    if images.ndim == 4:
        images = to_grey(images)
    if max(images.shape[1:]) > IMAGE_SIZE:
        images = reduced(images, IMAGE_SIZE)
    mean, norm = _means_and_norms(images)
    searched = np.flatnonzero(norm > 0)
    images, mean, norm = images[searched], mean[searched], norm[searched]
    low, mirror_low = _low_frequencies(images, mean, norm)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], bool]] = []
    measured, complete = 0, True
    for mirrored in (False, True):
        left = _with_lengths(low, first=True)
        right = _with_lengths(mirror_low if mirrored else low, first=False)
        for first, second in _tiles(len(images)):
            one, other = _candidates(left[first], right[second])
            one, other = one + first.start, other + second.start
            one, other = one[one < other], other[one < other]
            measured += len(one)
            if measured > MOST_CANDIDATES:
                complete = False
                break
            correlation = _correlation(images, mean, norm, one, other, mirrored)
            kept = correlation >= LEAST_CORRELATION
            found.append((one[kept], other[kept], correlation[kept], mirrored))
    return _sorted_pairs(found, searched, complete)


def near_families(
    twins: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Number the rows so that twins and near twins, and theirs, have the same number.

    Parameters
    ----------
    twins : ndarray of shape (n,), int64
        Row of the first image that equals each, as ``twins.twin_groups`` gives it.
    first, second : ndarray of shape (m,), int64
        Rows of the pairs of near duplicates.

    Returns
    -------
    ndarray of shape (n,), int64
        Number of the connected component.
    """
    # Whoever imports a data set that has its splits waits for no scipy.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(twins)
    one = np.concatenate([np.arange(count), first])
    other = np.concatenate([twins, second])
    edges = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(count, count))
    numbers: NDArray[np.int64] = connected_components(edges, directed=False)[1].astype(np.int64)
    return numbers


def _means_and_norms(
    images: NDArray[np.uint8],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean of each image, and the length of what is left of it less the mean."""
    flat = images.reshape(len(images), images.shape[1] * images.shape[2])
    mean = np.empty(len(images), dtype=np.float32)
    norm = np.empty(len(images), dtype=np.float32)
    for start in range(0, len(flat), _TILE):
        block = flat[start : start + _TILE].astype(np.float64)
        mean[start : start + _TILE] = block.mean(axis=1)
        norm[start : start + _TILE] = np.sqrt(block.var(axis=1) * block.shape[1])
    return mean, norm


def _low_frequencies(
    images: NDArray[np.uint8], mean: NDArray[np.float32], norm: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lowest frequencies of the images at length 1 and of their mirror images, ``(n, 63)`` each."""
    down, across = (_cosines(side) for side in images.shape[1:])
    low = np.empty((len(images), down.shape[1], across.shape[1]), dtype=np.float32)
    for start in range(0, len(images), _TILE):
        block = slice(start, start + _TILE)
        unit = (images[block] - mean[block, None, None]) / norm[block, None, None]
        low[block] = down.T @ (unit @ across)
    # Mirroring turns the sign of the odd horizontal frequencies. The first coefficient is the
    # mean, which is 0.
    sign = np.where(np.arange(low.shape[2]) % 2, -1, 1).astype(np.float32)
    mirrored = low * sign
    flat = len(low), low.shape[1] * low.shape[2]
    return low.reshape(flat)[:, 1:], mirrored.reshape(flat)[:, 1:]


def _cosines(side: int) -> NDArray[np.float32]:
    """The first vectors of the orthonormal DCT-II of ``side`` samples, ``(side, frequencies)``."""
    frequency = np.arange(min(FREQUENCIES, side))
    basis = np.cos(np.pi * (np.arange(side)[:, None] + 0.5) * frequency / side)
    scale = np.where(frequency == 0, np.sqrt(1 / side), np.sqrt(2 / side))
    return (basis * scale).astype(np.float32)


def _with_lengths(low: NDArray[np.float32], *, first: bool) -> NDArray[np.float32]:
    """Two columns more, so that the product of two rows is ``-|a - b|² / 2``."""
    length = -np.square(low).sum(axis=1, keepdims=True) / 2
    one = np.ones_like(length)
    return np.hstack([low, length, one] if first else [low, one, length])


def _tiles(count: int) -> list[tuple[slice, slice]]:
    """Square tiles on and above the diagonal."""
    starts = range(0, count, _TILE)
    return [
        (slice(i, min(i + _TILE, count)), slice(j, min(j + _TILE, count)))
        for i in starts
        for j in starts
        if j >= i
    ]


def _candidates(
    left: NDArray[np.float32], right: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    product = left @ right.T
    found = np.flatnonzero(product >= LEAST_CORRELATION - 1 - _SLACK)
    one, other = np.divmod(found, len(right))
    return one, other


def _correlation(
    images: NDArray[np.uint8],
    mean: NDArray[np.float32],
    norm: NDArray[np.float32],
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    mirrored: bool,
) -> NDArray[np.float32]:
    """Correlation of the pixels of the pairs ``(one[k], other[k])``."""
    found = np.empty(len(one), dtype=np.float32)
    for start in range(0, len(one), _CHUNK):
        a, b = one[start : start + _CHUNK], other[start : start + _CHUNK]
        second = images[b][:, :, ::-1] if mirrored else images[b]
        u = (images[a] - mean[a, None, None]) / norm[a, None, None]
        v = (second - mean[b, None, None]) / norm[b, None, None]
        found[start : start + len(a)] = np.einsum("kij,kij->k", u, v)
    return np.minimum(found, np.float32(1))


def _sorted_pairs(
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], bool]],
    searched: NDArray[np.int64],
    complete: bool,
) -> NearPairs:
    empty = np.zeros(0, dtype=np.int64)
    first = np.concatenate([searched[one] for one, _, _, _ in found] or [empty])
    second = np.concatenate([searched[other] for _, other, _, _ in found] or [empty])
    correlation = np.concatenate([value for _, _, value, _ in found] or [empty.astype(np.float32)])
    mirrored = np.concatenate(
        [np.full(len(one), flag) for one, _, _, flag in found] or [empty.astype(np.bool_)]
    )
    # The straight pairs come first: of a pair that is alike both ways, they are kept.
    _, unique = np.unique(np.stack([first, second]), axis=1, return_index=True)
    order = unique[np.lexsort((second[unique], first[unique], -correlation[unique]))]
    return NearPairs(
        first[order],
        second[order],
        correlation[order].astype(np.float32),
        mirrored[order].astype(np.bool_),
        complete,
    )
