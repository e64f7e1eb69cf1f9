"""Mien itself, measured through the same door as its peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DISTRIBUTION = "mien"
IMPORT = "from mien import Analyzer, read_image"
MODELS = {"mien (fast)": "fast", "mien (small)": "small"}
VARIANTS = ("mien", *MODELS, "mien (Haar)")
CLASSIFIERS = ("mien", *MODELS)
NOTE = (
    "CenterFace and the default model; the rows (fast) and (small) are `--model fast` and "
    "`--model small`, the row (Haar) `--detector haar`"
)


class Subject:
    """Mien with one of its detectors and models."""

    def __init__(self, variant: str, threads: int) -> None:
        from mien import Analyzer

        detector = "haar" if variant == "mien (Haar)" else "centerface"
        self._analyzer = Analyzer(detector=detector, model=MODELS.get(variant), threads=threads)

    def classify(self, faces: np.ndarray) -> None:
        """Classify ``uint8 (n, 48, 48)`` grey faces."""
        self._analyzer.classifier.classify(faces)

    def analyze(self, photo: np.ndarray) -> int:
        """Read ``uint8 (H, W, 3)`` RGB; the number of faces."""
        return len(self._analyzer.analyze(photo).faces)
