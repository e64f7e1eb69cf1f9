"""The columns of what is visible in a face: numbers for tables, sentences for people."""

from __future__ import annotations

from typing import Any

from mien.face_signs import BLENDSHAPE_NAMES
from mien.media.results.column import Column, Kind, Value, item

BLENDSHAPE_PREFIX = "blendshape_"

_COLUMNS: tuple[tuple[str, Kind, tuple[str, ...]], ...] = (
    ("head_yaw", "number", ("head", "yaw")),
    ("head_pitch", "number", ("head", "pitch")),
    ("head_roll", "number", ("head", "roll")),
    ("gaze_yaw", "number", ("gaze", "yaw")),
    ("gaze_pitch", "number", ("gaze", "pitch")),
    ("eye_open_left", "number", ("eyes_open", "left")),
    ("eye_open_right", "number", ("eyes_open", "right")),
    ("eyes_closed", "boolean", ("eyes_closed",)),
    ("distance_metres", "number", ("distance", "metres")),
    ("distance_low", "number", ("distance", "low")),
    ("distance_high", "number", ("distance", "high")),
    ("distance_by", "text", ("distance", "by")),
    ("focal_from", "text", ("distance", "focal_from")),
    ("mesh_presence", "number", ("presence",)),
)


def signs_columns() -> tuple[Column, ...]:
    """In their documented order; empty cells for a face whose signs could not be read."""
    return (
        Column("signs", "text", _sentences),
        Column(
            "no_signs_because", "text", lambda frame, number, face: face.get("no_signs_because")
        ),
        Column("postures", "text", _postures),
        Column("no_body_because", "text", _sign("no_body_because")),
        *(Column(name, kind, _sign(*keys)) for name, kind, keys in _COLUMNS),
        *(
            Column(BLENDSHAPE_PREFIX + name, "number", _sign("blendshapes", name))
            for name in BLENDSHAPE_NAMES
        ),
    )


def _sentences(frame: dict[str, Any], number: int, face: dict[str, Any]) -> Value:
    signs = face.get("signs")
    return None if signs is None else "; ".join(signs["sentences"])


def _postures(frame: dict[str, Any], number: int, face: dict[str, Any]) -> Value:
    body = (face.get("signs") or {}).get("body")
    return None if body is None else "; ".join(body["sentences"])


def _sign(*keys: str) -> Any:
    return item("signs", *keys)
