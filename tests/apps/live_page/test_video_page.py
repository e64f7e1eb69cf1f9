"""A video in the page: handed over, watched, marked, named, taken away, closed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import wait_for
from .test_access import FITS, LOOKS, problems

pytest.importorskip("av")


@pytest.fixture(scope="session")
def film(tmp_path_factory, scene, make_video) -> Path:
    """Two people; VP8, which every browser plays."""
    pictures = [scene((40 + at, 80), (380 - at, 80)) for at in range(60)]
    path = tmp_path_factory.mktemp("film") / "two people.webm"
    return make_video(path, pictures, codec="libvpx")


def open_film(page, film: Path) -> None:
    page.click("#tab-film")
    page.set_input_files("#video-file", str(film))
    page.wait_for_selector("#video-read:not([hidden]) .participant", timeout=120_000)


def test_a_video_is_read_marked_and_taken_away(open_page, server, film):
    with open_page(server) as watched:
        page = watched.page
        open_film(page, film)
        people = page.locator("#film-people .participant")
        assert people.count() == 2
        people.first.locator("input").fill("Ada")
        people.first.locator("input").press("Tab")
        page.locator("#film-at").focus()
        page.keyboard.press("End")
        wait_for(page, lambda: "Ada" in page.inner_text("#film-words"))
        page.fill("#mark-from", "0.5")
        page.fill("#mark-to", "1")
        page.click("#mark-exclude")
        page.wait_for_selector("#film-left-out:text('1 range')")
        page.select_option("#film-column", "confidence")
        page.wait_for_selector(".film-curve")
        with page.expect_download() as download:
            page.locator("#film-tables button", has_text="Summary (JSON)").click()
        assert download.value.suggested_filename == "two people-summary.json"
        told = json.loads(Path(download.value.path()).read_text("utf-8"))
        assert (told["excluded"], list(told["names"].values())) == ([[0.5, 1]], ["Ada"])
        page.click("#video-close")
        page.wait_for_selector("#video-drop:visible")


@pytest.mark.every_state
def test_axe_widths_and_schemes(open_page, server, film):
    with open_page(server) as watched:
        page = watched.page
        open_film(page, film)
        page.select_option("#film-column", "confidence")
        for scheme, _, _ in LOOKS[:2]:
            page.emulate_media(color_scheme=scheme)
            for width in (390, 768, 1280):
                page.set_viewport_size({"width": width, "height": 844})
                assert page.evaluate(FITS, width), (scheme, width)
                assert problems(page) == [], (scheme, width)
        page.click("#video-close")
