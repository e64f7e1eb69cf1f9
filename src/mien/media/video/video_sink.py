"""Writing an annotated video: H.264, the times of the frames as they were, the sound kept."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from mien.errors import OutputError, UsageError, VideoError
from mien.media.image import Image
from mien.media.results.output import OutputStream
from mien.media.results.written import Written
from mien.media.video.container import require_av
from mien.media.video.sound import Sound

if TYPE_CHECKING:
    import av

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
"""Suffixes of the videos that are written, and FFmpeg's names of their formats."""

_ENCODERS: dict[str, dict[str, str]] = {
    # Without frames that refer to later ones, short videos of odd times keep their length.
    "libx264": {"preset": "veryfast", "crf": "20", "bf": "0"},
    "libopenh264": {"b": "6M"},
    "mpeg4": {"qscale": "3"},
}
"""The best first; which of them there are depends on how FFmpeg was built."""

_CLOCK = Fraction(1, 90_000)
"""Unit of the new frames' times: all usual frame rates have whole numbers of it."""

_BT709 = 1


class AnnotatedVideo(Written):
    """A video that is written frame by frame. A context manager, for one use.

    The file is written beside its place and moved there when the ``with`` block ends without an
    exception; a file that was there before stays as it was otherwise.

    Parameters
    ----------
    out : Path
        Its suffix names the format: see ``CONTAINERS``.
    rate : float
        About how many frames a second there will be.
    sound_from : str, optional
        A video whose sound is kept; None for a silent one.
    start : float
        The second of the source that is the beginning of the new video.

    Raises
    ------
    UsageError
        If the suffix is another one.
    OutputError
        On entering and later, if the file cannot be written.
    MissingExtraError
        If PyAV is not installed.
    """

    def __init__(
        self, out: Path, *, rate: float = 25.0, sound_from: str | None = None, start: float = 0.0
    ) -> None:
        require_av()
        format = CONTAINERS.get(out.suffix.lower())
        if format is None:
            raise UsageError(
                f"videos are not written as {out.suffix or 'files without a suffix'}",
                where=out,
                hint=f"end the name in {', '.join(CONTAINERS)}",
            )
        super().__init__(out)
        self._format = format
        self._rate = Fraction(rate).limit_denominator(1001)
        self._sound_from, self._start = sound_from, start
        self._container: av.container.OutputContainer | None = None
        self._stream: Any = None
        self._converter: Any = None
        self._sound: Sound | None = None
        self._last: int | None = None
        self.losses: tuple[str, ...] = ()
        """What of the sound could not be kept; known after the ``with`` block."""

    def write(self, image: Image, time: float) -> None:
        """Add a frame.

        Parameters
        ----------
        image : ndarray of shape (H, W, 3), uint8
            RGB. One of another size than the first is fitted into that, with black bars.
        time : float
            In seconds of the source; more than that of the frame before.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        import av

        try:
            if self._container is None:
                self._begin(image)
            picture = av.VideoFrame.from_ndarray(_fitted(image, *self._size), format="rgb24")
            picture = self._converter.reformat(picture, format="yuv420p", dst_colorspace="ITU709")
            tick = round(Fraction(time - self._start) / _CLOCK)
            tick = max(tick, 0 if self._last is None else self._last + 1)
            picture.pts, picture.time_base, self._last = tick, _CLOCK, tick
            self._mux(self._stream.encode(picture))
            if self._sound is not None:
                self._sound.advance(float(tick * _CLOCK))
        except (av.FFmpegError, ValueError) as error:
            raise self._output_error(error) from error

    def _begin(self, image: Image) -> None:
        import av
        from av.video.reformatter import VideoReformatter

        self._container = av.open(_Seekable(self._file), "w", format=self._format)
        height, width = image.shape[:2]
        # 4:2:0 colour has one value for two by two pixels.
        self._size = width + width % 2, height + height % 2
        name = next((n for n in _ENCODERS if n in av.codecs_available), None)
        if name is None:
            raise OutputError("this FFmpeg has no encoder for it", where=self._out)
        stream: Any = self._container.add_stream(name, rate=self._rate, options=_ENCODERS[name])
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = _CLOCK
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        self._stream, self._converter = stream, VideoReformatter()
        if self._sound_from is not None:
            try:
                self._sound = Sound(self._sound_from, self._container, start=self._start)
            except (VideoError, av.FFmpegError) as error:
                self.losses = (f"the sound could not be kept ({error})",)

    def _mux(self, packets: Any) -> None:
        assert self._container is not None
        self._container.mux(packets)

    def _finish(self) -> None:
        import av

        if self._container is None:
            raise OutputError("no frame was read, so there is no video to write", where=self._out)
        try:
            self._mux(self._stream.encode(None))
            if self._sound is not None:
                self._sound.finish(float((self._last or 0) * _CLOCK + 1 / self._rate))
                if self._sound.lost:
                    self.losses += (f"{self._sound.lost} pieces of sound could not be kept",)
            self._container.close()
        except (av.FFmpegError, ValueError) as error:
            raise self._output_error(error) from error

    def _output_error(self, error: Exception) -> OutputError:
        return OutputError(f"cannot be written ({error})", where=self._out)

    def _give_up(self) -> None:
        if self._sound is not None:
            self._sound.close()


class _Seekable:
    """What PyAV needs of a file, and no more: it closes a file that can be closed."""

    def __init__(self, stream: OutputStream) -> None:
        self.write, self.seek, self.tell = self._write, stream.seek, stream.tell
        self._stream = stream

    def _write(self, data: bytes) -> int:
        self._stream.write(bytes(data))
        return len(data)


def _fitted(image: Image, width: int, height: int) -> Image:
    """The picture inside ``width`` × ``height``: an odd side repeats its edge, others get bars."""
    have_height, have_width = image.shape[:2]
    if (have_width, have_height) == (width, height):
        return image
    if width - have_width in (0, 1) and height - have_height in (0, 1):
        return np.pad(image, ((0, height - have_height), (0, width - have_width), (0, 0)), "edge")
    scale = min(width / have_width, height / have_height)
    size = (
        max(1, min(width, round(have_width * scale))),
        max(1, min(height, round(have_height * scale))),
    )
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    canvas = np.zeros((height, width, 3), np.uint8)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    canvas[top : top + size[1], left : left + size[0]] = small
    return canvas
