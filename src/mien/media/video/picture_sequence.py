"""The frames of a video that lie as one picture each in a folder."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from mien.errors import ImageError, VideoError
from mien.media.image import read_picture
from mien.media.sources import find_images
from mien.media.video.frames import VideoFrame
from mien.wording import count

DEFAULT_RATE = 25.0
"""Frames a second when nobody says how many there were."""

_NUMBER = re.compile(r"%(?:0(\d+))?d")
_ANY = re.compile(r"[*?\[]")


def names_pictures(source: str) -> bool:
    """Whether a source stands for a sequence of pictures: a folder, ``%04d.png`` or ``*.png``."""
    path = Path(source)
    if path.is_dir():
        return True
    return bool(_NUMBER.search(path.name) or _ANY.search(path.name)) and not path.exists()


class PictureSequence:
    """The pictures of a folder or a pattern as the frames of a video. A context manager.

    Pictures that cannot be read are left out and counted in ``losses``; the others keep their
    times. Where the pattern has a number, missing ones are gaps in time.

    Parameters
    ----------
    source : str
        A folder, whose own pictures are taken in natural order, or a pattern of names.
    rate : float
        Pictures a second.
    start, end, fps
        As for ``open_video``.

    Raises
    ------
    VideoError
        If there are no pictures.
    """

    def __init__(
        self,
        source: str,
        *,
        rate: float = DEFAULT_RATE,
        start: float = 0.0,
        end: float | None = None,
        fps: float | None = None,
    ) -> None:
        self.name, self.rate = source, rate
        self._start, self._end, self._fps = start, end, fps
        self._paths = _numbered(source) if _NUMBER.search(Path(source).name) else _listed(source)
        if not self._paths:
            raise VideoError("has no pictures that could be frames", where=source)
        self._unreadable: list[str] = []

    @property
    def seconds(self) -> float | None:
        """Length in seconds of what will be read."""
        whole = (max(self._paths) + 1) / self.rate
        return max(0.0, min(whole, self._end or math.inf) - self._start)

    @property
    def losses(self) -> tuple[str, ...]:
        """What could not be read, one clause each; complete when all frames have been read."""
        if not self._unreadable:
            return ()
        number = count(len(self._unreadable), "picture")
        return (f"{number} could not be read (first: {self._unreadable[0]})",)

    def __iter__(self) -> Iterator[VideoFrame]:
        wanted = self._start
        for number, path in sorted(self._paths.items()):
            time = number / self.rate
            if self._end is not None and time >= self._end:
                return
            if time < self._start or (self._fps and time < wanted - 0.5 / self.rate):
                continue
            if self._fps:
                wanted = max(wanted + 1 / self._fps, time + 0.5 / self._fps)
            try:
                picture = read_picture(path)
            except ImageError as error:
                self._unreadable.append(str(error))
                continue
            yield VideoFrame(number, time, picture.image)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None


def _listed(source: str) -> dict[int, str]:
    """The pictures of a folder, not those below, or what matches a pattern, from 0."""
    found = [entry.path for entry in find_images([source]) if entry.error is None]
    if Path(source).is_dir():
        found = [path for path in found if Path(path).parent == Path(source)]
    return dict(enumerate(found))


def _numbered(source: str) -> dict[int, str]:
    """What matches a pattern with a number in its name, by the number, the lowest of which is 0."""
    path = Path(source)
    before, digits, after = _NUMBER.split(path.name, maxsplit=1)
    form = rf"\d{{{digits},}}" if digits else r"\d+"
    name = re.compile(f"{re.escape(before)}({form}){re.escape(after)}")
    folder = path.parent
    if not folder.is_dir():
        return {}
    found = {
        int(match[1]): str(entry)
        for entry in folder.iterdir()
        if (match := name.fullmatch(entry.name))
    }
    return {number - min(found): entry for number, entry in found.items()}
