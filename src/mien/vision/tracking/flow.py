"""Where faces have moved from one frame to the next, by the optical flow inside their boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from mien.results import Box
from mien.vision.detection.detector import Detection, Image

GREY_SIDE = 640
"""Longest side in pixels of the grey copies that are compared; larger frames are made smaller."""

_GRID = 6
_INSET = 0.15
"""A grid of points in the middle of the box: its edge shows hair and background."""

_RETURN = 1.0
"""Pixels by which a point, followed forth and back, may miss where it came from (Kalal et al. 2010,
"Forward-backward error")."""

_LEAST_SHARE = 0.4
"""Share of points that must have been followed well; else the face is hidden or too fast."""

_Points = npt.NDArray[np.float32]


def grey_for_flow(image: Image) -> npt.NDArray[np.uint8]:
    """The grey copy of a frame, ``uint8 (h, w)``, that ``follow`` compares."""
    scale = min(1.0, GREY_SIDE / max(image.shape[:2]))
    if scale < 1:
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)


def follow(
    before: npt.NDArray[np.uint8],
    now: npt.NDArray[np.uint8],
    detections: Sequence[Detection],
    width: int,
) -> list[Detection | None]:
    """Move faces as the pixels inside their boxes have moved.

    A grid of points in each box is followed with Lucas and Kanade's pyramid (Bouguet 2000); the
    median of their shifts moves the box, the median change of their distances from one another
    resizes it (Kalal et al. 2010, "Median flow").

    Parameters
    ----------
    before, now : ndarray of shape (h, w), uint8
        ``grey_for_flow`` of the two frames, of one size.
    detections : sequence of Detection
        Where the faces were, in pixels of the frame.
    width : int
        Width in pixels of the frames themselves.

    Returns
    -------
    list of Detection or None
        In the same order; None for a face that could not be followed.
    """
    if not detections:
        return []
    scale = before.shape[1] / width
    grids = np.concatenate([_grid(detection.xyxy) for detection in detections]) * scale
    points = grids.astype(np.float32).reshape(-1, 1, 2)
    moved, there = _flow(before, now, points)
    back, returned = _flow(now, before, moved)
    well = there & returned & (np.abs(back - points).max(axis=(1, 2)) <= _RETURN)
    shape = (len(detections), _GRID * _GRID)
    return [
        _moved(detection, start[ok] / scale, end[ok] / scale)
        for detection, start, end, ok in zip(
            detections,
            points.reshape(*shape, 2),
            moved.reshape(*shape, 2),
            well.reshape(shape),
            strict=True,
        )
    ]


def _flow(
    before: npt.NDArray[np.uint8], now: npt.NDArray[np.uint8], points: _Points
) -> tuple[_Points, npt.NDArray[np.bool_]]:
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        before, now, points, points.copy(), winSize=(15, 15), maxLevel=3
    )
    return found.astype(np.float32, copy=False), status[:, 0] == 1


def _grid(xyxy: Box) -> _Points:
    left, top, right, bottom = xyxy
    inset_x, inset_y = _INSET * (right - left), _INSET * (bottom - top)
    x = np.linspace(left + inset_x, right - inset_x, _GRID)
    y = np.linspace(top + inset_y, bottom - inset_y, _GRID)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)


def _moved(detection: Detection, start: _Points, end: _Points) -> Detection | None:
    """The detection moved as most of its points were; None when too few were followed."""
    if len(start) < _LEAST_SHARE * _GRID * _GRID:
        return None
    shift = np.median(end - start, axis=0)
    centre = np.median(start, axis=0)
    before = np.linalg.norm(start - centre, axis=1)
    after = np.linalg.norm(end - centre - shift, axis=1)
    far = before > np.median(before) / 2  # near the middle a pixel's error is a large ratio
    growth = float(np.clip(np.median(after[far] / before[far]), 0.8, 1.25))

    def move(x: float, y: float) -> tuple[float, float]:
        new = centre + shift + growth * (np.array([x, y]) - centre)
        return float(new[0]), float(new[1])

    left, top, right, bottom = detection.xyxy
    return replace(
        detection,
        xyxy=(*move(left, top), *move(right, bottom)),
        landmarks=detection.landmarks and tuple(move(x, y) for x, y in detection.landmarks),
    )
