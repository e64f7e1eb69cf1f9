"""Reading videos: what is there, and what cannot be read."""

from __future__ import annotations

import functools
import http.server
import itertools
import struct
import subprocess
import sys
import threading
from fractions import Fraction

import numpy as np
import pytest

from mien.errors import MissingExtraError, UsageError, VideoError
from mien.media.video.open_video import open_video

pytest.importorskip("av")

COLOURS = [(10 * step, 255 - 10 * step, 80) for step in range(20)]


def plain(colours=COLOURS, width=64, height=48):
    return (np.full((height, width, 3), colour, np.uint8) for colour in colours)


def read(path, **options):
    with open_video(str(path), **options) as video:
        return list(video), video.losses


def test_every_frame_comes_with_its_time_and_number(make_video, tmp_path):
    path = make_video(tmp_path / "a.mp4", plain(), fps=10)
    frames, losses = read(path)
    assert [frame.number for frame in frames] == list(range(20))
    assert [frame.time for frame in frames] == pytest.approx([step / 10 for step in range(20)])
    for frame, colour in zip(frames, COLOURS, strict=True):
        assert frame.image.shape == (48, 64, 3)
        assert frame.image.mean(axis=(0, 1)) == pytest.approx(colour, abs=4)
    assert losses == ()


def test_the_length_and_rate_are_known_before(make_video, tmp_path):
    path = make_video(tmp_path / "a.mkv", plain(), fps=10)
    with open_video(str(path)) as video:
        assert (video.rate, video.seconds) == (10, pytest.approx(2.0))
    with open_video(str(path), start=0.5, end=1.25) as video:
        assert video.seconds == pytest.approx(0.75)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_part_of_it(make_video, tmp_path, threads):
    path = make_video(tmp_path / "a.mp4", plain(), fps=10)
    frames, losses = read(path, start=1.25, end=1.7, threads=threads)
    assert [frame.number for frame in frames] == [13, 14, 15, 16]
    assert [frame.time for frame in frames] == pytest.approx([1.3, 1.4, 1.5, 1.6])
    assert frames[0].image.mean(axis=(0, 1)) == pytest.approx(COLOURS[13], abs=4)
    assert losses == ()


@pytest.mark.parametrize(("fps", "times"), [(10, 20), (5, 10), (4, 8), (100, 20), (1, 2)])
def test_fewer_frames_a_second(make_video, tmp_path, fps, times):
    frames, _ = read(make_video(tmp_path / "a.mp4", plain(), fps=10), fps=fps)
    assert len(frames) == times
    assert frames[0].time == 0


def test_a_variable_frame_rate(make_video, tmp_path):
    times = [0.0, 0.04, 0.1, 0.5, 0.52, 1.3]
    frames, losses = read(make_video(tmp_path / "a.mkv", plain(COLOURS[:6]), times=times))
    assert [frame.time for frame in frames] == pytest.approx(times, abs=0.001)
    assert losses == ()


def corners(picture):
    """Whether each corner is bright: top left, top right, bottom left, bottom right."""
    return [bool(picture[y, x].mean() > 128) for y in (4, -5) for x in (4, -5)]


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ((1, 0, 0, 1), [True, False, False, False]),
        # ISO 14496-12: a, b, c, d of the track header; x' = ax + cy, y' = bx + dy, y down.
        ((0, 1, -1, 0), [False, True, False, False]),
        ((-1, 0, 0, -1), [False, False, False, True]),
        ((0, -1, 1, 0), [False, False, True, False]),
    ],
)
def test_rotation_metadata_is_applied(make_video, tmp_path, matrix, expected):
    """The matrix is written into the file by hand, as phones do."""
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:16, :16] = 255
    path = make_video(tmp_path / "a.mp4", [picture] * 3)
    content = bytearray(path.read_bytes())
    a, b, c, d = (value << 16 for value in matrix)
    at = content.index(b"tkhd") + 4 + 40
    content[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    frames, _ = read(path)
    turned = matrix[0] == 0
    assert frames[0].image.shape == ((64, 48, 3) if turned else (48, 64, 3))
    assert corners(frames[0].image) == expected


def test_pixels_that_are_not_square_become_so(make_video, tmp_path):
    path = make_video(tmp_path / "a.mkv", plain(), aspect=Fraction(3, 2))
    assert read(path)[0][0].image.shape == (48, 96, 3)


def test_grey_odd_sizes_and_more_bits(make_video, tmp_path):
    grey = make_video(
        tmp_path / "a.avi", [np.full((33, 45), 90, np.uint8)] * 2, codec="ffv1", pixels="gray"
    )
    frames, _ = read(grey)
    assert frames[0].image.shape == (33, 45, 3)
    assert frames[0].image == pytest.approx(90, abs=1)
    deep = make_video(tmp_path / "b.mkv", plain(), codec="ffv1", pixels="yuv420p10le")
    assert read(deep)[0][3].image.mean(axis=(0, 1)) == pytest.approx(COLOURS[3], abs=3)


def test_a_stream_that_changes_its_size(make_video, tmp_path):
    one = make_video(tmp_path / "a.ts", plain(COLOURS[:5]))
    two = make_video(tmp_path / "b.ts", plain(COLOURS[:5], width=96, height=80))
    both = tmp_path / "c.ts"
    both.write_bytes(one.read_bytes() + two.read_bytes())
    frames, _ = read(both)
    assert {frame.image.shape for frame in frames} == {(48, 64, 3), (80, 96, 3)}
    times = [frame.time for frame in frames]
    assert all(before < after for before, after in itertools.pairwise(times))


def noisy(count=40):
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (96, 128, 3), dtype=np.uint8) for _ in range(count)]


def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes(make_video, tmp_path):
    path = make_video(tmp_path / "a.mkv", noisy())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    frames, losses = read(path)
    assert 10 < len(frames) < 30
    (loss,) = losses
    assert loss.startswith("cut off: ")
    assert loss.endswith("of 1.6 s are there")
    assert read(path, end=0.4)[1] == ()


def test_what_cannot_be_decoded_is_left_out_and_counted(make_video, tmp_path):
    path = make_video(tmp_path / "a.ts", noisy())
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    path.write_bytes(content)
    frames, losses = read(path)
    assert 30 <= len(frames) < 40 or any("damage" in loss for loss in losses)
    assert losses
    assert frames[-1].time > 1.4


def test_what_a_reader_passes_over_without_a_word_is_counted(make_video, tmp_path):
    import av

    path = make_video(tmp_path / "a.mkv", noisy(), sound="aac")
    assert read(path)[1] == ()
    with av.open(str(path)) as container:
        pictures = [packet.pos for packet in container.demux(video=0) if packet.size]
    content = bytearray(path.read_bytes())
    content[pictures[15] - 20 : pictures[15] + 20] = bytes(40)
    path.write_bytes(content)
    frames, losses = read(path)
    assert 20 <= len(frames) < 40
    assert losses == ("1 damaged part of the file left out",)
    assert frames[-1].time > 1.4


def test_a_lost_index_is_one_clear_error(make_video, tmp_path):
    path = make_video(tmp_path / "a.mp4", plain())
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(VideoError, match=r"not a video that can be read; .*its index is lost"):
        open_video(str(path))


def test_no_video_at_all(make_video, tmp_path):
    text = tmp_path / "a.mp4"
    text.write_text("hello " * 1000)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    for path, what in (
        (text, "not a video"),
        (empty, "is an empty file"),
        (tmp_path, "has no pictures that could be frames"),
        (tmp_path / "none.mp4", "no such file"),
    ):
        with pytest.raises(VideoError, match=what) as caught:
            open_video(str(path))
        assert caught.value.where == str(path)


def test_sound_without_a_picture(make_video, tmp_path):
    import av

    path = tmp_path / "a.mka"
    video = make_video(tmp_path / "a.mkv", plain(), fps=10, sound="aac")
    with av.open(str(video)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    with pytest.raises(VideoError, match="no moving picture"):
        open_video(str(path))


def test_a_name_with_a_colon_is_a_file(make_video, tmp_path, monkeypatch):
    make_video(tmp_path / "a.mkv", plain()).rename(tmp_path / "12:30:00 x.mkv")
    monkeypatch.chdir(tmp_path)
    assert len(read("12:30:00 x.mkv")[0]) == 20


def test_an_address_that_does_not_answer():
    with pytest.raises(VideoError, match=r"cannot be reached \(Connection refused\)"):
        open_video("http://127.0.0.1:9/a.mp4")


def test_a_camera_that_is_not_there(capfd):
    with pytest.raises(VideoError, match="no such camera"):
        open_video("camera:63")
    assert capfd.readouterr().err == ""
    with pytest.raises(UsageError, match="camera:0"):
        open_video("camera:front")
    with pytest.raises(UsageError, match="no start"):
        open_video("camera:0", start=2.0)


def test_a_video_over_the_network(make_video, tmp_path):
    make_video(tmp_path / "a.mkv", plain(), fps=10)
    handler = functools.partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        frames, losses = read(f"{address}/a.mkv")
        with pytest.raises(VideoError, match="cannot be reached"):
            open_video(f"{address}/none.mkv")
        server.shutdown()
    assert (len(frames), losses) == (20, ())


def test_an_address_that_gives_the_end_of_a_file_only_after_all_of_it(make_video, tmp_path):
    """Without ranges, which that server has not, an index at the end is found, and no frame."""
    make_video(tmp_path / "a.mp4", (np.repeat(f, 8, axis=0) for f in noisy()), fps=10)
    handler = functools.partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(VideoError, match=r"broke off .*copy it to this computer first"):
            read(f"http://127.0.0.1:{server.server_port}/a.mp4")
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


def test_without_pyav_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtraError, match=r'pip install "\.\[video\]"'):
        open_video("a.mp4")


@pytest.mark.parametrize(
    "options", [{"start": -1.0}, {"start": 2.0, "end": 2.0}, {"fps": 0.0}, {"fps": float("nan")}]
)
def test_times_out_of_range(options):
    with pytest.raises(UsageError):
        open_video("a.mp4", **options)


def test_a_start_after_the_end(make_video, tmp_path):
    path = make_video(tmp_path / "a.mp4", plain(), fps=10)
    with pytest.raises(VideoError, match="has no frame after 100 s"):
        read(path, start=100.0)


MEMORY = """
import sys
import threading
from pathlib import Path
from mien.media.summary.summary import Summarizer
from mien.media.results.sinks import create_sink
from mien.media.video.open_video import open_video
from mien.vision.stream import StreamAnalyzer

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

stream = StreamAnalyzer(detect_every=100)
with open_video(sys.argv[1]) as video, create_sink("csv", Path(sys.argv[2]), video=True) as sink:
    summary = Summarizer("x", tuple(stream.card.heads["fer2013"].labels), rate=video.rate)
    for picture in video:
        frame = stream.analyze(picture.image, picture.time, number=picture.number)
        sink.write(frame)
        summary.add(frame)
        if picture.number == 1500:
            before = resident()
print(picture.number + 1, resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ten_thousand_frames_take_no_more_memory_than_a_thousand(make_video, tmp_path, head):
    import cv2

    small = cv2.resize(head, (64, 64), interpolation=cv2.INTER_AREA)
    # A face for twenty frames of every thousand: most of the time is its reading.
    pictures = (
        small if number % 1000 < 20 else np.full_like(small, number % 250)
        for number in range(10_000)
    )
    path = make_video(tmp_path / "long.mp4", pictures, fps=400)
    code = [sys.executable, "-c", MEMORY, str(path), str(tmp_path / "rows.csv")]
    done = subprocess.run(code, capture_output=True, text=True, check=True)
    frames, growth = done.stdout.split()
    assert int(frames) == 10_000
    assert float(growth) < 8
    assert (tmp_path / "rows.csv").stat().st_size > 50_000
