"""Boxes of faces: clipped, compared, and each face kept once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mien.vision.detection.detector import Detection, FloatArray


def finish(
    detections: Iterable[Detection], *, width: int, height: int, min_face: float
) -> list[Detection]:
    """Clip boxes to the image, drop those with a side under ``min_face`` px, sort by area."""
    kept = []
    for detection in detections:
        left, top, right, bottom = detection.xyxy
        clipped = (
            min(max(left, 0.0), float(width)),
            min(max(top, 0.0), float(height)),
            min(max(right, 0.0), float(width)),
            min(max(bottom, 0.0), float(height)),
        )
        shortest = min(clipped[2] - clipped[0], clipped[3] - clipped[1])
        if shortest > 0 and shortest >= min_face:
            kept.append(Detection(clipped, detection.score, detection.landmarks))
    return sorted(kept, key=lambda detection: (-detection.area, -detection.score, detection.xyxy))


def suppress_overlaps(xyxy: FloatArray, scores: FloatArray, iou_threshold: float) -> list[int]:
    """Greedy non-maximum suppression.

    Parameters
    ----------
    xyxy : float32 ndarray of shape (n, 4)
    scores : float32 ndarray of shape (n,)
    iou_threshold : float
        Of two boxes whose intersection over union is above it, the one with the lower score goes.

    Returns
    -------
    list of int
        Indices of the boxes that stay, best score first.
    """
    areas = (xyxy[:, 2] - xyxy[:, 0]) * (xyxy[:, 3] - xyxy[:, 1])
    waiting = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while waiting.size:
        best, rest = waiting[0], waiting[1:]
        kept.append(int(best))
        low = np.maximum(xyxy[best, :2], xyxy[rest, :2])
        high = np.minimum(xyxy[best, 2:], xyxy[rest, 2:])
        overlap = np.prod(np.clip(high - low, 0, None), axis=1)
        union = areas[best] + areas[rest] - overlap
        waiting = rest[overlap <= iou_threshold * union]
    return kept


def overlap_fraction(one: Detection, other: Detection, *, of_smaller: bool = False) -> float:
    """Intersection over union of two boxes, or over the smaller box; 0 to 1."""
    width = min(one.xyxy[2], other.xyxy[2]) - max(one.xyxy[0], other.xyxy[0])
    height = min(one.xyxy[3], other.xyxy[3]) - max(one.xyxy[1], other.xyxy[1])
    if width <= 0 or height <= 0:
        return 0.0
    overlap = width * height
    if of_smaller:
        return overlap / min(one.area, other.area)
    return overlap / (one.area + other.area - overlap)


def same_face(one: Detection, other: Detection) -> bool:
    """Whether two boxes are of one face: much alike, or one lies mostly inside the other."""
    return overlap_fraction(one, other) > 0.4 or overlap_fraction(one, other, of_smaller=True) > 0.7
