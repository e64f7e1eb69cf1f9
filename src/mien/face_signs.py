"""What is visible in a face, as every stage passes it on: ``FaceSigns`` and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.body_signs import BodySigns
from mien.sign import Sign


@dataclass(frozen=True, slots=True)
class HeadPose:
    """How a head is turned against the line from the camera to it, in degrees.

    A face that looks into the camera has 0, 0, 0 wherever in the picture it is.

    Attributes
    ----------
    yaw : float
        Positive when the face is turned to the picture's right.
    pitch : float
        Positive when it is raised.
    roll : float
        Positive when it is tilted clockwise, as the picture shows it.
    """

    yaw: float
    pitch: float
    roll: float

    def to_dict(self) -> dict[str, float]:
        """Plain types only, ready for JSON."""
        return {
            "yaw": round(self.yaw, 2),
            "pitch": round(self.pitch, 2),
            "roll": round(self.roll, 2),
        }


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where the eyes look, roughly, against the head, in degrees.

    Attributes
    ----------
    yaw : float
        Positive to the picture's right.
    pitch : float
        Positive up.
    """

    yaw: float
    pitch: float

    def to_dict(self) -> dict[str, float]:
        """Plain types only, ready for JSON."""
        return {"yaw": round(self.yaw, 2), "pitch": round(self.pitch, 2)}


LEAST_LIKELY = 0.3
"""Metres: nearer to a camera hardly anybody is."""


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a face is from the camera.

    Attributes
    ----------
    metres : float
        The best guess.
    low, high : float
        90 of 100 distances are expected between them.
    by : {"iris", "head"}
        What was measured: the width of the iris (11.7 ± 0.5 mm in nearly everybody), or, with the
        eyes closed or hardly seen, the size of the head (of an adult).
    focal_pixels : float
        Focal length in pixels of the picture that was reckoned with.
    focal_from : {"given", "exif", "assumed"}
        Where it is from. An assumed one is what makes the interval wide.
    """

    metres: float
    low: float
    high: float
    by: str
    focal_pixels: float
    focal_from: str

    @property
    def is_likely(self) -> bool:
        """False for nearer than 0.3 m by an assumed focal length: the picture was cropped then."""
        return self.focal_from != "assumed" or self.metres >= LEAST_LIKELY

    def to_dict(self) -> dict[str, Any]:
        """Plain types only, ready for JSON."""
        return {
            "metres": round(self.metres, 3),
            "low": round(self.low, 3),
            "high": round(self.high, 3),
            "by": self.by,
            "focal_pixels": round(self.focal_pixels, 1),
            "focal_from": self.focal_from,
        }


BLENDSHAPE_NAMES = (
    "_neutral",
    *("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    *("cheekPuff", "cheekSquintLeft", "cheekSquintRight"),
    *("eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight"),
    *("eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight"),
    *("eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight"),
    *("eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight"),
    *("mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight"),
    *("mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight"),
    *("mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower"),
    *("mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft"),
    *("mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft"),
    *("mouthUpperUpRight", "noseSneerLeft", "noseSneerRight"),
)
"""The movements of ARKit that MediaPipe's network tells of, in the order of its outputs."""


@dataclass(frozen=True, slots=True)
class FaceSigns:
    """What is visible in one face.

    Attributes
    ----------
    points : ndarray of shape (478, 3), float32
        MediaPipe's face mesh: x, y in pixels of the upright picture; z, depth, at the same scale,
        smaller is nearer, 0 about at the head's middle. The last ten are the irises.
    metric_points : ndarray of shape (478, 3), float32
        The same in metres around the middle between the eyes: x to the picture's right, y down, z
        away from the camera.
    presence : float
        How sure the mesh's network is that it was shown a face, 0 to 1.
    blendshapes : dict of str to float
        52 movements by ARKit's names, 0 to 1; left and right are the person's own.
    head : HeadPose
    gaze : Gaze or None
        None with the eyes closed.
    eyes_open : tuple of 2 float
        The person's left and right eye: height of the gap between the lids over the eye's width,
        0 closed to about 0.35.
    distance : Distance
    signs : tuple of Sign
        Most telling first; empty for a face at rest. None is of a covered region.
    covered : tuple of str
        Regions that cannot be seen: ``"mouth"``, ``"left_eye"``, ``"right_eye"``, ``"left_brow"``,
        ``"right_brow"``, the person's own sides. The numbers of those are guesses.
    body : BodySigns or None
        The body that the face belongs to. None until asked for, and where nothing can be said.
    no_body_because : str or None
        Why not, where it was asked for: ``"not seen"`` or ``"another person is in the way"``.
    """

    points: npt.NDArray[np.float32]
    metric_points: npt.NDArray[np.float32]
    presence: float
    blendshapes: dict[str, float]
    head: HeadPose
    gaze: Gaze | None
    eyes_open: tuple[float, float]
    distance: Distance
    signs: tuple[Sign, ...]
    covered: tuple[str, ...] = ()
    body: BodySigns | None = None
    no_body_because: str | None = None

    __hash__ = None  # type: ignore[assignment]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The signs in words, most telling first."""
        return tuple(sign.sentence for sign in self.signs)

    @property
    def eyes_closed(self) -> bool:
        """Whether both eyes are closed: in a video, a blink while it lasts."""
        left, right = (self.blendshapes[f"eyeBlink{side}"] for side in ("Left", "Right"))
        return min(left, right) > EYES_CLOSED

    def to_dict(self, *, points: bool = False) -> dict[str, Any]:
        """Plain types only, ready for JSON; key by key as in ``docs/schema.md``.

        The mesh only where ``points`` says so: it is ten times as long as all the rest.
        """
        left, right = self.eyes_open
        plain: dict[str, Any] = {
            "sentences": list(self.sentences),
            "signs": [sign.to_dict() for sign in self.signs],
            "covered": list(self.covered),
            "head": self.head.to_dict(),
            "gaze": None if self.gaze is None else self.gaze.to_dict(),
            "eyes_open": {"left": round(left, 3), "right": round(right, 3)},
            "eyes_closed": self.eyes_closed,
            "distance": self.distance.to_dict(),
            "presence": round(self.presence, 4),
            "blendshapes": {name: round(value, 4) for name, value in self.blendshapes.items()},
        }
        if self.body is not None:
            plain["body"] = self.body.to_dict()
        elif self.no_body_because is not None:
            plain["body"], plain["no_body_because"] = None, self.no_body_because
        if points:
            for name, digits in (("points", 2), ("metric_points", 5)):
                each = getattr(self, name).tolist()
                plain[name] = [[round(value, digits) for value in point] for point in each]
        return plain


EYES_CLOSED = 0.55
"""The blendshape ``eyeBlink`` above which an eye is closed: more than 98 of 100 ordinary faces with
open eyes stay below."""
