"""Faces made unrecognisable, with soft edges."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from mien.media.image import Image
from mien.results import Box

MARGIN = 0.35
"""Share of a box's longer side that is covered around it: hair, ears and chin."""

_FEATHER = 0.2
_PIECES = 6
"""A covered face keeps the means of so many pieces across and down, blended: no feature is left."""


def blur_faces(image: Image, boxes: Sequence[Box]) -> Image:
    """Cover faces in a copy of a picture.

    Inside a box and its margin nothing is left but the means of 6 × 6 pieces; around that it fades
    into the picture.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8
    boxes : sequence of Box
        Left, top, right, bottom in pixels; cut to the picture.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
    """
    covered = image.copy()
    for box in boxes:
        _cover(covered, box)
    return covered


def _cover(picture: Image, box: Box) -> None:
    height, width = picture.shape[:2]
    side = max(box[2] - box[0], box[3] - box[1])
    whole = _cut(box, MARGIN * side, width, height)
    outer = _cut(box, (MARGIN + _FEATHER) * side, width, height)
    left, top, right, bottom = outer
    if whole[0] >= whole[2] or whole[1] >= whole[3]:
        return
    part = picture[top:bottom, left:right]
    pieces = (min(_PIECES, right - left), min(_PIECES, bottom - top))
    means = cv2.resize(part, pieces, interpolation=cv2.INTER_AREA)
    flat = cv2.resize(means, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    outside = np.full(part.shape[:2], 255, np.uint8)
    outside[whole[1] - top : whole[3] - top, whole[0] - left : whole[2] - left] = 0
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 3)
    weight = np.clip(1 - away / max(1.0, _FEATHER * side), 0, 1)[..., None]
    part[:] = np.rint(weight * flat + (1 - weight) * part).astype(np.uint8)


def _cut(box: Box, by: float, width: int, height: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return (
        max(0, int(np.floor(left - by))),
        max(0, int(np.floor(top - by))),
        min(width, int(np.ceil(right + by))),
        min(height, int(np.ceil(bottom + by))),
    )
