"""What is visible in a face, as every stage passes it on: ``FaceSigns`` and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that is visible, in words.

    Attributes
    ----------
    name : str
        What moved, in one word of a fixed list (``mien.vision.signs.words.SIGN_NAMES``).
    sentence : str
        For people: ``"corners of the mouth up"``.
    strength : float
        0 (just visible) to 1 (as strong as is seen).
    region : str
        ``"mouth"``, ``"eyes"``, ``"brows"`` or ``"head"``.
    side : str or None
        ``"left"`` or ``"right"``, the person's own, for a sign of one side; None for both.
    action_units : tuple of int
        The FACS units that look so. Approximate: nobody certified them.
    speaks_for : str or None
        The word shown for the face, where covering such a sign was measured to weaken that word;
        None where it was not.
    """

    name: str
    sentence: str
    strength: float
    region: str
    side: str | None = None
    action_units: tuple[int, ...] = ()
    speaks_for: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain types only, ready for JSON; key by key as in ``docs/schema.md``."""
        return {
            "name": self.name,
            "sentence": self.sentence,
            "strength": round(self.strength, 3),
            "region": self.region,
            "side": self.side,
            "action_units": list(self.action_units),
            "speaks_for": self.speaks_for,
        }


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
        Most telling first; empty for a face at rest.
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
            "head": self.head.to_dict(),
            "gaze": None if self.gaze is None else self.gaze.to_dict(),
            "eyes_open": {"left": round(left, 3), "right": round(right, 3)},
            "eyes_closed": self.eyes_closed,
            "distance": self.distance.to_dict(),
            "presence": round(self.presence, 4),
            "blendshapes": {name: round(value, 4) for name, value in self.blendshapes.items()},
        }
        if points:
            for name, digits in (("points", 2), ("metric_points", 5)):
                each = getattr(self, name).tolist()
                plain[name] = [[round(value, digits) for value in point] for point in each]
        return plain


EYES_CLOSED = 0.55
"""The blendshape ``eyeBlink`` above which an eye is closed: more than 98 of 100 ordinary faces with
open eyes stay below."""
