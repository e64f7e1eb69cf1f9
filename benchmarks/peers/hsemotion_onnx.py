"""hsemotion-onnx: EfficientNet-B0 on 224×224 faces; it has no detector."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DISTRIBUTION = "hsemotion-onnx"
IMPORT = "from hsemotion_onnx.facial_emotions import HSEmotionRecognizer"
VARIANTS = ("hsemotion-onnx",)
NOTE = "classifier only, without a detector; weights come from the network on first use"


class Subject:
    """``HSEmotionRecognizer`` with the model that it takes by default."""

    def __init__(self, variant: str, threads: int) -> None:
        from hsemotion_onnx.facial_emotions import HSEmotionRecognizer

        self._recognizer = HSEmotionRecognizer()

    def classify(self, faces: np.ndarray) -> None:
        """Classify ``uint8 (n, 48, 48)`` grey faces."""
        import cv2

        self._recognizer.predict_multi_emotions(
            [cv2.cvtColor(face, cv2.COLOR_GRAY2RGB) for face in faces]
        )
