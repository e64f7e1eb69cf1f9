"""Viola and Jones's boosted cascade of Haar features (CVPR 2001), as OpenCV ships it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from mien.errors import ModelFileError
from mien.vision.detect import Detection, Image, check_image, finish, register_detector

CASCADE = "haarcascade_frontalface_default.xml"


class Haar:
    """OpenCV's frontal-face cascade, on the grey image with its histogram equalised."""

    name = "haar"

    def __init__(
        self, *, threads: int = 1, min_face: float = 24.0, score_threshold: float = 0.5
    ) -> None:
        self.min_face = min_face
        self.score_threshold = score_threshold
        path = Path(cv2.data.haarcascades) / CASCADE
        self._cascade = cv2.CascadeClassifier(str(path))
        if self._cascade.empty():
            raise ModelFileError(
                "OpenCV cannot read this cascade",
                where=path,
                hint="reinstall with: pip install --force-reinstall opencv-python-headless",
            )

    def detect(self, image: Image) -> list[Detection]:
        """Find the faces in ``image``, ``uint8 (H, W, 3)`` RGB; largest first, [] for none."""
        height, width = check_image(image).shape[:2]
        grey = cv2.equalizeHist(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
        boxes, levels, weights = self._cascade.detectMultiScale3(
            grey, 1.1, 5, minSize=(24, 24), outputRejectLevels=True
        )
        found = [
            Detection((float(x), float(y), float(x + w), float(y + h)), float(1 / (1 + np.exp(-s))))
            for (x, y, w, h), s in zip(boxes, np.ravel(weights), strict=True)
        ]
        return finish(found, width=width, height=height, min_face=self.min_face)


register_detector("haar")(Haar)
