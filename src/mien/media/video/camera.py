"""Frames from a camera of this computer (OpenCV, which knows the cameras of every system)."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from mien.errors import UsageError, VideoError
from mien.media.video.frames import CAMERA, VideoFrame

_GIVEN_UP_AFTER = 20
"""Frames in a row that do not come before the camera counts as gone."""


class Camera:
    """The frames of a camera, each with the time since the first. A context manager.

    Parameters
    ----------
    name : str
        ``camera:0`` for the first one.
    end : float, optional
        Stop after so many seconds.
    fps : float, optional
        At most so many frames a second.

    Raises
    ------
    UsageError
        If the name has no number.
    VideoError
        If there is no such camera, or another program has it.
    """

    seconds: float | None

    def __init__(self, name: str, *, end: float | None = None, fps: float | None = None) -> None:
        number = name.removeprefix(CAMERA)
        if not (number.isascii() and number.isdigit()):
            raise UsageError("a camera is named by its number", where=name, hint="try: camera:0")
        self.name = name
        self.seconds = end
        self._end, self._fps = end, fps
        # OpenCV prints warnings of its own about a camera that is not there.
        level = cv2.utils.logging.getLogLevel()
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        try:
            self._capture = cv2.VideoCapture(int(number))
        finally:
            cv2.utils.logging.setLogLevel(level)
        if not self._capture.isOpened():
            raise VideoError(
                "there is no such camera, or another program uses it",
                where=name,
                hint="close the other program, or try camera:1",
            )
        # Frames that wait are old ones: what is read next should be what is seen now.
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._gone = False

    @property
    def rate(self) -> float:
        """Frames a second as the camera states them; 30 when it does not."""
        rate = float(self._capture.get(cv2.CAP_PROP_FPS))
        return rate if 0 < rate <= 1000 else 30.0

    @property
    def losses(self) -> tuple[str, ...]:
        """That the camera went away, if it did."""
        return ("the camera gave no more pictures",) if self._gone else ()

    def __iter__(self) -> Iterator[VideoFrame]:
        begun, wanted, number, failures = None, -math.inf, -1, 0
        while failures < _GIVEN_UP_AFTER:
            there, bgr = self._capture.read()
            if not there:
                failures += 1
                time.sleep(0.05)
                continue
            failures = 0
            now = time.monotonic()
            begun = now if begun is None else begun
            elapsed = now - begun
            number += 1
            if self._end is not None and elapsed >= self._end:
                return
            if elapsed < wanted:
                continue
            if self._fps:
                wanted = elapsed + 0.9 / self._fps
            yield VideoFrame(
                number, elapsed, cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
            )
        self._gone = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._capture.release()
