"""The contract of face detectors: what they are given, and what they say of a face."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mien.errors import UsageError
from mien.options import kind_of
from mien.results import Box, Point

Image = npt.NDArray[np.uint8]
"""``uint8 (H, W, 3)``, RGB."""

FloatArray = npt.NDArray[np.float32]

DEFAULT_DETECTOR = "centerface"

LOW_SHARE = 0.4
"""A *sensitive* detector tells of faces down to this share of its own threshold: the low scores of
ByteTrack's second pass, which a tracker has confirmed over time."""


LEAST_SIZE = 32
"""Lowest value in pixels of a detector's option ``size``: CenterFace's network halves its input
five times."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One face that a detector found.

    Attributes
    ----------
    xyxy : tuple of 4 float
        Left, top, right, bottom in pixels of the image that was searched, clipped to it.
    score : float
        The detector's confidence, 0 to 1. Scores of different detectors are not comparable.
    landmarks : tuple of 5 (x, y) or None
        In the order of ``mien.results.LANDMARK_NAMES``, in pixels; they may lie outside the image.
        None when the detector gives none.
    """

    xyxy: Box
    score: float
    landmarks: tuple[Point, ...] | None = None

    @property
    def width(self) -> float:
        """Width of the box in pixels."""
        return self.xyxy[2] - self.xyxy[0]

    @property
    def height(self) -> float:
        """Height of the box in pixels."""
        return self.xyxy[3] - self.xyxy[1]

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        return self.width * self.height


class Detector(Protocol):
    """Anything that finds faces in an image.

    Two attributes are optional. ``sure_score`` is the score from which a face is surely one, 0 to
    1; below it a tracker waits for a second sighting. ``input_pixels`` is the area in pixels to
    which larger images are brought before the network sees them, so that a caller who decodes
    photos need not decode much more. See ``sure_score_of`` and ``input_pixels_of``.
    """

    @property
    def name(self) -> str:
        """Name under which the detector is registered."""
        ...

    def detect(self, image: Image) -> list[Detection]:
        """Find the faces in ``image``, ``uint8 (H, W, 3)`` RGB; largest first, [] for none."""
        ...


def sure_score_of(detector: Detector) -> float:
    """Score from which ``detector`` is sure of a face; 0, so that it always is, if it says none."""
    return float(getattr(detector, "sure_score", 0.0))


def input_pixels_of(detector: Detector) -> int | None:
    """Area in pixels to which ``detector`` brings larger images; None if it does not say."""
    pixels: int | None = getattr(detector, "input_pixels", None)
    return pixels


def check_detector(detector: Detector) -> Detector:
    """Return ``detector`` when it has a name and can detect; raises ``UsageError`` otherwise."""
    named = isinstance(getattr(detector, "name", None), str)
    if isinstance(detector, type) or not named or not callable(getattr(detector, "detect", None)):
        shown = (
            f"the class {detector.__name__}" if isinstance(detector, type) else kind_of(detector)
        )
        raise UsageError(
            f"detector is {shown}",
            hint="give a detector's name, or an object with a name and detect(image)",
        )
    return detector


def check_detections(found: list[Detection], name: str) -> list[Detection]:
    """Return what a detector found, when it keeps to the contract; raises ``UsageError`` if not.

    What detectors of other people return reaches the cutting of faces, which would fail there in
    words about arrays.
    """
    if not isinstance(found, (list, tuple)):
        raise UsageError(
            f"the detector {name!r} returned {kind_of(found)}, expected a list of mien.Detection"
        )
    for each in found:
        if not isinstance(each, Detection):
            raise UsageError(
                f"the detector {name!r} returned {kind_of(each)} for a face",
                hint="return mien.Detection((left, top, right, bottom), score)",
            )
        if not all(map(math.isfinite, each.xyxy)) or each.width <= 0 or each.height <= 0:
            raise UsageError(
                f"the detector {name!r} returned the box {each.xyxy}",
                hint="give left, top, right, bottom in pixels",
            )
    return list(found)


def check_image(image: Image) -> Image:
    """Return ``image`` when it is ``uint8 (H, W, 3)``; raises ``UsageError`` otherwise."""
    if not isinstance(image, np.ndarray):
        raise UsageError(
            f"the image is {kind_of(image)}, expected uint8 (height, width, 3) in RGB",
            hint="mien.read_image gives such pixels of a file, bytes or a PIL picture",
        )
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise UsageError(
            f"the image is {image.dtype} {image.shape}, expected uint8 (height, width, 3) in RGB",
            hint=_remedy(image),
        )
    return image


def _remedy(image: npt.NDArray[Any]) -> str | None:
    """What makes the usual other arrays into pixels."""
    if image.dtype == np.uint8:
        if image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 1):
            return "make grey into RGB: np.dstack([grey] * 3)"
        if image.ndim == 3 and image.shape[2] == 4:
            return "leave out transparency: image[..., :3]"
        if image.ndim == 3 and image.shape[0] == 3:
            return "put the channels last: image.transpose(1, 2, 0)"
        if image.ndim == 4:
            return "give several pictures as a list: list(images)"
        return None
    if image.dtype == bool:
        return "make True white: image.astype(np.uint8) * 255"
    if image.dtype.kind == "f":
        return "scale 0 to 1 up: (image * 255).round().astype(np.uint8)"
    if image.dtype == np.uint16:
        return "scale 16 bits down: (image // 257).astype(np.uint8)"
    return None
