"""A video in the page: sent, followed, played, marked, and saved as tables."""

from __future__ import annotations

import csv
import io
import zipfile

import httpx
import pytest

from mien.server.settings import Settings

from .conftest import run_server, set_box, wait_for
from .test_access import FITS, LOOKS, problems

pytest.importorskip("av")

FPS = 10


@pytest.fixture(scope="module")
def running_server():
    running = run_server(Settings(port=0, threads=2, video=True))
    yield running.url
    running.stop()


@pytest.fixture
def video_server(running_server):
    """Its address; no test finds the video of another one."""
    yield running_server
    httpx.post(f"{running_server}v1/video/forget").raise_for_status()


@pytest.fixture(scope="module")
def film(tmp_path_factory, scene, make_video):
    """Two people for three seconds, the right one for two."""
    pictures = [scene((60, 60), (360, 60) if at < 20 else None) for at in range(30)]
    return make_video(tmp_path_factory.mktemp("film") / "two.mp4", pictures, fps=FPS)


def read_through(page, path) -> None:
    """Open a video, and wait until it has been read."""
    page.click("#tab-film")
    page.set_input_files("#video-file", path)
    wait_for(page, lambda: f"{path.name} is read" in page.inner_text("#video-status"))


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
        wait_for(page, lambda: "Forgotten" in page.inner_text("#video-status"))
        assert page.is_hidden("#video-full")


def open_boxes(page) -> None:
    """Everything that the tab can show, with a range of each kind."""
    page.click("#video-plot-box summary")
    page.click("#video-marks summary")
    for start, end, label in ((0, 1, ""), (1, 2, "A greeting with a very long name " * 3)):
        page.fill("#video-from", str(start))
        page.fill("#video-to", str(end))
        page.fill("#video-label", label)
        page.keyboard.press("Enter")
    wait_for(page, lambda: page.locator("#video-plot path").count() == 2)


@pytest.mark.every_state
@pytest.mark.parametrize("ends", ["continue_", "abort"])
def test_a_video_chosen_before_old_marks_come_stays(open_page, video_server, film, ends):
    held = []
    with open_page(video_server) as watched:
        page = watched.page
        watched.complaints_expected = True  # The browser notes what is aborted.
        read_through(page, film)
        page.route("**/v1/video/markings", lambda route: held.append(route))
        page.reload()
        page.click("#tab-film")
        wait_for(page, lambda: held)
        read_through(page, film)
        with page.expect_event("requestfinished" if ends == "continue_" else "requestfailed"):
            getattr(held[0], ends)()
        page.wait_for_timeout(200)
        assert "two.mp4 is read" in page.inner_text("#video-status")
        assert page.is_visible("#video-film")


@pytest.mark.every_state
def test_a_page_that_is_loaded_again_has_the_marks(open_page, video_server, film):
    with open_page(video_server) as watched:
        page = watched.page
        read_through(page, film)
        page.fill("#video-people input >> nth=0", "Ada")
        page.keyboard.press("Tab")
        page.evaluate("document.getElementById('video-marks').open = true")
        for field, value in (("from", "0.5"), ("to", "1"), ("label", "greeting")):
            page.fill(f"#video-{field}", value)
        page.click("#video-range button:not([type])")
        wait_for(page, lambda: "greeting" in page.inner_text("#video-ranges"))
        shown = "fetch('/v1/video/markings').then((told) => told.json())"
        wait_for(page, lambda: page.evaluate(shown)["ranges"])
        assert page.evaluate(shown)["ranges"] == [{"label": "greeting", "start": 0.5, "end": 1}]
        page.reload()
        page.click("#tab-film")
        wait_for(page, lambda: page.input_value("#video-people input >> nth=0") == "Ada")
        page.evaluate("document.getElementById('video-marks').open = true")
        assert "greeting" in page.inner_text("#video-ranges")
        # With the video its marks go.
        page.click("#video-forget")
        wait_for(
            page, lambda: page.evaluate("fetch('/v1/video/markings').then((a) => a.status)") == 404
        )
        watched.console.clear()
        read_through(page, film)
        assert page.input_value("#video-people input >> nth=0") == ""


def test_every_look_of_the_tab(open_page, video_server, film):
    with open_page(video_server) as watched:
        page = watched.page
        page.click("#tab-film")
        assert problems(page) == []
        read_through(page, film)
        open_boxes(page)
        for scheme, width, contrast in (*LOOKS, ("light", 768, False)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            set_box(page, "contrast", contrast)
            assert problems(page) == [], (scheme, width, contrast)
            for large in (True, False):
                set_box(page, "large", large)
                assert page.evaluate(FITS, width), (scheme, width, contrast, large)


@pytest.mark.every_state
def test_with_the_keyboard_alone(open_page, video_server, film):
    with open_page(video_server, locale="de-DE") as watched:
        page = watched.page
        page.click("#tab-film")
        page.set_input_files("#video-file", film)
        wait_for(page, lambda: "two.mp4 ist gelesen" in page.inner_text("#video-status"))
        reached: list[str] = []
        page.focus("#video-file")
        while "video-forget" not in reached and len(reached) < 30:
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id"))
        order = ["video-play", "video-time", "video-name-1", "video-name-2", "video-format"]
        assert [each for each in reached if each in order] == order
        assert reached[-2:] == ["video-save", "video-forget"]


@pytest.mark.every_state
def test_the_pointer_scrubs_on_a_bar_and_two_become_one(open_page, video_server, film):
    with open_page(video_server) as watched:
        page = watched.page
        read_through(page, film)
        bar = page.locator("#video-people .video-strip").first
        box = bar.bounding_box()
        bar.click(position={"x": box["width"] / 2, "y": 10})
        assert float(page.input_value("#video-time")) == pytest.approx(1.5, abs=0.1)
        # Both are in the picture for two seconds.
        page.locator("#video-people select").first.select_option(index=1)
        assert "cannot be one person" in page.inner_text("#video-status")
        assert page.locator("#video-people .participant").count() == 2


@pytest.mark.every_state
def test_two_who_are_never_together_become_one_and_two_again(
    open_page, video_server, scene, make_video, tmp_path
):
    pictures = [scene((20, 60))] * 15 + [scene()] * 25 + [scene((400, 60))] * 15
    path = make_video(tmp_path / "twice.mp4", pictures, fps=FPS)
    with open_page(video_server) as watched:
        page = watched.page
        read_through(page, path)
        people = page.locator("#video-people .participant")
        assert people.count() == 2
        page.locator("#video-people select").nth(1).select_option(index=1)
        assert people.count() == 1
        page.click("#video-marks summary")
        page.fill("#video-from", "0")
        page.fill("#video-to", "1")
        with page.expect_response("**/v1/video/markings"):
            page.click("#video-range button:not([type])")
        page.reload()
        page.click("#tab-film")
        wait_for(page, lambda: page.locator("#video-people .video-excluded").count() == 1)
        assert people.count() == 1
        page.locator("#video-people select").select_option(label="Not Person 2 after all")
        assert people.count() == 2


@pytest.mark.every_state
def test_what_the_browser_cannot_play_is_shown_in_single_frames(
    open_page, video_server, scene, make_video, tmp_path
):
    path = make_video(tmp_path / "old.avi", [scene((60, 60))] * 10, fps=FPS, codec="mpeg4")
    with open_page(video_server) as watched:
        page = watched.page
        read_through(page, path)
        assert "cannot play" in page.inner_text("#video-note")
        shown = "document.getElementById('video-still').naturalWidth"
        wait_for(page, lambda: page.evaluate(shown) == 640)
        assert page.is_hidden("#video-play")
        page.reload()
        page.click("#tab-film")
        wait_for(page, lambda: page.evaluate(shown) == 640)
        assert "loaded again" in page.inner_text("#video-note")


@pytest.mark.every_state
def test_what_is_no_video_and_what_shows_nobody_is_said(
    open_page, video_server, scene, make_video, tmp_path
):
    evil = tmp_path / "<img src=x onerror=alert(1)>.mp4"
    evil.write_bytes(bytes(range(256)) * 50)
    empty = make_video(tmp_path / "nobody.mp4", [scene()] * 5, fps=FPS)
    with open_page(video_server) as watched:
        page = watched.page
        page.click("#tab-film")
        page.set_input_files("#video-file", evil)
        wait_for(page, lambda: "not a video" in page.inner_text("#video-status"))
        assert "<img src=x" in page.inner_text("#video-status")
        assert page.is_hidden("#video-full")
        read_through(page, empty)
        assert page.is_visible("#video-nobody")
