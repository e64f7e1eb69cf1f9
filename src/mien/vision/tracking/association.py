"""Which detection is which track: overlaps, the best assignment, and ByteTrack's two passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.results import Box

_Array = npt.NDArray[np.float64]

FIRST_OVERLAP = 0.2
"""Least intersection over union of a track and a sure detection (ByteTrack's own value)."""

SECOND_OVERLAP = 0.5
"""The same for a detection with a low score: it counts only where a face is expected."""


@dataclass(frozen=True, slots=True)
class Association:
    """Which detection each track got.

    Attributes
    ----------
    pairs : tuple of (int, int)
        Index of the track, index of the detection.
    new : tuple of int
        Sure detections that belong to no track.
    """

    pairs: tuple[tuple[int, int], ...]
    new: tuple[int, ...]


def associate(
    tracks: Sequence[Sequence[Box]],
    seen: Sequence[bool],
    detections: Sequence[Box],
    sure: Sequence[bool],
    *,
    margins: Sequence[float] | None = None,
) -> Association:
    """ByteTrack's association in two passes (Zhang et al. 2022, algorithm 1).

    Sure detections go to the tracks first. Those with a low score, which are faces half hidden or
    blurred as often as nothing at all, then go to the tracks that are left over and were seen a
    moment ago; they never begin a track.

    Parameters
    ----------
    tracks : sequence of sequence of Box
        Where each track may be now, left, top, right, bottom in pixels: several guesses, the same
        number for each track, of which the one that overlaps a detection most counts for it.
    seen : sequence of bool
        Whether the track was found the last time; a lost one takes part in the first pass only.
    detections : sequence of Box
    sure : sequence of bool
        Whether the detection's score is high.
    margins : sequence of float, optional
        By how many of its own sides the boxes of each track, and with it that of a detection, are
        grown for the comparison in the first pass, 0 or more (Yang et al. 2023, "buffered" IoU);
        for tracks whose place is less certain. 0 when not given.
    """
    guesses = [_boxes(boxes) for boxes in zip(*tracks, strict=True)] or [_boxes(())]
    detection_boxes = _boxes(detections)
    grow = np.zeros(len(tracks)) if margins is None else np.asarray(margins, np.float64)
    high = [index for index, is_sure in enumerate(sure) if is_sure]
    low = [index for index, is_sure in enumerate(sure) if not is_sure]
    overlap = _best(grown_overlap(boxes, detection_boxes[high], grow) for boxes in guesses)
    first = [(t, high[d]) for t, d in assign(1 - overlap, 1 - FIRST_OVERLAP)]
    taken = {track for track, _ in first}
    left = [index for index in range(len(tracks)) if index not in taken and seen[index]]
    overlap = _best(box_overlap(boxes[left], detection_boxes[low]) for boxes in guesses)
    second = [(left[t], low[d]) for t, d in assign(1 - overlap, 1 - SECOND_OVERLAP)]
    used = {detection for _, detection in first}
    return Association(
        pairs=tuple(sorted(first + second)),
        new=tuple(index for index in high if index not in used),
    )


def box_overlap(ones: _Array, others: _Array) -> _Array:
    """Intersection over union of each of ``(n, 4)`` with each of ``(m, 4)`` boxes: ``(n, m)``."""
    return grown_overlap(ones, others, np.zeros(len(ones)))


def grown_overlap(ones: _Array, others: _Array, margins: _Array) -> _Array:
    """``box_overlap`` after both boxes of a pair have been grown.

    Parameters
    ----------
    ones : float64 ndarray of shape (n, 4)
    others : float64 ndarray of shape (m, 4)
    margins : float64 ndarray of shape (n,)
        How many of its own sides a box of row i, and each box compared with it, grows on every
        side.

    Returns
    -------
    float64 ndarray of shape (n, m)
        0 to 1.
    """
    one = _grown(ones[:, None, :], margins[:, None, None])
    other = _grown(
        np.broadcast_to(others[None], (len(ones), *others.shape)), margins[:, None, None]
    )
    sides = np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2])
    shared = np.clip(sides, 0, None).prod(axis=-1)
    union = _area(one) + _area(other) - shared
    fraction: _Array = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return fraction


def assign(cost: _Array, limit: float) -> list[tuple[int, int]]:
    """Pair rows with columns: as many pairs as can be, and of those ways the cheapest.

    The Hungarian method by shortest augmenting paths (Jonker and Volgenant 1987). Its cube of the
    number of faces is no matter for the dozens that a picture can hold.

    Parameters
    ----------
    cost : float64 ndarray of shape (n, m)
        0 or more, finite.
    limit : float
        Pairs that cost more are not made.

    Returns
    -------
    list of (int, int)
        Row and column, by row.
    """
    rows, columns = cost.shape
    if not rows or not columns:
        return []
    if rows > columns:
        return sorted((row, column) for column, row in assign(cost.T, limit))
    # One forbidden pair costs more than all allowed ones together.
    forbidden = (min(rows, columns) + 1) * (max(limit, 0.0) + 1)
    prices = np.where(cost <= limit, cost, forbidden)
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    row_of = np.full(columns, -1)
    for start in range(rows):
        _add_row(start, prices, row_price, column_price, row_of)
    pairs = ((int(row), column) for column, row in enumerate(row_of) if row >= 0)
    return sorted((row, column) for row, column in pairs if cost[row, column] <= limit)


def _add_row(
    start: int,
    prices: _Array,
    row_price: _Array,
    column_price: _Array,
    row_of: npt.NDArray[np.int_],
) -> None:
    """Give one more row a column, moving others along the shortest augmenting path."""
    columns = prices.shape[1]
    distance = np.full(columns, np.inf)
    before = np.full(columns, -1)  # the column that comes before on the path; -1 is ``start``
    done = np.zeros(columns, bool)
    row, last, length = start, -1, 0.0
    while True:
        through = length + prices[row] - row_price[row] - column_price
        shorter = ~done & (through < distance)
        distance[shorter] = through[shorter]
        before[shorter] = last
        last = int(np.where(done, np.inf, distance).argmin())
        length = float(distance[last])
        if row_of[last] < 0:
            break
        done[last] = True
        row = int(row_of[last])
    # Columns that the search has passed, and their rows, change prices by what it saved.
    row_price[start] += length
    row_price[row_of[done]] += length - distance[done]
    column_price[done] -= length - distance[done]
    while last >= 0:
        previous = int(before[last])
        row_of[last] = start if previous < 0 else row_of[previous]
        last = previous


def _best(overlaps: Iterable[_Array]) -> _Array:
    best: _Array = np.maximum.reduce(list(overlaps))
    return best


def _boxes(boxes: Sequence[Box]) -> _Array:
    return np.asarray(boxes, np.float64).reshape(-1, 4)


def _grown(boxes: _Array, margins: _Array) -> _Array:
    extent = (boxes[..., 2:] - boxes[..., :2]) * margins
    return np.concatenate([boxes[..., :2] - extent, boxes[..., 2:] + extent], axis=-1)


def _area(boxes: _Array) -> _Array:
    return np.clip(boxes[..., 2:] - boxes[..., :2], 0, None).prod(axis=-1)  # type: ignore[no-any-return]
