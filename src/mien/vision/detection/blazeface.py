"""BlazeFace, a fast detector for faces that are not small (Bazarevsky et al., arXiv:1907.05047)."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from mien.options import between_zero_and_one, flag, positive, whole_number
from mien.packaged import BLAZEFACE_FAR, BLAZEFACE_NEAR, PackagedFile, packaged_path
from mien.vision.detection.boxes import each_face_once, finish
from mien.vision.detection.detector import (
    LOW_SHARE,
    Detection,
    FloatArray,
    Image,
    check_image,
)
from mien.vision.network import open_session

LEAST_FACE = 16.0
"""Default ``min_face``, in pixels of the image."""

_THRESHOLD = 0.5

OVERLAP = 0.3
"""Boxes that overlap more (intersection over union) are one face, and are averaged."""

MOUTH_WIDTH = 0.81
"""Width of the mouth over the distance of the eyes, the median of CenterFace's corners over 211
photos: BlazeFace gives the mouth's middle only."""

_EYES, _MOUTH, _NOSE = (0, 1), 3, 2  # among its six points; the last two are the ears


@dataclass(frozen=True)
class _Network:
    """One of the two networks: its file, its input, its grids, and how its boxes lie to others'.

    ``grids`` are cells across, and boxes a cell. ``width``, ``height``, ``down``: size and downward
    shift of CenterFace's box in sides of this network's, medians of the same faces. Boxes are
    brought to it, so that a face is cropped alike whichever detector found it.
    """

    file: PackagedFile
    side: int
    grids: tuple[tuple[int, int], ...]
    width: float
    height: float
    down: float

    @functools.cached_property
    def centres(self) -> FloatArray:
        """Where each box is expected, ``(n, 2)``, in pixels of the input."""
        parts = []
        for cells, boxes in self.grids:
            y, x = np.mgrid[:cells, :cells].astype(np.float32)
            centres = (np.stack([x.ravel(), y.ravel()], axis=1) + 0.5) * (self.side / cells)
            parts.append(np.repeat(centres, boxes, axis=0))
        return np.concatenate(parts).astype(np.float32)


_NEAR = _Network(BLAZEFACE_NEAR, 128, ((16, 2), (8, 6)), 0.893, 1.059, -0.097)
_FAR = _Network(BLAZEFACE_FAR, 192, ((48, 1),), 0.875, 1.044, -0.047)


class BlazeFace:
    """MediaPipe's two networks: one for faces that fill the picture, one for smaller ones.

    Six times as fast as CenterFace, and as good for faces from about a fifth of the
    picture's longer side on (an eighth: two of three, a twelfth: one of four); for cameras and
    videos in which people are near. Of its landmarks the corners of the
    mouth are not seen but set beside the middle of the mouth, along the line of the eyes.

    Parameters
    ----------
    threads : int
        CPU threads.
    min_face : float, optional
        Shortest side in pixels of a box that is kept; 16 by default.
    score_threshold : float
        Lowest score of a face, 0 to 1.
    sensitive : bool
        Tell of doubtful faces, too: a tracker has them confirmed over time.

    Raises
    ------
    ModelFileError
        If the weights are missing or ONNX Runtime cannot read them.
    UsageError
        If an option is out of range.
    """

    name = "blazeface"

    def __init__(
        self,
        *,
        threads: int = 1,
        min_face: float | None = None,
        score_threshold: float | None = None,
        sensitive: bool = False,
    ) -> None:
        self.threads = whole_number("threads", threads, least=1)
        self.min_face = (
            LEAST_FACE if min_face is None else positive("min_face", min_face, unit="pixels")
        )
        self.sure_score = between_zero_and_one(
            "score_threshold", _THRESHOLD if score_threshold is None else score_threshold
        )
        share = LOW_SHARE if flag("sensitive", sensitive) else 1.0
        self.score_threshold = share * self.sure_score
        self.input_pixels = _FAR.side * _FAR.side
        self._open()

    def _open(self) -> None:
        self._sessions = [
            open_session(
                packaged_path(each.file),
                threads=self.threads,
                hint="check it with: mien models verify",
            )
            for each in (_NEAR, _FAR)
        ]

    def __getstate__(self) -> dict[str, Any]:
        # A session cannot be pickled: whoever unpickles opens the files of its own installation.
        return {key: value for key, value in vars(self).items() if key != "_sessions"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._open()

    def detect(self, image: Image) -> list[Detection]:
        """Find the faces in ``image``, ``uint8 (H, W, 3)`` RGB; largest first, [] for none.

        Raises
        ------
        UsageError
            If the image has another shape or dtype.
        """
        height, width = check_image(image).shape[:2]
        found: list[Detection] = []
        for network, session in zip((_NEAR, _FAR), self._sessions, strict=True):
            pixels, scale = _fitted(image, network.side)
            boxes, scores = session.run(["boxes", "scores"], {"pixels": pixels[None]})
            found += _faces(network, boxes[0], scores[0, :, 0], scale, self.score_threshold)
        return finish(each_face_once(found), width=width, height=height, min_face=self.min_face)


def _fitted(image: Image, side: int) -> tuple[Image, float]:
    """The whole image in the corner of a square, black beside it; and by how much it was scaled."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    square = np.zeros((side, side, 3), np.uint8)
    square[: size[1], : size[0]] = cv2.resize(image, size, interpolation=way)
    return square, scale


def _faces(
    network: _Network, boxes: FloatArray, logits: FloatArray, scale: float, least: float
) -> Iterator[Detection]:
    """Boxes that overlap, averaged by their scores, as MediaPipe does it."""
    scores = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
    rows = np.flatnonzero(scores >= least)
    rows = rows[np.argsort(-scores[rows])]
    centres = network.centres[rows]
    # Centre, size and six points of each, in pixels of the image.
    values = boxes[rows].reshape(-1, 8, 2).astype(np.float64)
    values[:, 0] += centres
    values[:, 2:] += centres[:, None]
    values /= scale
    corners = np.concatenate(
        [values[:, 0] - values[:, 1] / 2, values[:, 0] + values[:, 1] / 2], axis=1
    )
    free = np.ones(len(rows), bool)
    for first in range(len(rows)):
        if not free[first]:
            continue
        same = free & (_overlaps(corners[first], corners) > OVERLAP)
        same[first] = True
        free &= ~same
        weights = scores[rows[same]]
        mean = (values[same] * weights[:, None, None]).sum(axis=0) / weights.sum()
        yield _detection(network, mean, float(scores[rows[first]]))


def _overlaps(one: FloatArray, others: FloatArray) -> FloatArray:
    low, high = np.maximum(one[:2], others[:, :2]), np.minimum(one[2:], others[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    return np.asarray(shared / (areas + np.prod(one[2:] - one[:2]) - shared + 1e-9))


def _detection(network: _Network, mean: FloatArray, score: float) -> Detection:
    """A face in CenterFace's terms, from the centre, size and six points."""
    (x, y), (side, _), points = mean[0], mean[1], mean[2:]
    left_eye, right_eye = points[_EYES[0]], points[_EYES[1]]
    half_mouth = (right_eye - left_eye) * MOUTH_WIDTH / 2
    five = (
        left_eye,
        right_eye,
        points[_NOSE],
        points[_MOUTH] - half_mouth,
        points[_MOUTH] + half_mouth,
    )
    # Down the face, which may be rolled.
    across = right_eye - left_eye
    length = math.hypot(*across) or 1.0
    down = network.down * side
    x, y = x - across[1] / length * down, y + across[0] / length * down
    half_width, half_height = network.width * side / 2, network.height * side / 2
    return Detection(
        (
            float(x - half_width),
            float(y - half_height),
            float(x + half_width),
            float(y + half_height),
        ),
        score,
        tuple((float(a), float(b)) for a, b in five),
    )
