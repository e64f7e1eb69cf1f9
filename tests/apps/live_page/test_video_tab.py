"""A video in the page: sent, followed, played, marked, and saved as tables."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from mien.server.settings import Settings

from .conftest import run_server, wait_for

pytest.importorskip("av")

FPS = 10


@pytest.fixture(scope="module")
def video_server():
    running = run_server(Settings(port=0, threads=2, video=True))
    yield running.url
    running.stop()


@pytest.fixture(scope="module")
def film(tmp_path_factory, scene, make_video):
    """Two people for three seconds, the right one for two."""
    pictures = [scene((60, 60), (360, 60) if at < 20 else None) for at in range(30)]
    return make_video(tmp_path_factory.mktemp("film") / "two.mp4", pictures, fps=FPS)


def read_through(page, path) -> None:
    """Open a video, and wait until it has been read."""
    page.click("#tab-film")
    page.set_input_files("#video-file", path)
    wait_for(page, lambda: "is read" in page.inner_text("#video-status"))


def test_a_video_is_read_looked_at_marked_and_saved(open_page, video_server, film, tmp_path):
    with open_page(video_server) as watched:
        page = watched.page
        read_through(page, film)
        assert page.locator("#video-people .participant").count() == 2
        # It plays from the person's own file, and the keyboard moves through it.
        wait_for(page, lambda: page.evaluate("document.getElementById('video-film').videoWidth"))
        page.focus("#video-time")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("End")
        assert "0:03" in page.get_attribute("#video-time", "aria-valuetext")
        assert "happy" in page.get_attribute("#video-time", "aria-valuetext")
        page.fill("#video-name-1", "Mei")
        page.keyboard.press("Tab")
        page.click("#video-plot-box summary")
        wait_for(page, lambda: page.locator("#video-plot path").count() == 2)
        page.click("#video-marks summary")
        page.fill("#video-from", "0")
        page.fill("#video-to", "1")
        page.click("#video-range button:not([type])")
        assert page.locator("#video-people .video-excluded").count() == 2
        with page.expect_download() as download:
            page.click("#video-save")
        download.value.save_as(tmp_path / "tables.zip")
        wait_for(page, lambda: "1 s are left out" in page.inner_text("#video-status"))
        with zipfile.ZipFile(tmp_path / "tables.zip") as archive:
            rows = list(csv.DictReader(io.StringIO(archive.read("rows.csv").decode())))
        assert {row["name"] for row in rows} == {"Mei", ""}
        assert {row["excluded"] for row in rows if float(row["time"]) < 1} == {"true"}
        page.click("#video-forget")
        assert page.is_hidden("#video-full")
        assert "Forgotten" in page.inner_text("#video-status")
