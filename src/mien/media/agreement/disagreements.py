"""Stretches in which Mien and people say different things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.media.agreement.moments import MISSING, Moments


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A stretch of one recording.

    Attributes
    ----------
    recording, path, participant : str
    start, end : float
        Seconds.
    people : str
        What the coders said: a label, or labels with ``/`` between them where they differ.
    mien : str
    confidence : float or None
        Mean of Mien's, 0 to 1; None where the table has none.
    """

    recording: str
    path: str
    participant: str
    start: float
    end: float
    people: str
    mien: str
    confidence: float | None

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


def find_disagreements(moments: Moments, rate: float) -> tuple[Disagreement, ...]:
    """Stretches in which no coder said what Mien did, though somebody and Mien said something.

    Longest first.
    """
    found = []
    for one in moments.recordings:
        mien, people = one.labels[0], one.labels[1:]
        apart = (mien >= 0) & (people >= 0).any(0) & ~(people == mien).any(0)
        # A new stretch begins where anybody says something else.
        before = np.roll(one.labels, 1, axis=1)
        before[:, 0] = MISSING
        begins = apart & ((one.labels != before).any(0) | ~np.roll(apart, 1))
        if apart.size and apart[0]:
            begins[0] = True
        starts = np.flatnonzero(begins)
        for start in starts:
            end = int(start) + 1
            while end < len(apart) and apart[end] and not begins[end]:
                end += 1
            said = dict.fromkeys(int(label) for label in people[:, start] if label >= 0)
            sure = one.recording.confidence[one.nearest[start:end]]
            mean = float(np.mean(sure))
            found.append(
                Disagreement(
                    one.recording.name,
                    one.recording.path,
                    one.recording.participant,
                    round(start / rate, 5),
                    round(end / rate, 5),
                    "/".join(moments.labels[label] for label in said),
                    moments.labels[int(mien[start])],
                    round(mean, 4) if np.isfinite(mean) else None,
                )
            )
    return tuple(
        sorted(found, key=lambda each: (-round(each.seconds, 5), each.recording, each.start))
    )
