"""A video or a camera, measured for a check-in."""

from __future__ import annotations

from mien.journal.kept.check_in import CameraMeasures
from mien.journal.measuring import Measuring
from mien.media.video.open_video import open_video
from mien.vision.stream import StreamAnalyzer

FRAMES_A_SECOND = 10.0
"""Enough for blinks, which take a third of a second, and for the head's movement."""


def measure_video(
    source: str, seconds: float | None, *, model: str | None = None, threads: int = 1
) -> CameraMeasures:
    """Look at the largest face and keep numbers only; pictures are let go one after the other.

    Parameters
    ----------
    source : str
        What ``open_video`` takes: a file, or ``camera:0``.
    seconds : float or None
        For how long, at most; a file to its end when None.
    model : str, optional
        A packaged model or a model file.
    threads : int, optional

    Raises
    ------
    VideoError
        If it cannot be read.
    """
    analyzer = StreamAnalyzer(model, signs=True, threads=threads)
    measuring = Measuring()
    with open_video(source, end=seconds, fps=FRAMES_A_SECOND) as frames:
        for picture in frames:
            frame = analyzer.analyze(picture.image, picture.time)
            measuring.add(frame, picture.image)
    return measuring.finish()
