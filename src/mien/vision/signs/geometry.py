"""The mean face in centimetres, and how it is turned to lie where a mesh lies."""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.face_signs import HeadPose
from mien.packaged import FACE_GEOMETRY, packaged_path

FloatArray = npt.NDArray[np.float64]

SHAPED_POINTS = 468
"""The mesh's points that the mean face has, too; the last ten are the irises."""


@dataclass(frozen=True)
class MeanFace:
    """MediaPipe's canonical face.

    Attributes
    ----------
    vertices : ndarray of shape (468, 3), float64
        In centimetres: x to the picture's right, y up, z out of the face.
    triangles : ndarray of shape (898, 3), int64
        Numbers of their corners.
    weights : ndarray of shape (468,), float64
        How far each point is to be trusted when the head's pose is sought: 0 for those that
        expressions move.
    """

    vertices: FloatArray
    triangles: npt.NDArray[np.int64]
    weights: FloatArray


@functools.cache
def mean_face() -> MeanFace:
    """The mean face, read once."""
    content = json.loads(packaged_path(FACE_GEOMETRY).read_text())
    weights = np.zeros(SHAPED_POINTS)
    for number, weight in content["rigid"]:
        weights[number] = weight
    vertices = np.array(content["vertices"], np.float64)
    return MeanFace(vertices, np.array(content["triangles"], np.int64), weights)


@dataclass(frozen=True)
class MeanFacePlacement:
    """How the mean face lies where a mesh lies.

    Attributes
    ----------
    rotation : ndarray of shape (3, 3), float64
        From the mean face's axes to the picture's (x right, y up, z towards the camera).
    scale : float
        Pixels of the picture for one centimetre of the mean face.
    """

    rotation: FloatArray
    scale: float

    @property
    def head(self) -> HeadPose:
        """The rotation as angles."""
        facing = self.rotation[:, 2]
        return HeadPose(
            yaw=math.degrees(math.atan2(facing[0], facing[2])),
            pitch=math.degrees(math.asin(max(-1.0, min(1.0, facing[1])))),
            roll=-math.degrees(math.atan2(self.rotation[1, 0], self.rotation[1, 1])),
        )


def place_mean_face(points: npt.NDArray[np.float32]) -> MeanFacePlacement:
    """Where the mean face lies in a mesh, ``(478, 3)`` with x right, y down, z away.

    The similarity that brings the mean face's rigid points nearest to the mesh's, by weighted
    least squares (Umeyama, Least-squares estimation of transformation parameters, 1991). It takes
    the picture as seen along parallel lines, so that it needs no focal length.
    """
    mean = mean_face()
    seen = points[:SHAPED_POINTS].astype(np.float64) * (1, -1, -1)
    used = mean.weights > 0
    return MeanFacePlacement(*_similarity(mean.vertices[used], seen[used], mean.weights[used]))


def _similarity(
    source: FloatArray, target: FloatArray, weights: FloatArray
) -> tuple[FloatArray, float]:
    """Rotation and scale with ``target ≈ scale · rotation · source + shift``."""
    share = (weights / weights.sum())[:, None]
    source = source - (share * source).sum(axis=0)
    target = target - (share * target).sum(axis=0)
    u, values, v = np.linalg.svd((share * target).T @ source)
    signs = np.array([1, 1, np.sign(np.linalg.det(u @ v))])
    rotation = (u * signs) @ v
    spread = float((share * source**2).sum())
    return rotation, float((values * signs).sum()) / spread
