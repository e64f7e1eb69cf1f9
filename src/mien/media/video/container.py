"""Opening a video with FFmpeg (PyAV), and what to say when that fails."""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mien.errors import MissingExtraError, VideoError
from mien.installing import how_to_install

if TYPE_CHECKING:
    import av

_OPEN_SECONDS, _READ_SECONDS = 10.0, 20.0
_MICROSECONDS = 1_000_000

# FFmpeg plays text as a terminal would show it, and photos as videos of one frame.
_TEXT, _PICTURES, _ONE_PICTURE = "tty", ("image2", "ico"), "_pipe"


def require_av() -> None:
    """Raise ``MissingExtraError`` unless PyAV is installed."""
    if importlib.util.find_spec("av") is None:
        raise MissingExtraError(
            "reading videos needs PyAV, which is not installed",
            hint=f"install it with: {how_to_install('video')}",
        )


def open_container(source: str) -> av.container.InputContainer:
    """Open a file or a URL for reading.

    Raises
    ------
    VideoError
        If it is missing, out of reach, or nothing that FFmpeg knows.
    MissingExtraError
        If PyAV is not installed.
    """
    require_av()
    import av

    # Without this a file called "a:b.mp4" would be taken for a stream of the protocol a.
    name = source if is_url(source) else f"file:{source}"
    try:
        container = av.open(name, timeout=(_OPEN_SECONDS, _READ_SECONDS), metadata_errors="replace")
    except (OSError, ValueError, av.FFmpegError) as error:
        raise _open_error(error, source) from error
    form = container.format.name
    if form == _TEXT or form in _PICTURES or form.endswith(_ONE_PICTURE):
        container.close()
        if form == _TEXT:
            raise VideoError("is text, not a video", where=source)
        raise VideoError(
            "is a picture, not a video", where=source, hint="read it with: mien analyze"
        )
    return container


def is_url(source: str) -> bool:
    """Whether a video is named by its address, and not by its path."""
    return "://" in source


def stream_origin(container: av.container.InputContainer) -> Fraction:
    """The time in seconds, on the container's clock, at which it begins to play.

    FFmpeg states it in whole microseconds, rounded, while the streams count in units of their own:
    the stream that begins then has the true value.
    """
    stated = Fraction(container.start_time or 0, _MICROSECONDS)
    exact = [
        stream.start_time * stream.time_base
        for stream in container.streams
        if stream.start_time is not None and stream.time_base is not None
    ]
    near = [begin for begin in exact if abs(begin - stated) <= Fraction(1, _MICROSECONDS)]
    return min(near, default=stated)


def _open_error(error: Exception, source: str) -> VideoError:
    import av

    if isinstance(error, av.InvalidDataError):
        if not is_url(source) and Path(source).stat().st_size == 0:
            return VideoError("is an empty file", where=source, hint="copy or export it again")
        return VideoError(
            "is not a video that can be read",
            where=source,
            hint="if it is a recording that was cut off, its index is lost",
        )
    if is_url(source):
        return VideoError(
            f"cannot be reached ({reason(error)})",
            where=source,
            hint="check the address and the connection",
        )
    if isinstance(error, FileNotFoundError):
        return VideoError("no such file", where=source, hint="check the spelling")
    if isinstance(error, IsADirectoryError):
        return VideoError("is a folder, not a video", where=source)
    if isinstance(error, PermissionError):
        return VideoError(
            "no permission to read it",
            where=source,
            hint="change its permissions, or run as its owner",
        )
    return VideoError(f"cannot be opened ({reason(error)})", where=source)


def reason(error: Exception) -> str:
    """What went wrong, as FFmpeg or the system says it."""
    return getattr(error, "strerror", None) or type(error).__name__
