"""deepface: emotion only, OpenCV's Haar detector by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DISTRIBUTION = "deepface"
IMPORT = "from deepface import DeepFace"
VARIANTS = ("deepface",)
NOTE = "`DeepFace.analyze` with `actions=['emotion']`; weights come from the network on first use"


class Subject:
    """``DeepFace.analyze``, as its README calls it."""

    def __init__(self, variant: str, threads: int) -> None:
        from deepface import DeepFace

        self._analyze = DeepFace.analyze

    def classify(self, faces: np.ndarray) -> None:
        """Classify ``uint8 (n, 48, 48)`` grey faces, without detection."""
        import cv2

        coloured = [cv2.cvtColor(face, cv2.COLOR_GRAY2BGR) for face in faces]
        self._analyze(
            coloured,
            actions=["emotion"],
            detector_backend="skip",
            enforce_detection=False,
            silent=True,
        )

    def analyze(self, photo: np.ndarray) -> int:
        """Read ``uint8 (H, W, 3)`` RGB; the number of faces."""
        return len(self._analyze(photo[:, :, ::-1].copy(), actions=["emotion"], silent=True))
