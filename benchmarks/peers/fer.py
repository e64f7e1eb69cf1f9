"""fer: TFLite mini-Xception on 64×64 faces; Haar by default, MTCNN on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DISTRIBUTION = "fer"
IMPORT = "from fer.fer import FER"
VARIANTS = ("fer", "fer (MTCNN)")
NOTE = (
    "its README's `from fer import FER` is an ImportError in 25.10.3, `from fer.fer import FER` "
    "works; it has no setting for threads, and runs a batch face by face"
)


class Subject:
    """``FER()``, as its README makes it, or ``FER(mtcnn=True)``."""

    def __init__(self, variant: str, threads: int) -> None:
        try:
            from fer import FER
        except ImportError:
            from fer.fer import FER
        self._detector = FER(mtcnn=variant == "fer (MTCNN)")

    def classify(self, faces: np.ndarray) -> None:
        """Classify ``uint8 (n, 48, 48)`` grey faces, prepared as ``detect_emotions`` does.

        Its public method would add margins around each crop first; this is only faster.
        """
        import cv2
        import numpy as np

        large = np.stack([cv2.resize(face, (64, 64)) for face in faces]).astype(np.float32)
        self._detector._classify_emotions((large / 255.0 - 0.5) * 2.0)

    def analyze(self, photo: np.ndarray) -> int:
        """Read ``uint8 (H, W, 3)`` RGB; the number of faces."""
        # Its README reads with OpenCV, which gives BGR.
        return len(self._detector.detect_emotions(photo[:, :, ::-1].copy()))
