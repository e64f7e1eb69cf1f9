"""Names of the results of several videos: none takes the place of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.cli.videos.targets import own_names, place_results
from mien.errors import UsageError


@pytest.mark.parametrize(
    ("videos", "names"),
    [
        (["/v/a.mp4", "/v/b.mkv"], ["a", "b"]),
        (["/v/a.mp4", "/v/a.mkv"], ["a_mp4", "a_mkv"]),
        (["/v/x/a.mp4", "/v/y/a.mp4"], ["x/a", "y/a"]),
        (["/v/A.mp4", "/v/a.mp4"], ["A_mp4", "a_mp4-2"]),
        (["/v/a.mp4", "/v/a.mkv", "/v/a_mp4.avi"], ["a_mp4", "a_mkv", "a_mp4-2"]),
        (["/v/2024.05.01.mp4"], ["2024.05.01"]),
        (["https://h.org/c.mp4?x=1", "https://g.org/c.mp4", "/v/d.mp4"], ["c_mp4", "c_mp4-2", "d"]),
        (["https://h.org/", "rtsp://h.org:554/live"], ["h", "live"]),
    ],
)
def test_every_video_has_a_name_of_its_own(videos, names):
    assert [name.as_posix() for name in own_names(videos)] == names


def test_two_results_of_one_name_are_refused(tmp_path):
    videos = [str(tmp_path / name) for name in ("x.mp4", "x/summary.mp4")]
    with pytest.raises(UsageError, match="two results would have this name"):
        place_results(
            videos,
            several=True,
            out=tmp_path / "all",
            format=None,
            annotate_to=None,
            summary_to=tmp_path / "all",
        )


def test_one_video_keeps_the_names_that_were_given(tmp_path):
    places = place_results(
        ["a.mp4"],
        several=False,
        out=tmp_path / "rows.csv",
        format=None,
        annotate_to=Path("drawn.mp4"),
        summary_to=Path("sum"),
    )
    (only,) = places.videos
    assert only.written() == [tmp_path / "rows.csv", Path("drawn.mp4"), Path("sum")]
    assert not places.one_table
