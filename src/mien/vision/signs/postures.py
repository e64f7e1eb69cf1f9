"""Postures in words, from points of a body that are seen."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from mien.body_signs import BODY_POINTS, LEAST_VISIBILITY
from mien.face_signs import FaceSigns
from mien.sign import Sign

RAISED_METRES = 0.05
"""A wrist so far above its shoulder is a raised arm."""

AT_FACE = 0.75
"""A hand is at the face within so many widths of the face around its middle."""

LEANS, TURNED = 20.0, 40.0
"""Degrees from which a trunk leans, and shoulders are turned away."""

SHOULDERS_UP = 0.3
"""Height of the ears above the shoulders over the width between these, under which shoulders are
pulled up; about 0.5 in a person at ease."""

SLUMPED_FORWARD, SLUMPED_BOWED = 0.18, 15.0
"""Metres by which the ears are in front of the shoulders, and degrees by which the head is bowed,
from which a person is slumped."""

_AT = {name: number for number, name in enumerate(BODY_POINTS)}

Points = npt.NDArray[np.float32]


class _Seen:
    """World points by name; None where one of those asked for is not seen."""

    def __init__(self, world: Points, visibility: Points) -> None:
        self._world = world
        self._visible = visibility >= LEAST_VISIBILITY

    def all(self, *names: str) -> list[npt.NDArray[np.float64]] | None:
        numbers = [_AT[name] for name in names]
        if not self._visible[numbers].all():
            return None
        return [self._world[number].astype(np.float64) for number in numbers]


def postures_of(
    world: Points, visibility: Points, points: Points, signs: FaceSigns
) -> tuple[Sign, ...]:
    """What a body does.

    Parameters
    ----------
    world : ndarray of shape (33, 3), float32
        Metres around the hips, x right, y down, z away.
    visibility : ndarray of shape (33,), float32
    points : ndarray of shape (33, 3), float32
        In pixels of the picture.
    signs : FaceSigns
        Of the face.
    """
    seen = _Seen(world, visibility)
    return (
        *_arms(seen),
        *_hands_at_face(points, visibility, signs),
        *_trunk(seen),
        *_shoulders(seen, signs),
    )


def _sign(name: str, sentence: str, strength: float = 0.5, side: str | None = None) -> Sign:
    return Sign(name, sentence, max(0.2, min(1.0, strength)), "body", side)


def _arms(seen: _Seen) -> Iterator[Sign]:
    raised = []
    for side in ("left", "right"):
        found = seen.all(f"{side}_shoulder", f"{side}_wrist")
        if found and found[0][1] - found[1][1] > RAISED_METRES:
            raised.append(side)
    if len(raised) == 2:
        yield _sign("arms_raised", "both arms raised", 0.8)
    elif raised:
        yield _sign("arms_raised", f"{raised[0]} arm raised", 0.6, raised[0])
    crossed = seen.all(
        *("left_shoulder", "right_shoulder", "left_elbow", "right_elbow"),
        *("left_wrist", "right_wrist"),
    )
    if crossed and not raised:
        left, right, left_elbow, right_elbow, left_wrist, right_wrist = crossed
        # Each wrist lies beyond the middle, in front of the trunk, and near the other elbow. The
        # person's left is the picture's right, when the chest is to the camera.
        middle = (left[0] + right[0]) / 2
        across = math.copysign(1, left[0] - right[0])
        beyond = (left_wrist[0] - middle) * across < 0.02 and (
            right_wrist[0] - middle
        ) * across > -0.02
        near = max(
            np.linalg.norm(left_wrist - right_elbow), np.linalg.norm(right_wrist - left_elbow)
        )
        below = min(left_wrist[1], right_wrist[1]) > min(left[1], right[1]) + 0.1
        if beyond and below and near < 0.3:
            yield _sign("arms_crossed", "arms crossed", 0.7)


def _hands_at_face(points: Points, visibility: Points, signs: FaceSigns) -> Iterator[Sign]:
    oval = signs.points[:468, :2]
    middle, width = oval.mean(axis=0), float(np.ptp(oval[:, 0]))
    sides = []
    for side in ("left", "right"):
        for part in ("index", "thumb", "pinky"):
            number = _AT[f"{side}_{part}"]
            off = float(np.hypot(*(points[number, :2] - middle)))
            if visibility[number] >= LEAST_VISIBILITY and off < AT_FACE * width:
                sides.append(side)
                break
    if len(sides) == 2:
        yield _sign("hand_at_face", "both hands at the face", 0.8)
    elif sides:
        yield _sign("hand_at_face", f"{sides[0]} hand at the face", 0.6, sides[0])


def _trunk(seen: _Seen) -> Iterator[Sign]:
    found = seen.all("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    if found:
        left, right, left_hip, right_hip = found
        x, y, z = (left + right) / 2 - (left_hip + right_hip) / 2
        forward = math.degrees(math.atan2(-z, -y))
        aside = math.degrees(math.atan2(x, -y))
        if forward >= LEANS:
            yield _sign("leans_forward", "leans forward", forward / 60)
        elif forward <= -LEANS:
            yield _sign("leans_back", "leans back", -forward / 60)
        if abs(aside) >= LEANS:
            yield _sign("leans_aside", f"leans to the {_side(aside)}", abs(aside) / 60)
    shoulders = seen.all("left_shoulder", "right_shoulder")
    if shoulders:
        left, right = shoulders
        turned = math.degrees(math.atan2(right[2] - left[2], left[0] - right[0]))
        if abs(turned) >= 140:
            yield _sign("back_to_camera", "shows the back", 0.8)
        elif abs(turned) >= TURNED:
            # The nearer shoulder is the one that the body has turned away from.
            yield _sign("body_turned", f"body turned to the {_side(-turned)}", abs(turned) / 90)


def _shoulders(seen: _Seen, signs: FaceSigns) -> Iterator[Sign]:
    found = seen.all("left_shoulder", "right_shoulder", "left_ear", "right_ear")
    if not found:
        return
    left, right, left_ear, right_ear = found
    width = float(np.linalg.norm(left - right))
    off = (left + right) / 2 - (left_ear + right_ear) / 2
    if width > 0 and off[1] / width < SHOULDERS_UP and signs.head.pitch > -SLUMPED_BOWED:
        yield _sign("shoulders_up", "shoulders pulled up", 0.5)
    if off[2] > SLUMPED_FORWARD and signs.head.pitch <= -SLUMPED_BOWED:
        yield _sign("slumped", "slumped, the head bowed forward", 0.6)


def _side(angle: float) -> str:
    """The side as the picture shows it."""
    return "right" if angle > 0 else "left"
