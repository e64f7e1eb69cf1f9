"""What a person says of a video: who is who, what to leave out, what happened when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from mien.results import Frame
from mien.server.error_answers import ApiError

_MOST = 10_000
_LONGEST_NAME = 200


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class MarkedRange(_Form):
    """A stretch of time in seconds; one without a name is excluded."""

    start: float = Field(ge=0, le=1e9)
    end: float = Field(ge=0, le=1e9)
    name: str = Field("", max_length=_LONGEST_NAME)


class PersonEdit(_Form):
    """A person's name, and whom they are the same as."""

    id: int
    name: str = Field("", max_length=_LONGEST_NAME)
    same_as: int | None = None


class VideoEdits(_Form):
    """All that was said of a video."""

    excluded: list[MarkedRange] = Field(default_factory=list, max_length=_MOST)
    events: list[MarkedRange] = Field(default_factory=list, max_length=_MOST)
    people: list[PersonEdit] = Field(default_factory=list, max_length=_MOST)

    def check(self) -> None:
        """Raise ``ApiError`` 422 for ranges that end before they begin."""
        for marked in (*self.excluded, *self.events):
            if not marked.end > marked.start:
                raise ApiError(422, "a range ends before it begins", "give a later end")

    def names(self) -> dict[int, str]:
        """The names that were given, by the number that stays after merging."""
        merged = self._merged()
        named: dict[int, str] = {}
        # One that was named before the merge keeps the name of the one that stays.
        for person in sorted(self.people, key=lambda each: each.same_as is not None):
            if person.name.strip():
                named.setdefault(merged.get(person.id, person.id), person.name.strip())
        return named

    def leaves_out(self, seconds: float) -> bool:
        """Whether a time is in an excluded range."""
        return any(each.start <= seconds < each.end for each in self.excluded)

    def merge(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The frames with people who are the same under one number.

        Raises
        ------
        ApiError
            422 when two who are said to be the same are in one picture.
        """
        merged = self._merged()
        for frame in frames:
            if not merged:
                yield frame
                continue
            seen: set[int] = set()
            faces = []
            for face in frame.faces:
                if face.track is not None:
                    number = merged.get(face.track.id, face.track.id)
                    if number in seen:
                        raise ApiError(
                            422,
                            f"at {frame.time or 0:.1f} s two of the people said to be person "
                            f"{number} are in the picture together",
                            "undo the merge",
                        )
                    seen.add(number)
                    face = replace(face, track=replace(face.track, id=number))
                faces.append(face)
            yield replace(frame, faces=tuple(faces))

    def _merged(self) -> dict[int, int]:
        into = {p.id: p.same_as for p in self.people if p.same_as is not None}
        merged = {}
        for number in into:
            end, passed = number, {number}
            while end in into:
                end = into[end]
                if end in passed:
                    raise ApiError(422, "people are merged in a circle", "undo one of the merges")
                passed.add(end)
            merged[number] = end
        return merged
