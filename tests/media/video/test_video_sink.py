from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.errors import OutputError, UsageError
from mien.media.video.open_video import open_video
from mien.media.video.video_sink import AnnotatedVideo

av = pytest.importorskip("av")

COLOURS = [(220, 40, 40), (40, 200, 60), (50, 60, 220), (240, 240, 240), (20, 20, 20)]


def stripes(width=96, height=64):
    picture = np.zeros((height, width, 3), np.uint8)
    for index, colour in enumerate(COLOURS):
        picture[:, index * width // 5 : (index + 1) * width // 5] = colour
    return picture


def read(path):
    with open_video(str(path)) as video:
        return list(video)


def sound_of(path: Path) -> tuple[str, float, float]:
    """Codec, and first and last time in seconds of the sound."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        times = [p.pts * p.time_base for p in container.demux(stream) if p.pts is not None]
        return stream.codec_context.name, float(min(times)), float(max(times))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".m4v"])
def test_frames_keep_their_times_and_colours(tmp_path, suffix):
    times = [0.0, 0.04, 0.1, 0.5, 0.55, 2.0]
    path = tmp_path / f"a{suffix}"
    with AnnotatedVideo(path) as video:
        for time in times:
            video.write(stripes(), time)
    frames = read(path)
    assert [frame.time for frame in frames] == pytest.approx(times, abs=0.001)
    for index, colour in enumerate(COLOURS):
        assert frames[-1].image[32, index * 96 // 5 + 9] == pytest.approx(colour, abs=6)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_the_picture_is_h264(tmp_path):
    with AnnotatedVideo(tmp_path / "a.mp4") as video:
        video.write(stripes(), 0.0)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"


def test_odd_sides_and_frames_of_another_size(tmp_path):
    path = tmp_path / "a.mp4"
    with AnnotatedVideo(path) as video:
        video.write(stripes(95, 63), 0.0)
        video.write(stripes(190, 63), 0.1)
    first, second = (frame.image for frame in read(path))
    assert first.shape == second.shape == (64, 96, 3)
    assert second[2].max() < 40  # bars above a wide picture
    assert second[32, 50] == pytest.approx(COLOURS[2], abs=10)


@pytest.mark.parametrize(
    ("codec", "suffix", "kept"),
    [("aac", ".mp4", "aac"), ("libmp3lame", ".mkv", "mp3"), ("pcm_s16le", ".mkv", "aac")],
)
def test_sound_is_copied_or_coded_anew(make_video, tmp_path, codec, suffix, kept):
    source = make_video(tmp_path / f"source{suffix}", [stripes()] * 50, sound=codec)
    path = tmp_path / "a.mp4"
    with AnnotatedVideo(path, sound_from=str(source)) as video:
        for step in range(50):
            video.write(stripes(), step / 25)
    assert video.losses == ()
    name, first, last = sound_of(path)
    assert name in (kept, f"{kept}float")
    assert first == pytest.approx(0, abs=0.06)
    assert last == pytest.approx(2, abs=0.08)


def test_a_part_has_the_sound_of_that_part(make_video, tmp_path):
    source = make_video(tmp_path / "source.mp4", [stripes()] * 75, sound="aac")
    path = tmp_path / "a.mp4"
    with AnnotatedVideo(path, sound_from=str(source), start=1.0) as video:
        for step in range(25, 50):
            video.write(stripes(), step / 25)
    frames = read(path)
    assert frames[0].time == 0
    assert frames[-1].time == pytest.approx(0.96)
    _, first, last = sound_of(path)
    assert 0 <= first < 0.03
    assert 0.9 < last < 1.0


def test_a_video_without_sound_stays_silent(make_video, tmp_path):
    source = make_video(tmp_path / "source.mp4", [stripes()] * 3)
    with AnnotatedVideo(tmp_path / "a.mp4", sound_from=str(source)) as video:
        video.write(stripes(), 0.0)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_an_error_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"before")
    with pytest.raises(ZeroDivisionError), AnnotatedVideo(path) as video:
        video.write(stripes(), 0.0)
        raise ZeroDivisionError
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_no_frames_are_no_video(tmp_path):
    with pytest.raises(OutputError, match="no frame"), AnnotatedVideo(tmp_path / "a.mp4"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written(tmp_path):
    with pytest.raises(OutputError, match="folder does not exist"):
        AnnotatedVideo(tmp_path / "none" / "a.mp4").__enter__()
    with pytest.raises(UsageError, match=r"\.gif"):
        AnnotatedVideo(tmp_path / "a.gif")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_clear_error(tmp_path):
    (tmp_path / "a.mkv").symlink_to("/dev/full")
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    with (
        pytest.raises(OutputError, match="full"),
        AnnotatedVideo(tmp_path / "a.mkv") as video,
    ):
        for step in range(100):
            video.write(noise, step / 25)
