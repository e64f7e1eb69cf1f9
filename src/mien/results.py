"""What every stage passes on and every sink writes: a ``Frame`` and the faces in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mien.emotions import UNSURE
from mien.face_signs import FaceSigns

SCHEMA = "mien.frame/2"
"""Name and version of the JSON form of a ``Frame``; documented in ``docs/schema.md``."""

LANDMARK_NAMES = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
"""Order of the five landmarks. Left and right are the viewer's, as they stand in the picture."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class TrackState:
    """What is known by now of the person that a face in a video belongs to.

    Attributes
    ----------
    id : int
        Number of the track, from 1; never given to another track of the same video.
    probabilities : dict of str to float
        Smoothed over time, same labels as ``Face.probabilities``; they sum to 1.
    unsure : bool
        Whether the smoothed confidence is under the model's threshold.
    since : float
        Time in seconds at which the track began.
    detected : bool
        Whether the detector found the face in this very frame; otherwise the tracker carried its
        box over from the frames before.
    emotion : str or None
        The leading emotion, which another one has to lead by a margin before it takes its place,
        so that labels do not flicker; None means the one with the highest probability.
    """

    id: int
    probabilities: dict[str, float]
    unsure: bool
    since: float
    detected: bool
    emotion: str | None = None

    __hash__ = None  # type: ignore[assignment]  # a dict in it: honestly not hashable

    @property
    def top_emotion(self) -> str:
        """The leading emotion, however low its probability."""
        return self.emotion or max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def label(self) -> str:
        """``top_emotion``, or ``"unsure"`` when the model would rather not say."""
        return UNSURE if self.unsure else self.top_emotion

    @property
    def confidence(self) -> float:
        """The smoothed probability of ``top_emotion``, 0 to 1."""
        return self.probabilities[self.top_emotion]

    def to_dict(self) -> dict[str, Any]:
        """Plain types only, ready for JSON; key by key as in ``docs/schema.md``."""
        return {
            "id": self.id,
            "since": round(self.since, 6),
            "detected": self.detected,
            "label": self.label,
            "top_emotion": self.top_emotion,
            "confidence": round(self.confidence, 6),
            "unsure": self.unsure,
            "probabilities": {name: round(value, 6) for name, value in self.probabilities.items()},
        }


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
        Calibrated probability of each FER2013 emotion, by the frame's reading; they sum to 1.
    ferplus : dict of str to float
        Calibrated probability of each FER+ emotion; empty when the model has no such head.
    unsure : bool
        Whether the model would rather not say.
    unsure_because : str or None
        ``"illegible"`` (the picture shows no face that can be read: too noisy, covered, upside
        down) or ``"undecided"`` (no expression is likely enough); None for a face that is sure.
    track : TrackState or None
        The person over time, in a video; None in a photo.
    signs : FaceSigns or None
        What is visible in the face: mouth, brows, eyes, head, distance. None until asked for, and
        where nothing can be said.
    no_signs_because : str or None
        Why not, where it was asked for: ``"too small"``, ``"at the picture's edge"`` or ``"not seen
        close up"``.
    """

    xyxy: Box
    score: float
    landmarks: tuple[Point, ...] | None
    probabilities: dict[str, float]
    ferplus: dict[str, float]
    unsure: bool
    track: TrackState | None = None
    unsure_because: str | None = None
    signs: FaceSigns | None = None
    no_signs_because: str | None = None

    __hash__ = None  # type: ignore[assignment]

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
        plain: dict[str, Any] = {
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
            "unsure_because": self.unsure_because,
            "probabilities": {name: round(value, 6) for name, value in self.probabilities.items()},
            "ferplus": {name: round(value, 6) for name, value in self.ferplus.items()},
        }
        if self.signs is not None:
            plain["signs"] = self.signs.to_dict()
        elif self.no_signs_because is not None:
            plain["signs"], plain["no_signs_because"] = None, self.no_signs_because
        if self.track is not None:
            plain["track"] = self.track.to_dict()
        return plain


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and the faces found in it: iterated, counted and indexed it is its faces.

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
    reading : str or None
        How the model's outputs became the probabilities: ``"everyday"``, ``"fer2013"``, ….
    incomplete : bool
        Whether the end of the picture's file is missing, and with it rows or details of it.
    preview_of : str or None
        The kind of raw photo, ``"NEF"`` for one, whose preview was read in its place.
    page, pages : int or None
        Which picture of its file it is, from 1, and how many that has; None for a single one.
    time : float or None
        Seconds since the beginning of the video; None for a photo.
    number : int or None
        Number of the frame in its video file, from 0; None for a photo or a live picture.
    """

    path: str | None
    width: int
    height: int
    faces: tuple[Face, ...]
    detector: str
    model: str
    time: float | None = None
    number: int | None = None
    reading: str | None = None
    incomplete: bool = False
    preview_of: str | None = None
    page: int | None = None
    pages: int | None = None

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.faces)

    def __bool__(self) -> bool:
        # A frame is something also when nobody is in it: ``frame or other`` would lose it.
        return True

    def __iter__(self) -> Iterator[Face]:
        return iter(self.faces)

    def __getitem__(self, index: int) -> Face:
        return self.faces[index]

    def to_dict(self) -> dict[str, Any]:
        """Plain types only, ready for JSON."""
        plain: dict[str, Any] = {
            "schema": SCHEMA,
            "path": self.path,
            "width": self.width,
            "height": self.height,
            "detector": self.detector,
            "model": self.model,
            "reading": self.reading,
            "faces": [face.to_dict() for face in self.faces],
        }
        if self.incomplete:
            plain["incomplete"] = True
        if self.preview_of is not None:
            plain["preview_of"] = self.preview_of
        if self.pages is not None:
            plain["page"], plain["pages"] = self.page, self.pages
        if self.time is not None:
            plain["time"] = round(self.time, 6)
        if self.number is not None:
            plain["number"] = self.number
        return plain

    def to_json(self) -> str:
        """The JSON form on one line, as ``mien analyze --format jsonl`` writes it."""
        return to_json(self.to_dict() | {"path": printable_path(self.path)})


def to_json(value: Any) -> str:
    """A value of plain types as JSON on one line, other letters than ASCII as they are."""
    # NaN is not JSON: better an error here than a file that nobody else can read.
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def printable_path(path: str | None) -> str | None:
    r"""The path as valid Unicode.

    File names on Linux are bytes; those that are not UTF-8 reach Python as lone surrogates, which
    no UTF-8 file can hold. Each such byte is written as ``\xe9``: readable, and valid everywhere.
    """
    if path is None:
        return None
    try:
        path.encode()
        return path
    except UnicodeEncodeError:
        pass
    try:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return path.encode("utf-8", "backslashreplace").decode()
