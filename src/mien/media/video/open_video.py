"""Opening what frames come from: a file, a URL or a camera."""

from __future__ import annotations

import math

from mien.errors import UsageError
from mien.media.video.frames import CAMERA, VideoSource
from mien.media.video.video_file import VideoReader


def open_video(
    source: str,
    *,
    start: float = 0.0,
    end: float | None = None,
    fps: float | None = None,
    threads: int = 1,
) -> VideoSource:
    """Open a file, a URL or a camera.

    Parameters
    ----------
    source : str
        Path of a file, URL (``https://…``, ``rtsp://…``), or ``camera:0``.
    start, end : float
        Read the frames from this time on and before that one, in seconds; a camera is read until
        ``end`` seconds have passed.
    fps : float, optional
        Read at most so many frames a second, evenly; all when None.
    threads : int
        CPU threads of the decoder.

    Raises
    ------
    UsageError
        If a time or the number of frames is out of range.
    VideoError
        If it cannot be opened, or has no video in it.
    MissingExtraError
        If PyAV is not installed; cameras do not need it.
    """
    if not 0 <= start < math.inf:
        raise UsageError(f"start is {start:g}, expected 0 seconds or more")
    if end is not None and not end > start:
        raise UsageError(f"end ({end:g} s) is not after start ({start:g} s)")
    if fps is not None and not 0 < fps < math.inf:
        raise UsageError(f"fps is {fps:g}, expected more than 0 frames a second")
    if source.startswith(CAMERA):
        from mien.media.video.camera import Camera

        if start:
            raise UsageError("a camera has no start to skip", where=source)
        return Camera(source, end=end, fps=fps)
    return VideoReader(source, start=start, end=end, fps=fps, threads=threads)
