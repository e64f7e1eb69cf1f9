"""Eyes: how far they are open, where they look, and how wide the irises are, from the mesh."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mien.face_signs import Gaze
from mien.vision.signs.geometry import MeanFacePlacement

Points = npt.NDArray[np.float32]

LEFT_IRIS, RIGHT_IRIS = (473, 474, 475, 476, 477), (468, 469, 470, 471, 472)
"""Centre, then four points of the rim: to the picture's right, up, left, down."""

# Corners of the eye, then pairs of points of the upper and the lower lid, the person's own sides.
_LEFT_EYE = (362, 263, ((386, 374), (385, 380), (387, 373)))
_RIGHT_EYE = (133, 33, ((159, 145), (158, 153), (160, 144)))

_EYEBALL_CENTIMETRES = 1.2
"""Radius of an eyeball, on which the iris turns."""

_DOWN_AT_REST = -0.07
"""How far the iris of a straight look lies under the middle of the corners, in eye widths: the
median over 1,051 press photos."""


def eyes_open(points: Points) -> tuple[float, float]:
    """Height over width of the gap between the lids: the person's left and right eye."""
    return _openness(points, *_LEFT_EYE), _openness(points, *_RIGHT_EYE)


def _openness(points: Points, inner: int, outer: int, lids: tuple[tuple[int, int], ...]) -> float:
    width = float(np.linalg.norm(points[inner] - points[outer]))
    heights = [float(np.linalg.norm(points[up] - points[down])) for up, down in lids]
    return sum(heights) / len(heights) / width if width > 0 else 0.0


def gaze(points: Points, placement: MeanFacePlacement) -> Gaze:
    """Where the eyes look against the head: the irises' places between the corners of the eyes.

    Rough: within some ten degrees. The mean of both eyes.
    """
    found = []
    for iris, (inner, outer, _) in ((LEFT_IRIS, _LEFT_EYE), (RIGHT_IRIS, _RIGHT_EYE)):
        corners = points[[inner, outer]].astype(np.float64)
        # In the axes of the mean face, in centimetres; the mesh's y and z point the other way.
        offset = points[iris[0]] - corners.mean(axis=0)
        right, up, _ = (offset * (1, -1, -1)) @ placement.rotation / placement.scale
        width = float(np.linalg.norm(corners[0] - corners[1])) / placement.scale
        found.append([right, up + _DOWN_AT_REST * width])
    right, up = np.mean(found, axis=0)
    return Gaze(yaw=_angle(right), pitch=_angle(up))


def _angle(offset: float) -> float:
    share = max(-1.0, min(1.0, offset / _EYEBALL_CENTIMETRES))
    return math.degrees(math.asin(share))


def iris_width(points: Points, yaw: float, pitch: float) -> float:
    """Width of the iris in pixels: the mean of across and down over both eyes.

    A turned head shows circles as ellipses; what ``yaw`` and ``pitch`` (degrees) take away from
    either is given back.
    """
    widths = []
    for _, right, up, left, down in (LEFT_IRIS, RIGHT_IRIS):
        across = float(np.linalg.norm(points[right, :2] - points[left, :2]))
        upwards = float(np.linalg.norm(points[up, :2] - points[down, :2]))
        widths += [
            across / max(math.cos(math.radians(yaw)), 0.5),
            upwards / max(math.cos(math.radians(pitch)), 0.5),
        ]
    return sum(widths) / len(widths)
