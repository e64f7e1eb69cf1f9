"""What all formats of stretches of time have in common: who showed what from when to when."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

from mien.emotions import FER2013
from mien.media.results.sink import Sink
from mien.media.summary.summary import Summarizer, VideoSummary
from mien.results import Frame

_RATE = 25.0
"""Frames a second of a video of one frame."""


class BoutsSink(Sink):
    """Sums up the people of one video, and writes when all of it is there.

    Parameters
    ----------
    out : Path or None
    labels : sequence of str
        Of the model's first head.
    """

    def __init__(self, out: Path | None, labels: tuple[str, ...] = FER2013.labels) -> None:
        super().__init__(out)
        self._labels = labels
        self._first: Frame | None = None
        self._summarizer: Summarizer | None = None

    def _one(self, frame: Frame) -> bytes:
        if self._first is None:
            self._first = frame
        elif self._summarizer is None:
            # How long a frame lasts is known with the second.
            step = (frame.time or 0.0) - (self._first.time or 0.0)
            self._begin(1 / step if step > 0 else _RATE)
        if self._summarizer is not None:
            self._summarizer.add(frame)
        return b""

    def _after(self) -> bytes:
        summarizer = self._summarizer or self._begin(_RATE)
        return self._written(summarizer.finish()).encode()

    def _begin(self, rate: float) -> Summarizer:
        path = "" if self._first is None else self._first.path or ""
        self._summarizer = Summarizer(path, self._labels, rate=rate)
        if self._first is not None:
            self._summarizer.add(self._first)
        return self._summarizer

    @abstractmethod
    def _written(self, summary: VideoSummary) -> str: ...


def called(number: int | None) -> str:
    """A person in a file: ``person 1``."""
    return f"person {number}"
