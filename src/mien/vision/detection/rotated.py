"""Find rolled faces: look at turned copies of the image too and map what is found back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from mien.errors import UsageError
from mien.options import finite, kind_of
from mien.results import Point
from mien.vision.detection.boxes import finish, same_face
from mien.vision.detection.detector import (
    Detection,
    Detector,
    Image,
    check_detector,
    check_image,
    input_pixels_of,
    sure_score_of,
)

ANGLES = (-90.0, -45.0, 45.0, 90.0)
"""Degrees by which copies are turned counter-clockwise. CenterFace finds faces rolled by up to 30
degrees as well as upright ones, so these reach every roll up to 90; see docs/decisions/0004."""

SCORE_TIE = 0.15
"""Of the copies whose score for a face is this close to the best, the one with the most level eyes
tells its box and landmarks: that lowers the error of the roll."""

MAX_EXTENT = 2800
"""Images whose width and height in pixels add up to more are made smaller before they are turned,
so that a copy has at most four megapixels, whatever the image's shape."""


class RotatedDetector:
    """Another detector, run on the image and on turned copies of it.

    A face found in several of them is kept once. Every copy is looked at, because one picture may
    hold both upright and rolled faces; so it takes five times as long as the detector inside.

    Parameters
    ----------
    detector : Detector
        Finds the faces in each copy. Its smallest face is in pixels of the copy, which are those
        of the image up to ``MAX_EXTENT``.
    angles : sequence of float
        Degrees by which the copies are turned counter-clockwise; 0 is always looked at.

    Raises
    ------
    UsageError
        If the detector is none, or an angle is not a finite number.
    """

    def __init__(self, detector: Detector, angles: Sequence[float] = ANGLES) -> None:
        self.detector = check_detector(detector)
        if isinstance(angles, str) or not isinstance(angles, Iterable):
            raise UsageError(f"angles is {kind_of(angles)}, expected numbers in a sequence")
        self.angles = tuple(finite("an angle", degrees) for degrees in angles)

    @property
    def name(self) -> str:
        """Name of the detector inside."""
        return self.detector.name

    @property
    def sure_score(self) -> float:
        """Score from which the detector inside is sure of a face."""
        return sure_score_of(self.detector)

    @property
    def input_pixels(self) -> int | None:
        """Area in pixels to which the detector inside brings larger images."""
        return input_pixels_of(self.detector)

    def detect(self, image: Image) -> list[Detection]:
        """Find the faces in ``image``, ``uint8 (H, W, 3)`` RGB; largest first, [] for none.

        The box of a face found in a turned copy is upright too: see ``turn_back``.
        """
        height, width = check_image(image).shape[:2]
        found = [_Sighting(each, _eye_slope(each)) for each in self.detector.detect(image)]
        small = _at_most(image, MAX_EXTENT)
        small_height, small_width = small.shape[:2]
        for degrees in self.angles:
            turn = plan_turn(small_width, small_height, degrees)
            for seen in self.detector.detect(turn_image(small, turn)):
                upright = _stretch(
                    turn_back(seen, turn), width / small_width, height / small_height
                )
                found.append(_Sighting(upright, _eye_slope(seen)))
        return finish(_merge_turns(found), width=width, height=height, min_face=0.0)


@dataclass(frozen=True, slots=True)
class _Sighting:
    detection: Detection
    eye_slope: float
    """Degrees by which the eyes are off level in the copy where the face was seen."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How an image is turned.

    Attributes
    ----------
    degrees : float
        Counter-clockwise.
    matrix : float64 ndarray of shape (2, 3)
        Takes points of the image to points of the copy. Points are measured from the top left
        corner of the top left pixel, as in boxes.
    width, height : int
        Size of the copy in pixels; the whole image fits in.
    """

    degrees: float
    matrix: npt.NDArray[np.float64]
    width: int
    height: int


def plan_turn(width: int, height: int, degrees: float) -> Turn:
    """Plan to turn an image of ``width`` by ``height`` pixels about its centre."""
    radians = math.radians(degrees)
    cosine, sine = math.cos(radians), math.sin(radians)
    new_width = math.ceil(abs(cosine) * width + abs(sine) * height - 1e-6)
    new_height = math.ceil(abs(sine) * width + abs(cosine) * height - 1e-6)
    # y points down in an image, so this turns counter-clockwise as the viewer sees it.
    linear = np.array([[cosine, sine], [-sine, cosine]])
    shift = np.array([new_width, new_height]) / 2 - linear @ (np.array([width, height]) / 2)
    return Turn(degrees, np.column_stack([linear, shift]), new_width, new_height)


def turn_image(image: Image, turn: Turn) -> Image:
    """The turned copy, ``uint8 (turn.height, turn.width, 3)``; corners get the mean colour."""
    matrix = turn.matrix.copy()
    # OpenCV measures from the centre of the top left pixel, half a pixel further in.
    matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
    colour = cv2.mean(image)
    turned = cv2.warpAffine(
        image,
        matrix,
        (turn.width, turn.height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=colour,
    )
    return turned.astype(np.uint8, copy=False)


def turn_points_back(points: Iterable[Point], turn: Turn) -> tuple[Point, ...]:
    """Map points of the copy to points of the image."""
    linear, shift = turn.matrix[:, :2], turn.matrix[:, 2]
    original = (np.array(list(points), np.float64) - shift) @ np.linalg.inv(linear).T
    return tuple((float(x), float(y)) for x, y in original)


def turn_back(detection: Detection, turn: Turn) -> Detection:
    """Map a face found in the copy to the image.

    The box is the upright rectangle around the ellipse that fills the turned box: a face is round,
    and the rectangle around the turned box itself would be up to 1.4 times too large. On its side a
    face's width and height change places, and the box's area stays nearly the same at every roll.
    """
    left, top, right, bottom = detection.xyxy
    ((x, y),) = turn_points_back([((left + right) / 2, (top + bottom) / 2)], turn)
    radians = math.radians(turn.degrees)
    across, along = detection.width / 2, detection.height / 2
    half_width = math.hypot(across * math.cos(radians), along * math.sin(radians))
    half_height = math.hypot(across * math.sin(radians), along * math.cos(radians))
    landmarks = detection.landmarks
    return Detection(
        (x - half_width, y - half_height, x + half_width, y + half_height),
        detection.score,
        None if landmarks is None else turn_points_back(landmarks, turn),
    )


def _at_most(image: Image, extent: int) -> Image:
    height, width = image.shape[:2]
    scale = extent / max(1, height + width)
    if scale >= 1:
        return image
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _stretch(detection: Detection, x: float, y: float) -> Detection:
    left, top, right, bottom = detection.xyxy
    landmarks = detection.landmarks
    return Detection(
        (left * x, top * y, right * x, bottom * y),
        detection.score,
        None if landmarks is None else tuple((px * x, py * y) for px, py in landmarks),
    )


def _merge_turns(sightings: Sequence[_Sighting]) -> list[Detection]:
    """Keep each face once: the highest score, with the box from where its eyes are most level."""
    groups: list[list[_Sighting]] = []
    for sighting in sorted(sightings, key=lambda each: -each.detection.score):
        for group in groups:
            head = group[0].detection
            if same_face(sighting.detection, head) or _close(sighting.detection, head):
                group.append(sighting)
                break
        else:
            groups.append([sighting])
    merged = []
    for group in groups:
        best_score = group[0].detection.score
        near = [each for each in group if each.detection.score >= best_score - SCORE_TIE]
        straightest = min(near, key=lambda each: each.eye_slope)
        merged.append(replace(straightest.detection, score=best_score))
    return merged


def _eye_slope(detection: Detection) -> float:
    """Degrees by which the eye line is off level, 0 to 180; 0 without landmarks."""
    if detection.landmarks is None:
        return 0.0
    (left_x, left_y), (right_x, right_y) = detection.landmarks[:2]
    return abs(math.degrees(math.atan2(right_y - left_y, right_x - left_x)))


def _close(one: Detection, other: Detection) -> bool:
    dx = one.xyxy[0] + one.xyxy[2] - other.xyxy[0] - other.xyxy[2]
    dy = one.xyxy[1] + one.xyxy[3] - other.xyxy[1] - other.xyxy[3]
    return math.hypot(dx, dy) / 2 < min(one.height, other.height) / 2
