"""A video read twice: who is where first, then written with faces covered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from mien.errors import UsageError, VideoError
from mien.media.blur.blur import blur_faces
from mien.media.blur.covers import HOLD_SECONDS, CoverCollector
from mien.media.drawing.draw import annotate
from mien.media.image import Image
from mien.media.study.followed_people import PeopleCollector
from mien.media.study.participant import Who, participant_of
from mien.media.video.frames import VideoFrame
from mien.results import Frame


class Blur(StrEnum):
    """Whose faces are covered."""

    OTHERS = "others"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Blurring:
    """Whose faces are covered, and whose are not.

    Attributes
    ----------
    whose : Blur
    sharp : Who or tuple of int
        With ``others``: how the one person is known who is not covered, or numbers of people.
    """

    whose: Blur
    sharp: Who | tuple[int, ...] = Who.PRESENT


def blurring(whose: Blur | None, sharp: str | None) -> Blurring | None:
    """What two options say; None where nothing is to be covered.

    Raises
    ------
    UsageError
        If they do not go together, or ``sharp`` is neither a rule nor numbers.
    """
    if whose is not Blur.OTHERS:
        if sharp is not None:
            raise UsageError("is for --blur others", where="--sharp")
        return None if whose is None else Blurring(whose)
    text = (sharp or Who.PRESENT).strip()
    rules = [rule for rule in Who if rule is not Who.ASKED]
    if text in rules:
        return Blurring(whose, Who(text))
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise UsageError(
            f"{text!r} names nobody", where="--sharp", hint=f"{', '.join(rules)}, or numbers: 1,4"
        )
    return Blurring(whose, tuple(int(part) for part in parts))


class BlurredPeople:
    """Takes the frames of a first reading, and covers faces in those of a second.

    Parameters
    ----------
    blurring : Blurring
    labels : tuple of str
        Of the model's first head.
    """

    def __init__(self, blurring: Blurring, labels: tuple[str, ...]) -> None:
        self._blurring = blurring
        self._covers = CoverCollector()
        self._people = PeopleCollector(labels, signs=False)
        self._frames: list[Frame] = []

    def add(self, image: Image, frame: Frame) -> None:
        """Take in a frame of the first reading. Its signs are not kept: they show features."""
        self._covers.add(image, frame)
        self._people.add(frame)
        faces = tuple(replace(face, signs=None, ferplus={}) for face in frame.faces)
        self._frames.append(replace(frame, faces=faces))

    def sharp(self) -> frozenset[int]:
        """Numbers of the people who are not covered.

        Raises
        ------
        UsageError
            If a number that was named is nobody's.
        """
        if self._blurring.whose is Blur.ALL:
            return frozenset()
        people = self._people.people()
        if not isinstance(self._blurring.sharp, Who):
            unknown = set(self._blurring.sharp) - {person.id for person in people}
            if unknown:
                raise UsageError(f"nobody has the number {min(unknown)}", where="--sharp")
            return frozenset(self._blurring.sharp)
        times = self._covers.times
        seconds = times[-1] - times[0] if len(times) > 1 else 1.0
        chosen = participant_of(people, self._blurring.sharp, max(seconds, 1e-3))
        return frozenset() if chosen is None else frozenset({chosen})

    def drawn(
        self, again: Iterable[VideoFrame], *, cut_off: bool = False
    ) -> Iterator[tuple[Image, float]]:
        """The frames of the second reading, covered and then annotated.

        Parameters
        ----------
        again : iterable of VideoFrame
        cut_off : bool
            Whether the first reading ended before the video did. Faces that come into view just
            after are not known then, so that its last two seconds are covered whole.

        Raises
        ------
        VideoError
            If it is not the same video any more.
        UsageError
            As ``sharp``.
        """
        sharp = self.sharp()
        known = self._covers.times[-1] - HOLD_SECONDS if cut_off else math.inf
        done = 0
        for picture, frame in zip(again, self._frames, strict=False):
            if picture.time != frame.time:
                raise VideoError("changed while it was read", where=frame.path)
            boxes = self._covers.covers(done, sharp=sharp)
            if picture.time > known:
                boxes = [(0.0, 0.0, float(frame.width), float(frame.height))]
            yield annotate(blur_faces(picture.image, boxes), frame), picture.time
            done += 1
        if done < len(self._frames):
            raise VideoError("could be read to its end only once", where=self._frames[0].path)
