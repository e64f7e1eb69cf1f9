"""What is named on the command line, and the videos it stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.errors import UsageError
from mien.media.video.find_videos import find_videos


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Empty files, told by their names, in the present folder."""
    monkeypatch.chdir(tmp_path)
    names = (
        "days/2.mp4 days/10.MKV days/.hidden.mp4 days/notes.txt days/deep/a.webm days/.x/b.mp4 "
        "frames/1.png frames/2.png frames/deep/a.mp4 mixed/a.mp4 mixed/a.jpg none/notes.txt"
    )
    for name in names.split():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("named", "found"),
    [
        (["days"], ["days/2.mp4", "days/10.MKV", "days/deep/a.webm"]),
        (["frames"], ["frames"]),
        (["none"], ["none"]),
        (["frames/*.png"], ["frames/*.png"]),
        (["frames/%d.png"], ["frames/%d.png"]),
        (["days/*.mp4"], ["days/2.mp4"]),
        (["days/*"], ["days/2.mp4", "days/10.MKV", "days/deep/a.webm"]),
        (["days/**"], ["days/2.mp4", "days/10.MKV", "days/deep/a.webm"]),
        (["[df]*"], ["days/2.mp4", "days/10.MKV", "days/deep/a.webm", "frames"]),
        (["days/10.MKV", "days"], ["days/10.MKV", "days/2.mp4", "days/deep/a.webm"]),
        (["days/../days/2.mp4", "days/2.mp4"], ["days/../days/2.mp4"]),
        (["gone.mp4", "days/2.mp4"], ["gone.mp4", "days/2.mp4"]),
        (["https://example.org/*.mp4"], ["https://example.org/*.mp4"]),
        (["camera:0"], ["camera:0"]),
    ],
)
def test_each_video_is_found_once_in_the_order_of_the_names(folder, named, found):
    assert find_videos(named) == found


@pytest.mark.parametrize(
    ("named", "why"),
    [
        (["mixed"], "mixed: has videos and pictures in it; name the videos, or the pictures"),
        (["mixed/*"], "matches videos and pictures"),
        (["frames/1.png", "frames/2.png"], "these 2 files are pictures, not videos"),
        (["camera:0", "days/2.mp4"], "a camera is read alone"),
    ],
)
def test_what_can_mean_two_things_is_refused(folder, named, why):
    with pytest.raises(UsageError, match=why.replace("*", r"\*")):
        find_videos(named)
