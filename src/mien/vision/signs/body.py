"""33 points of a body, from the face that was found: no person detector is needed.

The network is MediaPipe's (Bazarevsky et al., BlazePose, arXiv:2006.10204, 2020). It is shown a
square around the whole person, as far as the picture goes.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mien.body_signs import BodySigns
from mien.face_signs import FaceSigns
from mien.packaged import BODY_POSE
from mien.vision.detection.detector import Detection, Image
from mien.vision.network import PackagedNetwork
from mien.vision.signs.mesh import Square, cut_square
from mien.vision.signs.postures import postures_of

_POINTS, _HIPS, _CIRCLE = 33, 33, 34  # two further points: the square of the next look
_FACES_WIDE, _FACES_DOWN = 10.8, 3.7
"""The first square in sizes of the face's box (square root of its area): a standing person is some
eight and a half of them tall, and the hips lie in the middle."""

_MARGIN = (
    1.25  # the square is so much larger than the circle around the person, as MediaPipe has it
)

LEAST_PRESENCE = 0.5
MOST_OFF = 0.5
"""Sizes of the face by which the body's nose may lie beside the face's: else it is another's."""

NOT_SEEN, ANOTHERS = "not seen", "another person is in the way"


class BodyNetwork(PackagedNetwork):
    """The network; see ``PackagedNetwork``."""

    file = BODY_POSE

    def read(
        self, image: Image, detection: Detection, signs: FaceSigns, before: BodySigns | None = None
    ) -> BodySigns | str:
        """What is visible of the body that a face belongs to, or why nothing is.

        Parameters
        ----------
        image : ndarray of shape (H, W, 3), uint8, RGB
        detection : Detection
            The face.
        signs : FaceSigns
            Of the face: its distance is the anchor of the body's.
        before : BodySigns, optional
            The person's in the frame before; without it the body is sought below the face.

        Returns
        -------
        BodySigns or str
            ``"not seen"`` or ``"another person is in the way"``.
        """
        size = math.sqrt(detection.width * detection.height)
        square = _below(detection, size) if before is None else Square(*before.region)
        raw, presence, world = self._session.run(
            ["points", "presence", "world"], {"pixels": cut_square(image, square)[None]}
        )
        sure = float(np.asarray(presence).reshape(-1)[0])
        if sure < LEAST_PRESENCE:
            return NOT_SEEN
        values = np.asarray(raw, np.float32).reshape(-1, 5)
        points = square.to_picture(values[:, :3])
        if np.hypot(*(points[0, :2] - signs.points[1, :2])) > MOST_OFF * size:
            return ANOTHERS
        height, width = image.shape[:2]
        inside = (points[:, 0] >= 0) & (points[:, 1] >= 0)
        inside &= (points[:, 0] < width) & (points[:, 1] < height)
        visibility = (1 / (1 + np.exp(-values[:, 3])) * inside)[:_POINTS].astype(np.float32)
        metres = _turned(np.asarray(world, np.float32).reshape(-1, 3)[:_POINTS], square.roll)
        return BodySigns(
            points=points[:_POINTS],
            world_points=metres,
            visibility=visibility,
            distances=_distances(points[:_POINTS], metres, signs, (width, height)),
            presence=sure,
            postures=postures_of(metres, visibility, points[:_POINTS], signs),
            region=_around(points),
        )


def _below(detection: Detection, size: float) -> Square:
    left, top, right, bottom = detection.xyxy
    return Square(
        (left + right) / 2, (top + bottom) / 2 + _FACES_DOWN * size, _FACES_WIDE * size, 0.0
    )


def _around(points: npt.NDArray[np.float32]) -> tuple[float, float, float, float]:
    """The square of the next look: its centre, and a point on the circle above the head."""
    hips, circle = points[_HIPS, :2], points[_CIRCLE, :2]
    across, up = float(circle[0] - hips[0]), float(hips[1] - circle[1])
    side = 2 * math.hypot(across, up) * _MARGIN
    return float(hips[0]), float(hips[1]), side, math.degrees(math.atan2(across, up))


def _turned(world: npt.NDArray[np.float32], roll: float) -> npt.NDArray[np.float32]:
    """World points as the picture stands, not as the turned square does."""
    turn = math.radians(roll)
    x, y, z = world.T
    cosine, sine = math.cos(turn), math.sin(turn)
    return np.stack([cosine * x - sine * y, sine * x + cosine * y, z], axis=1).astype(np.float32)


def _distances(
    points: npt.NDArray[np.float32],
    metres: npt.NDArray[np.float32],
    signs: FaceSigns,
    size: tuple[int, int],
) -> npt.NDArray[np.float32]:
    """Metres from the camera of each point.

    The nose is as far as the face; the others nearer or farther along the camera's axis by the
    network's depth; and beside the axis by their place in the picture.
    """
    focal = signs.distance.focal_pixels
    depth = signs.distance.metres + metres[:, 2] - metres[0, 2]
    across = (points[:, :2] - np.array(size) / 2) / focal
    return np.asarray(np.maximum(depth, 0.05) * np.sqrt(1 + (across**2).sum(axis=1)), np.float32)
