"""What every stage passes on and every sink writes: a ``Frame`` and the faces in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mien.emotions import UNSURE

SCHEMA = "mien.frame/1"
"""Name and version of the JSON form of a ``Frame``; documented in ``docs/schema.md``."""

LANDMARK_NAMES = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
"""Order of the five landmarks. Left and right are the viewer's, as they stand in the picture."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Face:
    """One face and its expression.

    Attributes
    ----------
    xyxy : tuple of 4 float
        Left, top, right, bottom of the box in pixels of the upright image.
    score : float
        The detector's confidence that this is a face, 0 to 1.
    landmarks : tuple of 5 (x, y) or None
        In the order of ``LANDMARK_NAMES``, in pixels of the upright image; None when the
        detector gives none (Haar).
    probabilities : dict of str to float
        Calibrated probability of each FER2013 emotion; they sum to 1.
    ferplus : dict of str to float
        Calibrated probability of each FER+ emotion; empty when the model has no such head.
    unsure : bool
        Whether the top probability is under the model's threshold.
    """

    xyxy: Box
    score: float
    landmarks: tuple[Point, ...] | None
    probabilities: dict[str, float]
    ferplus: dict[str, float]
    unsure: bool

    @property
    def top_emotion(self) -> str:
        """The emotion with the highest probability, however low."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def label(self) -> str:
        """``top_emotion``, or ``"unsure"`` when the model would rather not say."""
        return UNSURE if self.unsure else self.top_emotion

    @property
    def confidence(self) -> float:
        """The top probability, 0 to 1."""
        return max(self.probabilities.values())

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        left, top, right, bottom = self.xyxy
        return max(0.0, right - left) * max(0.0, bottom - top)

    def to_dict(self) -> dict[str, Any]:
        """Plain types only, ready for JSON; key by key as in ``docs/schema.md``."""
        return {
            "xyxy": [round(value, 2) for value in self.xyxy],
            "score": round(self.score, 4),
            "landmarks": None
            if self.landmarks is None
            else {
                name: [round(x, 2), round(y, 2)]
                for name, (x, y) in zip(LANDMARK_NAMES, self.landmarks, strict=True)
            },
            "label": self.label,
            "top_emotion": self.top_emotion,
            "confidence": round(self.confidence, 6),
            "unsure": self.unsure,
            "probabilities": {name: round(value, 6) for name, value in self.probabilities.items()},
            "ferplus": {name: round(value, 6) for name, value in self.ferplus.items()},
        }


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and the faces found in it.

    Attributes
    ----------
    path : str or None
        Where the picture came from; None for an array in memory.
    width, height : int
        Size in pixels of the upright image (after EXIF rotation).
    faces : tuple of Face
        Largest first; empty when none was found.
    detector, model : str
        Names of the detector and of the expression model that were used.
    """

    path: str | None
    width: int
    height: int
    faces: tuple[Face, ...]
    detector: str
    model: str

    def to_dict(self) -> dict[str, Any]:
        """Plain types only, ready for JSON."""
        return {
            "schema": SCHEMA,
            "path": self.path,
            "width": self.width,
            "height": self.height,
            "detector": self.detector,
            "model": self.model,
            "faces": [face.to_dict() for face in self.faces],
        }
