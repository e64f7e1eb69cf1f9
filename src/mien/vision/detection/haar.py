"""Viola and Jones's cascade of Haar features (CVPR 2001) in OpenCV: for upright faces only."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mien.errors import ModelFileError
from mien.options import between_zero_and_one, flag, positive, whole_number
from mien.vision.detection.boxes import finish
from mien.vision.detection.detector import LOW_SHARE, Detection, Image, check_image

CASCADE = "haarcascade_frontalface_default.xml"

WINDOW = 24
"""Side in pixels of the cascade's window, and of the smallest face it can find."""

EASE = 1.5
"""``min_face`` is searched at this many times the cascade's window, where enough of the windows
around a face agree on it."""

SEARCH_PIXELS = 1280 * 960
"""Larger images are made smaller before the search, unless ``min_face`` needs the size."""

SCORE_SLOPE = 0.87
SCORE_OFFSET = -3.75
"""Map the last stage's weight w to the score 1 / (1 + exp(-(slope * w + offset))). Fitted to 195
true and 65 false boxes, both kinds given the same weight; not a probability for any one photo."""

BOX_WIDTH, BOX_HEIGHT, BOX_DOWN = 0.92, 1.12, 0.04
"""Size and downward shift of CenterFace's box in sides of Haar's square, median of 89 faces. Boxes
are brought to it, so that a face is cropped alike whichever detector found it."""


class Haar:
    """OpenCV's frontal-face cascade on the grey image with its histogram equalised.

    Parameters
    ----------
    threads : int
        CPU threads.
    min_face : float
        Shortest side in pixels of a box that is kept. The cascade finds none under 24 pixels.
    score_threshold : float
        Lowest score of a face, 0 to 1: see ``SCORE_SLOPE``.
    sensitive : bool
        Tell of doubtful faces, too, for a tracker.

    Raises
    ------
    ModelFileError
        If OpenCV's cascade file is missing or damaged.
    UsageError
        If an option is out of range.
    """

    name = "haar"
    input_pixels = SEARCH_PIXELS

    def __init__(
        self,
        *,
        threads: int = 1,
        min_face: float | None = None,
        score_threshold: float = 0.2,
        sensitive: bool = False,
    ) -> None:
        self.threads = whole_number("threads", threads, least=1)
        self.min_face = None if min_face is None else positive("min_face", min_face, unit="pixels")
        self.sure_score = between_zero_and_one("score_threshold", score_threshold)
        sensitive = flag("sensitive", sensitive)
        self.score_threshold = LOW_SHARE * self.sure_score if sensitive else self.sure_score
        self._open()

    def _open(self) -> None:
        path = Path(cv2.__file__).parent / "data" / CASCADE
        self._cascade = cv2.CascadeClassifier(str(path)) if path.is_file() else None
        if self._cascade is None or self._cascade.empty():
            raise ModelFileError(
                "OpenCV cannot read its face cascade",
                where=path,
                hint="reinstall with: pip install --force-reinstall opencv-python-headless",
            )

    def __getstate__(self) -> dict[str, Any]:
        # OpenCV's cascade cannot be pickled.
        return {key: value for key, value in vars(self).items() if key != "_cascade"}

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
        if min(height, width) < WINDOW:
            return []
        scale = min(1.0, math.sqrt(SEARCH_PIXELS / (height * width)))
        if self.min_face is not None:
            scale = max(scale, min(1.0, EASE * WINDOW / self.min_face))
        squares, weights = self._search(image, scale)
        scores = 1 / (1 + np.exp(-(SCORE_SLOPE * weights + SCORE_OFFSET)))
        found = [
            Detection(_usual_box(*(float(value) / scale for value in square)), float(score))
            for square, score in zip(squares, scores, strict=True)
            if score >= self.score_threshold
        ]
        return finish(found, width=width, height=height, min_face=self.min_face or 0.0)

    def _search(self, image: Image, scale: float) -> tuple[np.ndarray, np.ndarray]:
        """Squares ``(n, 4)`` (left, top, width, height) at ``scale`` and weights ``(n,)``."""
        assert self._cascade is not None
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if scale < 1:
            size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
            grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        side = max(WINDOW, math.floor((self.min_face or 0) * scale))
        # The cascade's number of threads can only be set for all of OpenCV.
        threads_before = cv2.getNumThreads()
        cv2.setNumThreads(self.threads)
        try:
            squares, _stages, weights = self._cascade.detectMultiScale3(
                cv2.equalizeHist(grey),
                scaleFactor=1.1,
                minNeighbors=5,
                minSize=(side, side),
                outputRejectLevels=True,
            )
        finally:
            cv2.setNumThreads(threads_before)
        return np.reshape(squares, (-1, 4)), np.ravel(weights)


def _usual_box(
    left: float, top: float, width: float, height: float
) -> tuple[float, float, float, float]:
    centre_x, centre_y = left + width / 2, top + (0.5 + BOX_DOWN) * height
    half_width, half_height = BOX_WIDTH * width / 2, BOX_HEIGHT * height / 2
    return (
        centre_x - half_width,
        centre_y - half_height,
        centre_x + half_width,
        centre_y + half_height,
    )
