"""Where labels go, so that they can be read: inside the picture and clear of one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_Rectangles = npt.NDArray[np.float64]
_STEPS = 8
# Lying on another label makes both unreadable; lying on a face only hides a part of it.
_LABEL_COST = 50.0
_FACE_COST = 1.0
_OWN_FACE_COST = 0.6


@dataclass(frozen=True, slots=True)
class Placement:
    """A place for a label.

    Attributes
    ----------
    choice : int
        Which of the offered sizes fits.
    left, top : float
        Upper left corner in pixels.
    """

    choice: int
    left: float
    top: float


def place_labels(
    boxes: Sequence[tuple[float, float, float, float]],
    sizes: Sequence[Sequence[tuple[float, float]]],
    canvas: tuple[float, float],
) -> list[Placement]:
    """Find a place for the label of every box, in the order given.

    Greedy: each label takes the first of its sizes that has a place clear of the labels before
    it, and the place that hides least of the faces: above its box if that is free, else below,
    beside, inside, and then further away in steps. Where a crowd leaves no free place at all, the
    last size goes where it hides least.

    Parameters
    ----------
    boxes : sequence of (left, top, right, bottom)
        Boxes in pixels, inside the canvas.
    sizes : sequence of sequence of (width, height)
        For each box the sizes that its label may have, best first, in pixels.
    canvas : (width, height)
        Size of the picture. Labels lie inside it when they are not larger than it.

    Returns
    -------
    list of Placement
        One for each box.
    """
    faces = np.asarray(boxes, np.float64).reshape(-1, 4)
    taken = np.empty_like(faces)
    placements = []
    for index, box in enumerate(faces):
        others = np.delete(faces, index, axis=0)
        for choice, (width, height) in enumerate(sizes[index]):
            places = _candidates(box, width, height, canvas)
            on_labels = _overlap(places, taken[:index]).sum(axis=1)
            cost = (
                _LABEL_COST * on_labels
                + _FACE_COST * _overlap(places, others).sum(axis=1)
                + _OWN_FACE_COST * _overlap(places, box[np.newaxis]).sum(axis=1)
                # Of equally good places the first; one line away costs a tenth of a label.
                + width * height * np.linspace(0, 0.1 * _STEPS, len(places))
            )
            best = int(cost.argmin())
            if on_labels[best] == 0 or choice == len(sizes[index]) - 1:
                taken[index] = places[best]
                placements.append(Placement(choice, places[best, 0], places[best, 1]))
                break
    return placements


def _candidates(
    box: npt.NDArray[np.float64], width: float, height: float, canvas: tuple[float, float]
) -> _Rectangles:
    """Places for a label of this size around a box, best first, ``(n, 4)``, inside the canvas."""
    left, top, right, bottom = box
    corners = [
        (left, top - height),
        (right - width, top - height),
        (left, bottom),
        (right - width, bottom),
        # Inside, the mouth and chin are given up before the eyes.
        (left, bottom - height),
        (left, top),
        (right, top),
        (left - width, top),
        (right, bottom - height),
        (left - width, bottom - height),
    ]
    for step in range(1, _STEPS + 1):
        for x in (left, right - width):
            corners += [(x, top - (1 + step) * height), (x, bottom + step * height)]
        for y in (top + step * height, top - step * height):
            corners += [(right, y), (left - width, y)]
    places = np.array([(x, y, x + width, y + height) for x, y in corners])
    limit_x, limit_y = max(0.0, canvas[0] - width), max(0.0, canvas[1] - height)
    places[:, [0, 2]] += (np.clip(places[:, 0], 0, limit_x) - places[:, 0])[:, np.newaxis]
    places[:, [1, 3]] += (np.clip(places[:, 1], 0, limit_y) - places[:, 1])[:, np.newaxis]
    return places


def _overlap(ones: _Rectangles, others: _Rectangles) -> npt.NDArray[np.float64]:
    """Area that each of ``(n, 4)`` shares with each of ``(m, 4)`` rectangles, as ``(n, m)``."""
    upper = np.maximum(ones[:, np.newaxis, :2], others[np.newaxis, :, :2])
    lower = np.minimum(ones[:, np.newaxis, 2:], others[np.newaxis, :, 2:])
    sides = np.clip(lower - upper, 0, None)
    return sides[..., 0] * sides[..., 1]  # type: ignore[no-any-return]
