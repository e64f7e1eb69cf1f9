"""The table of py-feat's Detector, as its ``read_feat`` reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mien.face_signs import FaceSigns
from mien.media.of_others.action_units import action_unit
from mien.media.of_others.face_table import Cell, FaceColumn, FaceTableSink
from mien.results import Face, Frame

_UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26, 28, 43)

_EMOTIONS = {
    "anger": "angry", "disgust": "disgust", "fear": "fear", "happiness": "happy",
    "sadness": "sad", "surprise": "surprise", "neutral": "neutral",
}  # fmt: skip

_POINTS = (
    162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389,
    71, 63, 105, 66, 107, 336, 296, 334, 293, 301,
    168, 197, 5, 4, 75, 97, 2, 326, 305,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87,
)  # fmt: skip
"""Of the mesh, in the order of the 68 points of iBUG's 300-W: jaw from the picture's left, brows,
nose, eyes, lips."""


def pyfeat_sink(out: Path | None) -> FaceTableSink:
    """Box, score, 68 landmarks, pose in degrees, action units (0 to 1), emotions, input and frame.

    Action units are approximations by blendshapes. Cells of faces whose signs could not be read are
    empty; frames without a face have a row with only *input* and *frame*, as py-feat writes it.
    """
    return FaceTableSink(out, _columns(), _no_face)


def _no_face(frame: Frame) -> dict[str, Cell]:
    return {"input": frame.path or "", "frame": frame.number or 0}


def _columns() -> list[FaceColumn]:
    return [
        ("FaceRectX", lambda frame, number, face: round(face.xyxy[0], 2)),
        ("FaceRectY", lambda frame, number, face: round(face.xyxy[1], 2)),
        ("FaceRectWidth", lambda frame, number, face: round(face.xyxy[2] - face.xyxy[0], 2)),
        ("FaceRectHeight", lambda frame, number, face: round(face.xyxy[3] - face.xyxy[1], 2)),
        ("FaceScore", lambda frame, number, face: round(face.score, 4)),
        *((f"x_{at}", _of(_point(point, 0))) for at, point in enumerate(_POINTS)),
        *((f"y_{at}", _of(_point(point, 1))) for at, point in enumerate(_POINTS)),
        ("Pitch", _of(lambda signs: round(signs.head.pitch, 2))),
        ("Roll", _of(lambda signs: round(signs.head.roll, 2))),
        ("Yaw", _of(lambda signs: round(signs.head.yaw, 2))),
        # Shifts of py-feat's model of the head, which its reader looks for, and Mien has not.
        *((axis, lambda frame, number, face: None) for axis in "XYZ"),
        *((f"AU{number:02}", _of(_unit(number))) for number in _UNITS),
        *((name, _emotion(label)) for name, label in _EMOTIONS.items()),
        ("input", lambda frame, number, face: frame.path or ""),
        ("frame", lambda frame, number, face: frame.number or 0),
        ("Identity", _identity),
        ("approx_time", lambda frame, number, face: round(frame.time or 0.0, 3)),
    ]


def _of(value: Callable[[FaceSigns], Cell]) -> Callable[[Frame, int, Face], Cell]:
    return lambda frame, number, face: None if face.signs is None else value(face.signs)


def _point(point: int, axis: int) -> Callable[[FaceSigns], Cell]:
    return lambda signs: round(float(signs.points[point, axis]), 2)


def _unit(number: int) -> Callable[[FaceSigns], Cell]:
    return lambda signs: round(action_unit(signs, number), 4)


def _emotion(label: str) -> Callable[[Frame, int, Face], Cell]:
    return lambda frame, number, face: round(face.probabilities.get(label, 0.0), 5)


def _identity(frame: Frame, number: int, face: Face) -> Cell:
    return f"Person_{number if face.track is None else face.track.id}"
