"""The contract of face detectors: what they are given, and what they say of a face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mien.errors import UsageError
from mien.results import Box, Point

Image = npt.NDArray[np.uint8]
"""``uint8 (H, W, 3)``, RGB."""

FloatArray = npt.NDArray[np.float32]

DEFAULT_DETECTOR = "centerface"

LOW_SHARE = 0.4
"""A *sensitive* detector tells of faces down to this share of its own threshold: the low scores of
ByteTrack's second pass, which a tracker has confirmed over time."""


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


def check_image(image: Image) -> Image:
    """Return ``image`` when it is ``uint8 (H, W, 3)``; raises ``UsageError`` otherwise."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise UsageError(
            f"the image is {image.dtype} {image.shape}, expected uint8 (height, width, 3) in RGB"
        )
    return image
