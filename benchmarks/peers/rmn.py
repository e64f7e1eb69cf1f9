"""rmn: Residual Masking Network on 224×224 faces, YuNet detector."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DISTRIBUTION = "rmn"
IMPORT = "from rmn import RMN"
VARIANTS = ("rmn",)
NOTE = "runs a batch face by face; its import fetches weights from the network"


class Subject:
    """``RMN()``, as its README makes it."""

    def __init__(self, variant: str, threads: int) -> None:
        from rmn import RMN

        self._network = RMN()

    def classify(self, faces: np.ndarray) -> None:
        """Classify ``uint8 (n, 48, 48)`` grey faces."""
        for face in faces:
            self._network.detect_emotion_for_single_face_image(face)

    def analyze(self, photo: np.ndarray) -> int:
        """Read ``uint8 (H, W, 3)`` RGB; the number of faces."""
        return len(self._network.detect_emotion_for_single_frame(photo[:, :, ::-1].copy()))
