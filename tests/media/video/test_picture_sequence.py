"""Frames that lie as pictures in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from mien.errors import UsageError, VideoError
from mien.media.video.open_video import open_video


@pytest.fixture
def folder(tmp_path) -> Path:
    frames = tmp_path / "frames"
    (frames / "below").mkdir(parents=True)
    for number in range(8, 13):
        Image.new("RGB", (16, 12), (number * 10, 0, 0)).save(frames / f"f{number}.png")
        Image.new("RGB", (16, 12), (number * 10, 0, 0)).save(frames / f"{number:04d}.bmp")
    Image.new("RGB", (16, 12)).save(frames / "below" / "f9.png")
    return frames


def read(source, **options):
    with open_video(str(source), **options) as video:
        return [(frame.number, frame.time, int(frame.image[0, 0, 0])) for frame in video], video


def test_a_pattern_is_read_in_the_order_of_its_numbers(folder):
    for pattern in ("f%d.png", "%04d.bmp", "f*.png"):
        frames, video = read(folder / pattern, rate=10)
        assert frames == [(n, n / 10, 80 + 10 * n) for n in range(5)]
        assert (video.rate, video.seconds, video.losses) == (10, 0.5, ())


def test_a_folder_is_read_in_natural_order_without_what_is_below(folder):
    for path in folder.glob("*.bmp"):
        path.unlink()
    frames, _ = read(folder)
    assert frames == [(n, n / 25, 80 + 10 * n) for n in range(5)]


def test_missing_and_unreadable_pictures_are_gaps(folder):
    (folder / "f9.png").unlink()
    (folder / "f11.png").write_bytes(b"nothing")
    frames, video = read(folder / "f%d.png", rate=10)
    assert [number for number, _, _ in frames] == [0, 2, 4]
    (loss,) = video.losses
    assert loss.startswith("1 picture could not be read (first: ")
    assert "f11.png" in loss


def test_a_part_of_it_and_fewer_a_second(folder):
    assert [n for n, _, _ in read(folder / "f%d.png", rate=10, start=0.1, end=0.4)[0]] == [1, 2, 3]
    assert [n for n, _, _ in read(folder / "f%d.png", rate=10, fps=5)[0]] == [0, 2, 4]


def test_nothing_there_and_a_rate_for_a_video(folder, tmp_path):
    with pytest.raises(VideoError, match="no pictures"):
        open_video(str(folder / "g%d.png"))
    with pytest.raises(UsageError, match="--rate is for"):
        open_video(str(tmp_path / "clip.mp4"), rate=10)
    with pytest.raises(UsageError, match="more than 0"):
        open_video(str(folder), rate=0)
