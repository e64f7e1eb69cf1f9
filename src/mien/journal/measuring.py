"""From half a minute before a camera to the numbers that a journal keeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.emotions import VALENCE
from mien.face_signs import FaceSigns
from mien.journal.kept.check_in import SIGNS, CameraMeasures
from mien.results import Face, Frame

SMILE = 0.34
"""Both corners' blendshapes are above this in a smile, as where signs are told in words."""

_MOVING = ("brow", "cheek", "eyeSquint", "eyeWide", "jawOpen", "mouth", "nose")
"""Movements that count as expression; blinks and the direction of the eyes are told apart."""

_LONGEST_STEP = 0.5
"""Seconds between two frames; over a longer gap nothing is said of movement."""

_PAUSE = 3.0
"""Seconds between two frames; over a longer gap nobody looked."""


class Measuring:
    """Takes frames one by one, keeps numbers of the largest face, and never a picture."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._seen: list[bool] = []
        self._rows: list[tuple[float, ...]] = []
        self._shapes: list[NDArray[np.float64]] = []
        self._light: list[float] = []

    def add(self, frame: Frame, image: NDArray[np.uint8]) -> None:
        """Measure one frame.

        Parameters
        ----------
        frame : Frame
            With ``time``, and faces with ``signs``.
        image : ndarray of shape (height, width, 3), uint8
            RGB: only how bright the face is is taken from it.
        """
        face = max(frame.faces, key=lambda one: one.area, default=None)
        self._times.append(float(frame.time or 0.0))
        readable = face is not None and face.signs is not None
        self._seen.append(readable)
        if not readable:
            return
        assert face is not None
        assert face.signs is not None
        self._rows.append(self._row(face, face.signs))
        self._shapes.append(
            np.array([v for k, v in face.signs.blendshapes.items() if k.startswith(_MOVING)])
        )
        left, top, right, bottom = (int(max(0, edge)) for edge in face.xyxy)
        part = image[top:bottom, left:right]
        self._light.append(float(part.mean()) if part.size else 0.0)

    @property
    def seconds(self) -> float:
        """For how long it has looked, without pauses."""
        steps = np.diff(np.array(self._times))
        return float(steps[steps <= _PAUSE].sum())

    @property
    def face_seen(self) -> float:
        """Share of the pictures with a face that could be read, 0 to 1."""
        return float(np.mean(self._seen)) if self._seen else 0.0

    @property
    def light(self) -> float:
        """Brightness of the face when it was last seen, 0 to 255; 0 before that."""
        return self._light[-1] if self._light else 0.0

    def finish(self) -> CameraMeasures:
        """All of it in numbers; of a time without a face most are 0."""
        times = np.array(self._times)
        seconds, seen = self.seconds, self.face_seen
        if not self._rows:
            nothing = dict.fromkeys((*SIGNS, "light", "distance"), 0.0)
            return CameraMeasures(seconds=seconds, face_seen=seen, **nothing)  # type: ignore[arg-type]
        rows = np.array(self._rows)
        valence, smile, gap, closed, distance, covered = (rows[:, at] for at in range(6))
        at = times[np.array(self._seen)]
        smiling = smile > SMILE
        open_eyes = gap[closed == 0]
        return CameraMeasures(
            seconds=seconds,
            face_seen=seen,
            expressivity=100 * float(np.std(np.array(self._shapes), axis=0).mean()),
            smile_share=float(smiling.mean()),
            smile_strength=float(smile[smiling].mean()) if smiling.any() else 0.0,
            eye_opening=float(np.median(open_eyes)) if len(open_eyes) else 0.0,
            blinks=_blinks(closed, at),
            head_movement=_turning(rows[:, 6:9], at),
            valence_mean=float(valence.mean()),
            valence_spread=float(valence.std()),
            light=float(np.mean(self._light)),
            distance=float(np.median(distance)),
            glasses=bool(covered.mean() > 0.5),
        )

    def _row(self, face: Face, signs: FaceSigns) -> tuple[float, ...]:
        shapes = signs.blendshapes
        return (
            sum(VALENCE[label] * value for label, value in face.probabilities.items()),
            min(shapes["mouthSmileLeft"], shapes["mouthSmileRight"]),
            float(np.mean(signs.eyes_open)),
            float(signs.eyes_closed),
            signs.distance.metres,
            float(any(part.endswith("eye") for part in signs.covered)),
            signs.head.yaw,
            signs.head.pitch,
            signs.head.roll,
        )


def _blinks(closed: NDArray[np.float64], at: NDArray[np.float64]) -> float:
    """Times that the eyes close, a minute of what was seen."""
    steps = np.diff(at)
    seen = float(steps[steps <= _LONGEST_STEP].sum())
    began = int(((closed[1:] > 0) & (closed[:-1] == 0) & (steps <= _LONGEST_STEP)).sum())
    return 60 * began / seen if seen else 0.0


def _turning(angles: NDArray[np.float64], at: NDArray[np.float64]) -> float:
    """Median speed of the head in degrees a second."""
    steps = np.diff(at)
    near = (steps > 0) & (steps <= _LONGEST_STEP)
    if not near.any():
        return 0.0
    turned = np.linalg.norm(np.diff(angles, axis=0)[near], axis=1)
    return float(np.median(turned / steps[near]))
