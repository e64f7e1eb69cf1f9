"""Reading a video file or stream, frame by frame, as far as it can be read (PyAV, FFmpeg)."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mien.errors import VideoError
from mien.media.image import DEFAULT_MAX_PIXELS
from mien.media.video.container import is_url, open_container, reason, stream_origin
from mien.media.video.frames import VideoFrame
from mien.media.video.upright import upright_picture
from mien.wording import count

if TYPE_CHECKING:
    import av
    from av.video.reformatter import VideoReformatter

_MOST_ERRORS = 1000
"""Packets in a row that cannot be read before the rest is given up."""


_MISSING_SECONDS = 0.5
"""A video that ends this much before its own statement is cut off; less is rounding."""


_ROUNDING = 1e-6
"""Seconds by which a time may miss the one that was meant."""


_FIRST_STEP_BACK = 1.0
"""Seconds; doubled each time."""


_MATROSKA = "matroska"


_MOST_BETWEEN = 1024
"""Bytes between two packets of a Matroska file. More is damage: FFmpeg looks for the next place
that it can read, and does not tell."""


class VideoReader:
    """The frames of a video file or stream. A context manager; iterate once.

    One frame is held at a time. Rotation metadata, other shapes of pixels, grey and more than 8
    bits, a variable frame rate and changes of size are taken care of. What cannot be decoded is
    left out and counted in ``losses``.

    Parameters
    ----------
    source, start, end, fps, threads
        As for ``open_video``.
    """

    def __init__(
        self,
        source: str,
        *,
        start: float = 0.0,
        end: float | None = None,
        fps: float | None = None,
        threads: int = 1,
    ) -> None:
        self.name = source
        self._start, self._end, self._fps = start, end, fps
        self._threads = threads
        self._open()
        self._converter = _converter()
        self._undecodable = self._damaged = self._passed_over = 0
        self._ended_early: str | None = None

    def _open(self) -> None:
        self._container = open_container(self.name)
        try:
            self._stream = _picture_stream(self._container, self.name)
            _check_decoder(self._stream, self.name)
        except BaseException:
            self._container.close()
            raise
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = self._threads

    @property
    def rate(self) -> float:
        """Mean frames a second, as the file states it; 25 when it does not."""
        rate = self._stream.average_rate or self._stream.guessed_rate
        return float(rate) if rate and 0 < rate <= 1000 else 25.0

    @property
    def seconds(self) -> float | None:
        """Length in seconds of what will be read, as the file states it; None if it does not."""
        whole = self._stated_seconds()
        if whole is None:
            return None if self._end is None else self._end - self._start
        return max(0.0, min(whole, self._end or math.inf) - self._start)

    @property
    def losses(self) -> tuple[str, ...]:
        """What could not be read, one clause each; complete when all frames have been read."""
        found = []
        if self._passed_over:
            found.append(f"{count(self._passed_over, 'damaged part')} of the file left out")
        if self._undecodable:
            found.append(f"{count(self._undecodable, 'piece')} could not be decoded")
        if self._damaged:
            found.append(f"{count(self._damaged, 'frame')} decoded with damage")
        if self._ended_early:
            found.append(self._ended_early)
        return tuple(found)

    def __iter__(self) -> Iterator[VideoFrame]:
        number, last, wanted = -1, -math.inf, self._start
        origin, aspect = stream_origin(self._container), self._stream.sample_aspect_ratio
        reached = 0.0
        for decoded in self._from_start(origin) if self._start else self._decoded():
            number += 1
            if number == 0 and not self._start:
                # With nothing to leave out, no frame comes before the beginning.
                stated = _stated_time(decoded)
                origin = origin if stated is None else min(origin, stated)
            time = self._time_of(decoded, origin, last)
            last = reached = time
            if number == 0 and self._start:
                number = round(time * self.rate)
            if self._end is not None and time >= self._end - _ROUNDING:
                return
            # Half a frame early is nearer to the wanted time than a whole frame late.
            if time < self._start - _ROUNDING or (self._fps and time < wanted - 0.5 / self.rate):
                continue
            if self._fps:
                wanted = max(wanted + 1 / self._fps, time + 0.5 / self._fps)
            self._damaged += bool(decoded.is_corrupt)
            yield VideoFrame(number, time, upright_picture(decoded, self._converter, aspect))
        self._note_early_end(reached, any_frame=number >= 0)

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """All frames that can be decoded, in order of display."""
        import av

        packets = self._packets()
        errors = 0
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.EOFError):
                break
            except av.FFmpegError as error:
                errors += 1
                if errors > _MOST_ERRORS or not isinstance(error, av.InvalidDataError):
                    self._ended_early = f"reading broke off ({reason(error)})"
                    break
                self._undecodable += 1
                packets = self._packets()
                continue
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self._undecodable += 1
                continue
            errors = 0
            yield from frames

    def _packets(self) -> Iterator[Any]:
        """The packets of the picture; of the other streams only the places are looked at."""
        without_holes = _MATROSKA in self._container.format.name
        end: int | None = None
        for packet in self._container.demux():
            if without_holes and packet.pos is not None and packet.size:
                self._passed_over += end is not None and packet.pos - end > _MOST_BETWEEN
                end = max(end or 0, packet.pos + packet.size)
            # Not ``packet.stream_index``: the last packet, which asks the decoder for the frames
            # that it still holds, has 0 there, whatever its stream.
            if packet.stream.index == self._stream.index:
                yield packet

    def _time_of(self, decoded: av.VideoFrame, origin: Fraction, last: float) -> float:
        stated = _stated_time(decoded)
        if stated is None:
            return max(0.0, last + 1 / self.rate) if last > -math.inf else 0.0
        time = float(stated - origin)
        # Damaged or spliced streams jump back; time in results never does.
        return time if time > last else last + 1 / self.rate

    def _from_start(self, origin: Fraction) -> Iterator[av.VideoFrame]:
        """The frames from a point on that is not behind the start.

        FFmpeg goes back to where it believes that decoding can begin, by the packets' times or by
        bytes, and is at times too late: then it is sent back further, up to the beginning.
        """
        back = 0.0
        while True:
            begin = max(0.0, self._start - back)
            if begin:
                self._seek(begin, origin)
            else:
                self.close()
                self._open()
            self._undecodable = self._passed_over = 0
            self._ended_early = None
            frames = self._decoded()
            first = next(frames, None)
            stated = None if first is None else _stated_time(first)
            late = first is None or (
                stated is not None and float(stated - origin) > self._start + _ROUNDING
            )
            if begin == 0 or not late:
                break
            back = 2 * back or _FIRST_STEP_BACK
        if first is not None:
            yield first
            yield from frames

    def _seek(self, seconds: float, origin: Fraction) -> None:
        import av

        where = int((seconds + float(origin)) * 1_000_000)
        try:
            self._container.seek(where, backward=True)
        except av.FFmpegError as error:
            raise VideoError(
                "cannot be read from a later point on",
                where=self.name,
                hint="leave out --start",
            ) from error

    def _stated_seconds(self) -> float | None:
        stream = self._stream
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        stated = stream.metadata.get("DURATION")
        if stated is not None:
            parts = reversed(str(stated).split(":"))
            with contextlib.suppress(ValueError):
                return sum(float(part) * 60.0**power for power, part in enumerate(parts))
        if self._container.duration is None:
            return None
        return float(self._container.duration / 1_000_000)

    def _note_early_end(self, reached: float, *, any_frame: bool) -> None:
        if not any_frame and self._ended_early:
            hint = "copy it to this computer first" if is_url(self.name) else "copy it again"
            raise VideoError(self._ended_early, where=self.name, hint=hint)
        if self._ended_early:
            return
        stated = self._stated_seconds()
        wanted = min(stated or 0.0, self._end or math.inf)
        if not any_frame or reached < self._start - _ROUNDING:
            what = f"after {self._start:g} s" if self._start else "that can be decoded"
            raise VideoError(f"has no frame {what}", where=self.name)
        if reached + 1 / self.rate < wanted - _MISSING_SECONDS:
            self._ended_early = f"cut off: {reached:.1f} s of {stated:.1f} s are there"


def _stated_time(decoded: av.VideoFrame) -> Fraction | None:
    """Seconds on the container's clock; None when the file does not say."""
    if decoded.pts is None or decoded.time_base is None:
        return None
    return decoded.pts * decoded.time_base


def _converter() -> VideoReformatter:
    from av.video.reformatter import VideoReformatter

    return VideoReformatter()


def _picture_stream(container: av.container.InputContainer, source: str) -> Any:
    import av

    # The cover of a piece of music is a video of one frame.
    cover = av.stream.Disposition.attached_pic
    streams = [s for s in container.streams.video if not s.disposition & cover]
    if not streams:
        raise VideoError("has no moving picture in it", where=source)
    return max(streams, key=lambda s: (s.codec_context.width or 0) * (s.codec_context.height or 0))


def _check_decoder(stream: Any, source: str) -> None:
    context = stream.codec_context
    if context is None:
        raise VideoError("is in a format that this FFmpeg cannot decode", where=source)
    pixels = (context.width or 0) * (context.height or 0)
    if pixels > DEFAULT_MAX_PIXELS:
        raise VideoError(
            f"has {pixels / 1e6:.0f} megapixels a frame, more than {DEFAULT_MAX_PIXELS / 1e6:.0f}",
            where=source,
        )
