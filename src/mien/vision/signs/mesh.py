"""478 points of a face, found in the picture at full resolution.

The network is MediaPipe's (Kartynnik et al., Real-time facial surface geometry from monocular video
on mobile GPUs, arXiv:1907.06724, 2019; with refined lips, eyes and irises). It is shown a square of
256 pixels, upright, half as large again as the face.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mien.packaged import FACE_MESH
from mien.vision.crop import roll_of
from mien.vision.detection.detector import Detection, Image
from mien.vision.network import PackagedNetwork

POINTS = 478
INPUT_SIDE = 256

_SCALE = 1.5  # side of the square over the longer side of the mesh, as MediaPipe has it
_SIDE_OF_BOX, _DOWN_OF_BOX = 1.63, 0.066  # of the square root of the area of CenterFace's box


@dataclass(frozen=True, slots=True)
class Square:
    """A turned square in a picture: centre (x, y) and side in pixels, roll in degrees."""

    x: float
    y: float
    side: float
    roll: float

    def to_picture(self, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Points in pixels of the network's input as points of the picture.

        ``(n, 3)``; depth is brought to the picture's scale like the rest.
        """
        scaled = (points - np.array([INPUT_SIDE / 2, INPUT_SIDE / 2, 0], np.float32)) * np.float32(
            self.side / INPUT_SIDE
        )
        turn = math.radians(self.roll)
        cosine, sine = math.cos(turn), math.sin(turn)
        x, y, z = scaled.T
        return np.stack(
            [cosine * x - sine * y + self.x, sine * x + cosine * y + self.y, z], axis=1
        ).astype(np.float32)


@dataclass(frozen=True)
class Mesh:
    """The points of one face.

    Attributes
    ----------
    points : ndarray of shape (478, 3), float32
        x, y in pixels of the picture; z (depth) at the same scale, smaller is nearer, 0 about at
        the head's middle.
    upright : ndarray of shape (478, 3), float32
        The same in the network's own square of 256 pixels, where the face is not rolled.
    square : Square
        What was cut out.
    crop : ndarray of shape (256, 256, 3), uint8
        What the network was shown, RGB.
    presence : float
        How sure the network is that it was shown a face, 0 to 1.
    """

    points: npt.NDArray[np.float32]
    upright: npt.NDArray[np.float32]
    square: Square
    crop: npt.NDArray[np.uint8]
    presence: float


class MeshNetwork(PackagedNetwork):
    """The network; see ``PackagedNetwork``."""

    file = FACE_MESH

    def read(self, image: Image, squares: Sequence[Square]) -> list[Mesh]:
        """The meshes of what the squares show; all in one batch, in their order."""
        if not squares:
            return []
        crops = np.stack([cut_square(image, square) for square in squares])
        raw, presence = self._session.run(["points", "presence"], {"pixels": crops})
        upright = np.asarray(raw, np.float32).reshape(-1, POINTS, 3)
        sure = 1 / (1 + np.exp(-np.asarray(presence, np.float64).reshape(-1)))
        return [
            Mesh(square.to_picture(each), each, square, crop, float(seen))
            for square, each, crop, seen in zip(squares, upright, crops, sure, strict=True)
        ]


def cut_square(image: Image, square: Square) -> npt.NDArray[np.uint8]:
    """What the network is shown: ``(256, 256, 3)`` uint8; black where the picture ends."""
    step = square.side / INPUT_SIDE
    if step > 2:
        # Warping reads four pixels for each that it writes: much larger pictures are brought down.
        image, square, step = _smaller(image, square, step)
    turn = math.radians(square.roll)
    cosine, sine = math.cos(turn) * step, math.sin(turn) * step
    half = (INPUT_SIDE - 1) / 2
    # From the input's pixels to the picture's; pixel centres are at whole numbers in OpenCV.
    matrix = np.array(
        [
            [cosine, -sine, square.x - 0.5 - cosine * half + sine * half],
            [sine, cosine, square.y - 0.5 - sine * half - cosine * half],
        ],
        np.float64,
    )
    crop = cv2.warpAffine(
        image,
        matrix,
        (INPUT_SIDE, INPUT_SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
    return np.asarray(crop, np.uint8)


def _smaller(image: Image, square: Square, step: float) -> tuple[Image, Square, float]:
    """What is around a square, averaged down to two pixels for each of the network's input."""
    reach = square.side * 0.71 + 2
    left, top = max(0, math.floor(square.x - reach)), max(0, math.floor(square.y - reach))
    right = min(image.shape[1], max(math.ceil(square.x + reach), left + 1))
    bottom = min(image.shape[0], max(math.ceil(square.y + reach), top + 1))
    region = image[top:bottom, left:right]
    if region.size == 0:
        return image, square, step
    width, height = (max(1, round(size * 2 / step)) for size in (right - left, bottom - top))
    smaller = cv2.resize(region, (width, height), interpolation=cv2.INTER_AREA)
    across, down = width / (right - left), height / (bottom - top)
    moved = Square(
        (square.x - left) * across, (square.y - top) * down, square.side * across, square.roll
    )
    return np.asarray(smaller, np.uint8), moved, step * across


def square_of_mesh(mesh: Mesh) -> Square:
    """The square that shows the same face best, by its points: for the next frame of a video."""
    x, y = mesh.points[:, 0], mesh.points[:, 1]
    roll = math.degrees(math.atan2(y[263] - y[33], x[263] - x[33]))
    turn = math.radians(roll)
    along = x * math.cos(turn) + y * math.sin(turn)
    across = -x * math.sin(turn) + y * math.cos(turn)
    middle = [(values.min() + values.max()) / 2 for values in (along, across)]
    side = _SCALE * max(np.ptp(along), np.ptp(across))
    return Square(
        middle[0] * math.cos(turn) - middle[1] * math.sin(turn),
        middle[0] * math.sin(turn) + middle[1] * math.cos(turn),
        float(side),
        roll,
    )


def square_of_detection(detection: Detection) -> Square:
    """The square that shows a face that was found, by its box and the roll of its eyes.

    The numbers are the medians over 351 photos of what ``square_of_mesh`` settles on: within 6 %
    of the side, so that one look is enough.
    """
    left, top, right, bottom = detection.xyxy
    size = math.sqrt(detection.width * detection.height)
    roll = roll_of(detection)
    turn = math.radians(roll)
    down = _DOWN_OF_BOX * size
    return Square(
        (left + right) / 2 - math.sin(turn) * down,
        (top + bottom) / 2 + math.cos(turn) * down,
        _SIDE_OF_BOX * size,
        roll,
    )
