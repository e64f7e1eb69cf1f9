"""No frame is lost at either end, whatever the container, its clock, its streams and codecs."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mien.media.video.open_video import open_video

av = pytest.importorskip("av")

RATE, FRAMES = 30, 23
FORMATS = {
    "mp4": ("mp4", {}),
    "fragmented mp4": (
        "mp4",
        {"movflags": "frag_keyframe+empty_moov", "use_editlist": "0"},
    ),
    "mov": ("mov", {}),
    "mkv": ("matroska", {}),
    "ts": ("mpegts", {"muxdelay": "0"}),
    "mpg": ("vob", {}),
    "avi": ("avi", {}),
    "flv": ("flv", {}),
    "nut": ("nut", {}),
}
STARTS = [Fraction(0), Fraction(132_000, 90_000), Fraction(5, 3), Fraction(1_234_567, 1_000_000)]
SOUNDS = [None, ("aac", "last"), ("aac", "first"), ("libopus", "first"), ("mp2", "first")]
CARRIES_OPUS = {"mkv", "mp4", "ts", "nut"}


def video_codec(kind: str, delayed: bool) -> tuple[str, dict[str, str]]:
    """A codec of the kind whose decoder holds frames back, or one that gives them at once."""
    if kind == "mpg":
        return "mpeg2video", {"bf": "2" if delayed else "0"}
    if kind == "flv" or delayed:
        return "libx264", {"preset": "ultrafast", "bf": "3" if delayed else "0", "g": "8"}
    return "mpeg4", {"bf": "0"}


def write(path: Path, kind: str, start: Fraction, sound, *, delayed: bool, frames: int = FRAMES):
    """Moving stripes and a tone, which begin at ``start`` on the container's clock."""
    format, options = FORMATS[kind]
    name, settings = video_codec(kind, delayed)
    with av.open(str(path), "w", format=format, container_options=options) as container:
        tone = None
        if sound is not None and sound[1] == "first":
            tone = container.add_stream(sound[0], rate=48000, layout="mono")
        picture = container.add_stream(name, rate=RATE, options=settings)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        if sound is not None and sound[1] == "last":
            tone = container.add_stream(sound[0], rate=48000, layout="mono")
        packets = []
        for number in range(frames):
            pixels = np.roll(np.arange(64 * 48 * 3).reshape(48, 64, 3), 9 * number, 1)
            frame = av.VideoFrame.from_ndarray(pixels.astype(np.uint8))
            frame.pts = number
            packets += picture.encode(frame)
        packets += picture.encode()
        if tone is not None:
            whole = av.AudioFrame.from_ndarray(
                np.zeros((1, 48000 * frames // RATE), np.float32), format="fltp", layout="mono"
            )
            whole.sample_rate, whole.pts = 48000, 0
            size = tone.codec_context.frame_size or 1024
            resampler = av.AudioResampler(
                tone.codec_context.format.name, "mono", 48000, frame_size=size
            )
            for piece in (*resampler.resample(whole), *resampler.resample(None)):
                packets += tone.encode(piece)
            packets += tone.encode()
        clock = Fraction(1, 90_000)
        for packet in packets:
            base = packet.time_base
            packet.pts = round((packet.pts * base + start) / clock)
            packet.dts = round((packet.dts * base + start) / clock)
            packet.time_base = clock
        for packet in sorted(packets, key=lambda packet: packet.dts):
            container.mux(packet)
    return path


def decoded_times(path: Path) -> list[float | None]:
    """Times of the frames as a plain loop over PyAV has them, on the container's clock."""
    with av.open(str(path)) as container:
        return [frame.time for frame in container.decode(video=0)]


@pytest.mark.parametrize(
    ("kind", "sound"),
    [
        (kind, sound)
        for kind, sound in itertools.product(FORMATS, SOUNDS)
        if sound is None
        or (
            (kind != "mpg" or sound[0] == "mp2")
            and (sound[0] != "libopus" or kind in CARRIES_OPUS)
            and (sound[0] != "mp2" or kind not in {"flv"})
        )
    ],
)
@pytest.mark.parametrize("delayed", [False, True])
def test_as_many_frames_and_as_long_as_a_plain_decoder_finds(tmp_path, kind, sound, delayed):
    for start in STARTS:
        path = write(tmp_path / "a", kind, start, sound, delayed=delayed)
        times = decoded_times(path)
        with open_video(str(path)) as video:
            frames = [(frame.number, frame.time) for frame in video]
        assert len(frames) == len(times), start
        assert [number for number, _ in frames] == list(range(len(times)))
        first, last = frames[0][1], frames[-1][1]
        if kind == "avi" and delayed:
            continue  # It has no times of display: FFmpeg guesses them, and gives one twice.
        assert 0 <= first < 3 / RATE, start
        if sound is None:
            assert first == 0
        if times[0] is not None and times[-1] is not None:
            assert last - first == pytest.approx(times[-1] - times[0], abs=1e-6), start


@pytest.mark.parametrize("start", STARTS)
def test_a_single_frame(tmp_path, start):
    path = write(tmp_path / "one.ts", "ts", start, None, delayed=False, frames=1)
    with open_video(str(path)) as video:
        assert [(frame.number, frame.time) for frame in video] == [(0, 0.0)]


@pytest.mark.parametrize("kind", ["ts", "fragmented mp4", "mkv", "mpg", "flv", "mp4"])
def test_a_start_that_is_the_time_of_a_frame_begins_with_it(tmp_path, kind):
    path = write(tmp_path / "a", kind, STARTS[1], None, delayed=True)
    with open_video(str(path)) as video:
        times = [frame.time for frame in video]
    for at in (1, 7, 20):
        with open_video(str(path), start=times[at]) as video:
            found = [frame.time for frame in video]
        assert found == times[at:]
