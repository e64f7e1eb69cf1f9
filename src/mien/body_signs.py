"""What is visible in a body, as every stage passes it on: ``BodySigns``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.sign import Sign

BODY_POINTS = (
    *("nose", "left_eye_inner", "left_eye", "left_eye_outer"),
    *("right_eye_inner", "right_eye", "right_eye_outer", "left_ear", "right_ear"),
    *("mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow"),
    *("left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index"),
    *("left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee"),
    *("left_ankle", "right_ankle", "left_heel", "right_heel"),
    *("left_foot_index", "right_foot_index"),
)
"""Names of the 33 points, in their order; left and right are the person's own."""

LEAST_VISIBILITY = 0.5
"""Points below this are hidden, outside the picture, or guessed."""


@dataclass(frozen=True, slots=True)
class BodySigns:
    """What is visible in one person's body.

    Attributes
    ----------
    points : ndarray of shape (33, 3), float32
        MediaPipe's body points (``BODY_POINTS``): x, y in pixels of the upright picture; z, depth,
        at the same scale, smaller is nearer, 0 at the hips.
    world_points : ndarray of shape (33, 3), float32
        The same in metres around the middle of the hips: x to the picture's right, y down, z away
        from the camera.
    visibility : ndarray of shape (33,), float32
        How surely each point is seen, 0 to 1.
    distances : ndarray of shape (33,), float32
        Metres from the camera of each point: the face's distance (``FaceSigns.distance``), with the
        depth of the points against the nose. As wrong as that distance, and some 0.1 to 0.2 m more.
    presence : float
        How sure the network is that it was shown a person, 0 to 1.
    postures : tuple of Sign
        What the body does, in words; only from points that are seen.
    region : tuple of 4 float
        The square around the person: centre x, y and side in pixels, roll in degrees. In a video
        it is where the next frame is looked at.
    """

    points: npt.NDArray[np.float32]
    world_points: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.float32]
    distances: npt.NDArray[np.float32]
    presence: float
    postures: tuple[Sign, ...]
    region: tuple[float, float, float, float]

    __hash__ = None  # type: ignore[assignment]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The postures in words."""
        return tuple(sign.sentence for sign in self.postures)

    def to_dict(self) -> dict[str, Any]:
        """Plain types only, ready for JSON; key by key as in ``docs/schema.md``."""
        return {
            "sentences": list(self.sentences),
            "postures": [sign.to_dict() for sign in self.postures],
            "presence": round(self.presence, 4),
            "points": {
                name: {
                    "xy": [round(float(value), 2) for value in self.points[at, :2]],
                    "world": [round(float(value), 4) for value in self.world_points[at]],
                    "visibility": round(float(self.visibility[at]), 4),
                    "distance": round(float(self.distances[at]), 3),
                }
                for at, name in enumerate(BODY_POINTS)
            },
        }
