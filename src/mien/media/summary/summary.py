"""What each person of a video expressed, for how long, and in which order."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from mien.emotions import UNSURE, VALENCE
from mien.results import Face, Frame

SHORTEST_SECONDS = 1.0
"""People who were seen for a shorter time are counted together, as others."""

GAP_SECONDS = 0.5
"""A person's absence that is longer than this ends a bout."""

_MOST_POINTS = 1000
"""Places of a valence curve: when there are more, each two neighbours become one."""


@dataclass(frozen=True, slots=True)
class Bout:
    """A time in which a person's label stayed the same.

    Attributes
    ----------
    label : str
        Smoothed label; may be ``"unsure"``.
    start, end : float
        Seconds.
    """

    label: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class ValencePoint:
    """The mean valence of a short time.

    Attributes
    ----------
    time : float
        Middle of the time, in seconds.
    valence : float
        -1 (negative) to 1 (positive).
    """

    time: float
    valence: float


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """One person over a video; or, with id None, all who were seen only briefly.

    Attributes
    ----------
    id : int or None
        Number of the track.
    people : int
        How many tracks this is about: 1, or the number of the others.
    first, last : float
        Seconds at which they were first and last seen.
    seconds : float
        Time in which they were seen; of several people the sum.
    share : dict of str to float
        Share of that time by smoothed label, *unsure* among them; they sum to 1.
    bouts : tuple of Bout
        In order of time.
    transitions : dict of str to dict of str to int
        How often one label followed the other without a pause: ``transitions[before][after]``.
    valence : float
        Mean over that time of the valence expected under the smoothed probabilities
        (``mien.emotions.VALENCE``), -1 to 1.
    curve : tuple of ValencePoint
    """

    id: int | None
    people: int
    first: float
    last: float
    seconds: float
    share: dict[str, float]
    bouts: tuple[Bout, ...]
    transitions: dict[str, dict[str, int]]
    valence: float
    curve: tuple[ValencePoint, ...]

    def bout_count(self, label: str) -> int:
        """Number of bouts of a label."""
        return sum(bout.label == label for bout in self.bouts)

    def mean_bout(self, label: str) -> float:
        """Mean length of the bouts of a label in seconds; 0 when there are none."""
        lengths = [bout.end - bout.start for bout in self.bouts if bout.label == label]
        return sum(lengths) / len(lengths) if lengths else 0.0


@dataclass(frozen=True, slots=True)
class VideoSummary:
    """A video in short.

    Attributes
    ----------
    path : str
        The video as the user named it.
    labels : tuple of str
        Labels of the model, and *unsure* at the end.
    frames : int
        Frames that were read.
    start, end : float
        Seconds of the first frame, and of the end of the last.
    people : tuple of PersonSummary
        By their number.
    others : PersonSummary or None
        Those who were seen for under a second; None when there are none.
    """

    path: str
    labels: tuple[str, ...]
    frames: int
    start: float
    end: float
    people: tuple[PersonSummary, ...]
    others: PersonSummary | None


@dataclass(slots=True)
class _Person:
    """The sums of one track, while the video is read."""

    first: float
    last: float
    by_label: dict[str, float] = field(default_factory=dict)
    bouts: list[Bout] = field(default_factory=list)
    valence: float = 0.0
    bin_seconds: float = 0.1
    bins: dict[int, tuple[float, float]] = field(default_factory=dict)

    def add(self, label: str, valence: float, start: float, end: float) -> None:
        seconds = end - start
        self.last = end
        self.by_label[label] = self.by_label.get(label, 0.0) + seconds
        self.valence += valence * seconds
        last = self.bouts[-1] if self.bouts else None
        if last is not None and last.label == label and start - last.end <= GAP_SECONDS:
            self.bouts[-1] = Bout(label, last.start, end)
        else:
            self.bouts.append(Bout(label, start, end))
        place = math.floor((start + seconds / 2) / self.bin_seconds)
        total, weight = self.bins.get(place, (0.0, 0.0))
        self.bins[place] = (total + valence * seconds, weight + seconds)
        if len(self.bins) > _MOST_POINTS:
            self._halve()

    def _halve(self) -> None:
        halved: dict[int, tuple[float, float]] = {}
        for place, (total, weight) in self.bins.items():
            before = halved.get(place // 2, (0.0, 0.0))
            halved[place // 2] = (before[0] + total, before[1] + weight)
        self.bins, self.bin_seconds = halved, 2 * self.bin_seconds

    @property
    def seconds(self) -> float:
        return sum(self.by_label.values())


class Summarizer:
    """Takes in the frames of a video and sums them up.

    Memory grows with the people and their changes of label, not with the frames.

    Parameters
    ----------
    path : str
        The video, for the result.
    labels : sequence of str
        Labels of the model's first head.
    rate : float
        Frames a second: how long the last frame is, and the only one of a video of one frame.
    """

    def __init__(self, path: str, labels: tuple[str, ...], *, rate: float) -> None:
        self._path = path
        self._labels = (*labels, UNSURE)
        self._step = 1 / rate
        self._people: dict[int, _Person] = {}
        self._before: Frame | None = None
        self._start = 0.0
        self._frames = 0

    def add(self, frame: Frame) -> None:
        """Take in the next frame: its ``time`` and the ``track`` of its faces."""
        assert frame.time is not None
        if self._before is None:
            self._start = frame.time
        else:
            # What comes between two frames is only known when they follow one another.
            pause = max(GAP_SECONDS, 2 * self._step)
            assert self._before.time is not None
            self._count(self._before, min(frame.time, self._before.time + pause))
        self._before = frame
        self._frames += 1

    def finish(self) -> VideoSummary:
        """The summary, with the last frame counted for as long as a frame usually takes."""
        end = 0.0
        if self._before is not None and self._before.time is not None:
            end = self._before.time + self._step
            self._count(self._before, end)
        known = {
            key: person
            for key, person in self._people.items()
            if person.seconds >= SHORTEST_SECONDS - 1e-9
        }
        brief = [person for key, person in self._people.items() if key not in known]
        return VideoSummary(
            path=self._path,
            labels=self._labels,
            frames=self._frames,
            start=self._start,
            end=end,
            people=tuple(self._sum_up(key, [known[key]]) for key in sorted(known)),
            others=self._sum_up(None, brief) if brief else None,
        )

    def _count(self, frame: Frame, until: float) -> None:
        """Count a frame's faces for the time to the next frame."""
        assert frame.time is not None
        if until <= frame.time:
            return
        for face in frame.faces:
            if face.track is None:
                continue
            person = self._people.setdefault(face.track.id, _Person(frame.time, until))
            person.add(face.track.label, expected_valence(face), frame.time, until)

    def _sum_up(self, key: int | None, people: list[_Person]) -> PersonSummary:
        seconds = sum(person.seconds for person in people)
        by_label = {
            label: sum(person.by_label.get(label, 0.0) for person in people)
            for label in self._labels
        }
        bouts = sorted((b for person in people for b in person.bouts), key=lambda b: b.start)
        transitions = {before: dict.fromkeys(self._labels, 0) for before in self._labels}
        for person in people:
            for before, after in zip(person.bouts, person.bouts[1:], strict=False):
                if after.start - before.end <= GAP_SECONDS and before.label != after.label:
                    transitions[before.label][after.label] += 1
        return PersonSummary(
            id=key,
            people=len(people),
            first=min(person.first for person in people),
            last=max(person.last for person in people),
            seconds=seconds,
            share={label: value / seconds for label, value in by_label.items()},
            bouts=tuple(bouts),
            transitions=transitions,
            valence=sum(person.valence for person in people) / seconds,
            curve=_curve(people[0]) if len(people) == 1 else (),
        )


def expected_valence(face: Face) -> float:
    """Valence expected under a face's probabilities, smoothed where it has a track; -1 to 1."""
    shown = face.track or face
    return sum(VALENCE.get(label, 0) * value for label, value in shown.probabilities.items())


def _curve(person: _Person) -> tuple[ValencePoint, ...]:
    return tuple(
        ValencePoint((place + 0.5) * person.bin_seconds, total / weight)
        for place, (total, weight) in sorted(person.bins.items())
    )
