"""Opening what frames come from: a file, a URL, a camera, or pictures in a folder."""

from __future__ import annotations

import math

from mien.errors import UsageError
from mien.media.video.container import is_url
from mien.media.video.frames import CAMERA, VideoSource
from mien.media.video.picture_sequence import DEFAULT_RATE, PictureSequence, names_pictures
from mien.media.video.video_file import VideoReader


def open_video(
    source: str,
    *,
    start: float = 0.0,
    end: float | None = None,
    fps: float | None = None,
    threads: int = 1,
    rate: float | None = None,
) -> VideoSource:
    """Open a file, a URL, a camera, or pictures in a folder.

    Parameters
    ----------
    source : str
        Path of a file, URL (``https://…``, ``rtsp://…``), ``camera:0``; or pictures that are the
        frames: a folder, ``frames/%04d.png`` or ``frames/*.png``.
    start, end : float
        Read the frames from this time on and before that one, in seconds; a camera is read until
        ``end`` seconds have passed.
    fps : float, optional
        Read at most so many frames a second, evenly; all when None.
    threads : int
        CPU threads of the decoder.
    rate : float, optional
        How many of the pictures are a second; 25 when None. Everything else says it itself.

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
    if rate is not None and not 0 < rate < math.inf:
        raise UsageError(f"rate is {rate:g}, expected more than 0 frames a second")
    if not is_url(source) and not source.startswith(CAMERA) and names_pictures(source):
        return PictureSequence(source, rate=rate or DEFAULT_RATE, start=start, end=end, fps=fps)
    if rate is not None:
        raise UsageError(
            "--rate is for a folder of pictures or a pattern like %04d.png",
            where=source,
            hint="a video has times of its own; to read fewer frames: --fps",
        )
    if source.startswith(CAMERA):
        from mien.media.video.camera import Camera

        if start:
            raise UsageError("a camera has no start to skip", where=source)
        return Camera(source, end=end, fps=fps)
    return VideoReader(source, start=start, end=end, fps=fps, threads=threads)
