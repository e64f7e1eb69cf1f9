"""The sound of one video, carried over into another."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mien.media.video.container import open_container, stream_origin

if TYPE_CHECKING:
    import av

RECODED = "aac"
"""Codec for sound that the new file cannot hold as it is."""


class Sound:
    """The best audio stream of a video, on its way into another container.

    Sound is copied as it is when the container can hold its codec, and coded anew otherwise.
    ``advance`` has to be called as the picture goes on, so that neither runs ahead of the other.

    Parameters
    ----------
    source : str
        The video that the sound is from, as for ``mien.media.video.open_video.open_container``.
    into : av.container.OutputContainer
        Where it goes; nothing may have been written to it yet.
    start : float
        The second of the source at which the new video begins.

    Raises
    ------
    VideoError
        If the source cannot be opened.
    """

    def __init__(self, source: str, into: av.container.OutputContainer, *, start: float) -> None:
        import av

        self._into = into
        self._container = open_container(source)
        self._packets: Iterator[Any] = iter(())
        self._waiting: Any = None
        self.lost = 0
        """Pieces of sound that could not be carried over."""
        stream: Any = self._container.streams.best("audio")
        self._begin = Fraction(start).limit_denominator(90_000) + stream_origin(self._container)
        self._stream = stream
        context: Any = None if stream is None else stream.codec_context
        if context is None:
            self._stream = None
            return
        name = context.name
        # FFmpeg puts uncoded sound into MP4 too, but hardly a player finds it there.
        self._copied = name in into.supported_codecs and not name.startswith("pcm_")
        if self._copied:
            self._target: Any = into.add_stream_from_template(stream)
        else:
            layout = "stereo" if context.channels > 1 else "mono"
            rate = context.sample_rate
            rate = rate if rate in (32000, 44100, 48000) else 48000
            self._target = into.add_stream(RECODED, rate=rate, layout=layout)
            self._resampler = av.AudioResampler("fltp", layout, rate)
        if start:
            self._container.seek(int(self._begin * 1_000_000), backward=True)
        self._packets = self._demuxed()

    def advance(self, seconds: float) -> None:
        """Carry over what sounds before this second of the new video."""
        limit = Fraction(seconds).limit_denominator(90_000)
        while True:
            packet = self._waiting or next(self._packets, None)
            self._waiting = None
            if packet is None:
                return
            at = packet.pts * packet.time_base - self._begin
            if at >= limit:
                self._waiting = packet
                return
            if at >= 0:
                self._carry(packet, at)

    def finish(self, seconds: float) -> None:
        """Carry over the rest, up to the end of the new video, and close the source."""
        try:
            self.advance(seconds)
            if self._stream is not None and not self._copied:
                for frame in self._resampler.resample(None):
                    self._into.mux(self._target.encode(frame))
                self._into.mux(self._target.encode(None))
        finally:
            self.close()

    def close(self) -> None:
        """Close the source."""
        self._container.close()

    def _carry(self, packet: Any, at: Fraction) -> None:
        import av

        if self._copied:
            shift = round(self._begin / packet.time_base)
            packet.pts -= shift
            packet.dts = packet.pts if packet.dts is None else packet.dts - shift
            packet.stream = self._target
            self._into.mux(packet)
            return
        try:
            decoded = packet.decode()
        except av.FFmpegError:
            self.lost += 1
            return
        for frame in decoded:
            if frame.pts is not None:
                frame.pts -= round(self._begin / frame.time_base)
            for piece in self._resampler.resample(frame):
                self._into.mux(self._target.encode(piece))

    def _demuxed(self) -> Iterator[Any]:
        import av

        try:
            for packet in self._container.demux(self._stream):
                if packet.pts is not None:
                    yield packet
        except av.FFmpegError:
            self.lost += 1
