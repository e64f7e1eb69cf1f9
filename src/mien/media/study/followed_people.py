"""What a recording showed of each person, frame by frame, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.emotions import UNSURE
from mien.face_signs import BLENDSHAPE_NAMES
from mien.media.summary.summary import expected_valence
from mien.results import Face, Frame

Values = NDArray[np.float64]

SIGN_NAMES = (
    "head_yaw", "head_pitch", "head_roll", "eyes_open", "eyes_closed", "distance_metres",
    *(f"blendshape_{name}" for name in BLENDSHAPE_NAMES[1:]),
)  # fmt: skip
"""Numbers of ``FaceSigns``; ``eyes_open`` is the mean of both."""


@dataclass(frozen=True, slots=True)
class FollowedPerson:
    """One person, at the frames in which they were seen.

    Attributes
    ----------
    id : int
        Number of the track.
    times : ndarray of shape (n,), float64
        Seconds.
    probabilities : ndarray of shape (n, labels), float64
        Smoothed.
    labels : ndarray of shape (n,), int64
        Positions among the model's labels and *unsure* after them.
    valence : ndarray of shape (n,), float64
    boxes : ndarray of shape (n, 3), float64
        Middle across and down, and the root of the area, in pixels.
    signs : ndarray of shape (n, len(SIGN_NAMES)), float64, or None
        NaN where they could not be read; None where they were not asked for.
    """

    id: int
    times: Values
    probabilities: Values
    labels: NDArray[np.int64]
    valence: Values
    boxes: Values
    signs: Values | None

    def between(self, start: float, end: float) -> FollowedPerson:
        """The same person from a time on, and before another."""
        kept = (self.times >= start) & (self.times < end)
        return FollowedPerson(
            self.id,
            self.times[kept],
            self.probabilities[kept],
            self.labels[kept],
            self.valence[kept],
            self.boxes[kept],
            None if self.signs is None else self.signs[kept],
        )


@dataclass(slots=True)
class _Rows:
    times: list[float] = field(default_factory=list)
    probabilities: list[list[float]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    valence: list[float] = field(default_factory=list)
    boxes: list[tuple[float, float, float]] = field(default_factory=list)
    signs: list[tuple[float, ...]] = field(default_factory=list)


class PeopleCollector:
    """Takes the frames of a recording, and keeps about 600 bytes a face and frame.

    Parameters
    ----------
    labels : tuple of str
        Of the model's first head.
    signs : bool
        Whether the signs were asked for.
    """

    def __init__(self, labels: tuple[str, ...], *, signs: bool) -> None:
        self.labels = (*labels, UNSURE)
        self.times: list[float] = []
        self._signs = signs
        self._people: dict[int, _Rows] = {}

    def add(self, frame: Frame) -> None:
        """Take in the next frame: its ``time`` and the ``track`` of its faces."""
        time = float(frame.time or 0.0)
        self.times.append(time)
        for face in frame.faces:
            if face.track is None:
                continue
            rows = self._people.setdefault(face.track.id, _Rows())
            rows.times.append(time)
            rows.probabilities.append([face.track.probabilities[k] for k in self.labels[:-1]])
            rows.labels.append(self.labels.index(face.track.label))
            rows.valence.append(expected_valence(face))
            left, top, right, bottom = face.xyxy
            rows.boxes.append(((left + right) / 2, (top + bottom) / 2, face.area**0.5))
            if self._signs:
                rows.signs.append(_signs(face))

    def people(self) -> list[FollowedPerson]:
        """Everybody, by number."""
        return [
            FollowedPerson(
                key,
                np.array(rows.times),
                np.array(rows.probabilities),
                np.array(rows.labels, dtype=np.int64),
                np.array(rows.valence),
                np.array(rows.boxes),
                np.array(rows.signs) if self._signs else None,
            )
            for key, rows in sorted(self._people.items())
        ]


def _signs(face: Face) -> tuple[float, ...]:
    signs = face.signs
    if signs is None:
        return (float("nan"),) * len(SIGN_NAMES)
    head = signs.head
    return (
        head.yaw,
        head.pitch,
        head.roll,
        sum(signs.eyes_open) / 2,
        float(signs.eyes_closed),
        signs.distance.metres,
        *(signs.blendshapes[name] for name in BLENDSHAPE_NAMES[1:]),
    )
