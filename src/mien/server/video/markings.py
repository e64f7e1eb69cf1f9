"""What a person has marked in a video: names, people who are one, and ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mien.media.results.column import Column
from mien.media.study.events import Event
from mien.results import Face, Frame


@dataclass(frozen=True, slots=True)
class Markings:
    """What was marked.

    Attributes
    ----------
    names : mapping of int to str
        By the number of the track.
    merged : mapping of int to int
        Tracks that are another one's person: ``merged[track]`` is that person's number.
    excluded : tuple of (float, float)
        Ranges that count for nothing, in seconds; their ends do not belong to them.
    events : tuple of Event
    """

    names: Mapping[int, str]
    merged: Mapping[int, int]
    excluded: tuple[tuple[float, float], ...] = ()
    events: tuple[Event, ...] = ()

    def person(self, track: int) -> int:
        """The number of the person that a track is of."""
        seen = set()
        while track in self.merged and track not in seen:
            seen.add(track)
            track = self.merged[track]
        return track

    def is_excluded(self, time: float) -> bool:
        """Whether a time is in an excluded range."""
        return any(start <= time < end for start, end in self.excluded)

    def people_of(self, frame: Frame) -> Frame:
        """The frame with the numbers of people in the place of those of tracks."""
        faces = tuple(
            face
            if face.track is None
            else replace(face, track=replace(face.track, id=self.person(face.track.id)))
            for face in frame.faces
        )
        return replace(frame, faces=faces)

    def counted(self, frame: Frame, event: Event | None = None) -> Frame:
        """The frame as it counts in a summary, or in that of an event.

        Nobody is in it where it is excluded, or outside the event; and of two faces that are one
        person only the larger one.
        """
        time = frame.time or 0.0
        if self.is_excluded(time) or (event and not event.start <= time < event.end):
            return replace(frame, faces=())
        first: dict[int, Face] = {}
        for face in self.people_of(frame).faces:
            if face.track is not None:
                first.setdefault(face.track.id, face)
        return replace(frame, faces=tuple(first.values()))

    def mark(self, frame: Frame) -> MarkedFrame:
        """The frame as a row: with people, their names, and what was marked."""
        people = self.people_of(frame)
        time = frame.time or 0.0
        values: dict[str, Any] = {key: getattr(people, key) for key in Frame.__slots__}
        return MarkedFrame(
            **values,
            names=tuple(
                self.names.get(face.track.id, "") if face.track else "" for face in people.faces
            ),
            excluded=self.is_excluded(time),
            events=tuple(each.label for each in self.events if each.start <= time < each.end),
        )


@dataclass(frozen=True, slots=True)
class MarkedFrame(Frame):
    """A frame with what was marked.

    Attributes
    ----------
    names : tuple of str
        Of the faces, in their order; empty where none was given.
    excluded : bool
    events : tuple of str
        Labels of the events that it is in.
    """

    names: tuple[str, ...] = ()
    excluded: bool = False
    events: tuple[str, ...] = ()

    __hash__ = None

    def to_dict(self) -> dict[str, Any]:
        """The frame's form with ``excluded``, ``events``, and the ``name`` of each face."""
        plain = Frame.to_dict(self)
        for face, name in zip(plain["faces"], self.names, strict=True):
            face["name"] = name
        return {**plain, "excluded": self.excluded, "events": list(self.events)}


MARK_COLUMNS = (
    Column("name", "text", lambda frame, number, face: face["name"]),
    Column("excluded", "boolean", lambda frame, number, face: frame["excluded"]),
    Column("events", "text", lambda frame, number, face: "; ".join(frame["events"])),
)
"""Columns after those that ``mien video`` writes."""
