"""Pictures made of one photo: the face's mesh turned in space, and its mouth moved."""

from __future__ import annotations

import cv2
import numpy as np

from mien.vision.signs.geometry import MeanFacePlacement, mean_face
from mien.vision.signs.mesh import Mesh

SIDE = 480


def turned(
    photo: np.ndarray,
    mesh: Mesh,
    *,
    yaw: float = 0,
    pitch: float = 0,
    roll: float = 0,
    centimetres: float = 60,
    focal: float = 900,
) -> np.ndarray:
    """The mean face, painted with the photo's, turned by these degrees, on grey.

    The angles are those of ``mien.face_signs.HeadPose``. Only triangles that face the camera are
    drawn over others, from the farthest to the nearest.
    """
    mean = mean_face()
    middle = (mean.weights[:, None] * mean.vertices).sum(axis=0) / mean.weights.sum()
    placed = (mean.vertices - middle) @ rotation(yaw, pitch, roll).T
    away = centimetres - placed[:, 2]
    x = SIDE / 2 + focal * placed[:, 0] / away
    y = SIDE / 2 - focal * placed[:, 1] / away
    picture = np.full((SIDE, SIDE, 3), 90, np.uint8)
    for corners in mean.triangles[np.argsort(-away[mean.triangles].mean(axis=1))]:
        _paint(picture, photo, mesh.points[corners, :2], np.stack([x, y], 1)[corners])
    return picture


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """From the mean face's axes to the camera's (x right, y up, z towards it)."""
    y, p, r = np.radians([yaw, -pitch, -roll])
    about_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_x = [[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]
    about_z = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
    return np.array(about_y) @ np.array(about_x) @ np.array(about_z)


def _paint(picture: np.ndarray, photo: np.ndarray, source: np.ndarray, target: np.ndarray) -> None:
    left, top = np.floor(target.min(axis=0)).astype(int) - 1
    right, bottom = np.ceil(target.max(axis=0)).astype(int) + 2
    corner = np.array([left, top])
    matrix = cv2.getAffineTransform(source.astype(np.float32), (target - corner).astype(np.float32))
    patch = cv2.warpAffine(photo, matrix, (int(right - left), int(bottom - top)))
    mask = np.zeros(patch.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round((target - corner) * 16).astype(np.int32), 255, shift=4)
    inside = mask > 0
    picture[top:bottom, left:right][inside] = patch[inside]


def with_corners_moved(
    photo: np.ndarray, mesh: Mesh, placement: MeanFacePlacement, up: float
) -> np.ndarray:
    """The photo with both corners of the mouth moved up by so many centimetres of the face.

    Everything around them goes along, less the farther it is.
    """
    height, width = photo.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    moved = np.zeros((height, width), np.float32)
    for number in (61, 291):
        near = (x - mesh.points[number, 0]) ** 2 + (y - mesh.points[number, 1]) ** 2
        moved += np.exp(-near / (2 * (1.3 * placement.scale) ** 2)).astype(np.float32)
    return cv2.remap(
        photo,
        x,
        y + moved * np.float32(up * placement.scale),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
