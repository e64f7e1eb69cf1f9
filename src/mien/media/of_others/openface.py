"""The table of OpenFace 2.2's FeatureExtraction, as far as Mien has its columns."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from mien.face_signs import FaceSigns
from mien.media.of_others.action_units import action_unit
from mien.media.of_others.face_table import Cell, FaceColumn, FaceTableSink
from mien.results import Face, Frame

_INTENSITIES = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45)
_PRESENCES = (*_INTENSITIES[:14], 25, 26, 28, 45)
_SEEN = 0.3
"""From this share of a blendshape on a unit counts as there."""


def openface_sink(out: Path | None) -> FaceTableSink:
    """Its columns: frame, face, gaze and pose in radians, AU intensities (0 to 5) and presences.

    Pose is in OpenFace's directions: pitch down and yaw to the person's left are positive. Action
    units are approximations by blendshapes. Faces whose signs could not be read have success 0 and
    zeros, as OpenFace writes them.
    """
    return FaceTableSink(out, _columns(), _no_face, unknown=0)


def _columns() -> list[FaceColumn]:
    return [
        ("frame", lambda frame, number, face: _frame_number(frame)),
        ("face_id", _face_id),
        ("timestamp", lambda frame, number, face: round(frame.time or 0.0, 5)),
        ("confidence", lambda frame, number, face: round(face.score, 3)),
        ("success", lambda frame, number, face: int(face.signs is not None)),
        ("gaze_angle_x", _of(lambda signs: _radians(signs.gaze.yaw if signs.gaze else 0.0))),
        ("gaze_angle_y", _of(lambda signs: -_radians(signs.gaze.pitch if signs.gaze else 0.0))),
        ("pose_Tz", _of(lambda signs: round(1000 * signs.distance.metres, 1))),
        ("pose_Rx", _of(lambda signs: -_radians(signs.head.pitch))),
        ("pose_Ry", _of(lambda signs: _radians(signs.head.yaw))),
        ("pose_Rz", _of(lambda signs: _radians(signs.head.roll))),
        *((f"AU{number:02}_r", _of(_intensity(number))) for number in _INTENSITIES),
        *((f"AU{number:02}_c", _of(_presence(number))) for number in _PRESENCES),
    ]


def _no_face(frame: Frame) -> dict[str, Cell]:
    return {"frame": _frame_number(frame), "timestamp": round(frame.time or 0.0, 5)}


def _frame_number(frame: Frame) -> int:
    return (frame.number or 0) + 1


def _face_id(frame: Frame, number: int, face: Face) -> Cell:
    return number if face.track is None else face.track.id


def _of(value: Callable[[FaceSigns], Cell]) -> Callable[[Frame, int, Face], Cell]:
    return lambda frame, number, face: 0 if face.signs is None else value(face.signs)


def _intensity(number: int) -> Callable[[FaceSigns], Cell]:
    return lambda signs: round(5 * action_unit(signs, number), 3)


def _presence(number: int) -> Callable[[FaceSigns], Cell]:
    return lambda signs: int(action_unit(signs, number) >= _SEEN)


def _radians(degrees: float) -> float:
    return round(math.radians(degrees), 5)
