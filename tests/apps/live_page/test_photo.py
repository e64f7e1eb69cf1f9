"""The photo tab: faces, bars, and why."""

from __future__ import annotations

import re
from pathlib import Path

import onnx
from PIL import Image

from mien.card import METADATA_KEY
from mien.packaged import ASTRONAUT, packaged_path
from mien.server.settings import Settings
from mien.vision.classify import Classifier

from .conftest import run_server, wait_for


def choose(page, *photos: Path) -> None:
    page.click("#tab-photo")
    page.set_input_files("#files", [str(photo) for photo in photos])


def test_photos_show_their_faces_and_a_click_shows_why(open_page, server, tmp_path):
    wall = tmp_path / "wall.png"
    Image.new("RGB", (300, 200), "grey").save(wall)
    with open_page(server) as watched:
        page = watched.page
        choose(page, packaged_path(ASTRONAUT), wall)
        wait_for(page, lambda: page.locator(".photo").count() == 2)
        first, second = page.locator(".photo").nth(0), page.locator(".photo").nth(1)
        assert first.locator(".word").all_inner_texts() == ["looks happy"]
        assert first.locator(".bars li").count() == 7
        assert "No face found" in second.inner_text()

        marker, picture = first.locator(".marker").bounding_box(), first.locator(".photo-picture")
        scale = picture.bounding_box()["width"] / 512
        assert abs(marker["width"] - 90 * scale) < 15
        assert first.locator(".why").get_attribute("open") is None
        page.keyboard.press("Tab")
        first.locator(".marker").focus()
        page.keyboard.press("Enter")
        assert first.locator(".why").get_attribute("open") is not None
        # Which part of the face decides, a map does not tell: what is visible is measured.
        told = first.locator(".why").inner_text()
        assert "not which part of the face decides it" in told
        assert "speaks for it: corners of the mouth" in told
        assert not re.search("eyes|brows|nose|cheeks|chin", told)
        (sign,) = first.locator(".signs li").all_inner_texts()
        assert sign.startswith("corners of the mouth") and "speaks for “happy”" in sign
        colourful = """canvas => { const d = canvas.getContext('2d')
              .getImageData(0, 0, canvas.width, canvas.height).data; let most = 0;
            for (let at = 0; at < d.length; at += 4) most = Math.max(most, d[at] - d[at + 2]);
            return most; }"""
        heat = first.locator("canvas.heat")
        assert heat.evaluate(colourful) > 60
        happy = heat.evaluate("canvas => canvas.toDataURL()")
        first.locator(".why select").select_option("sad")
        assert heat.evaluate("canvas => canvas.toDataURL()") != happy
        assert "It is not much" in first.inner_text()

        page.click("#clear-photos")
        assert page.locator(".photo").count() == 0


def test_a_file_that_is_no_picture_says_so_and_the_others_are_read(open_page, server, tmp_path):
    text = tmp_path / "notes <b>.jpg"
    text.write_text("hello")
    with open_page(server) as watched:
        watched.complaints_expected = True  # The browser writes the status 4xx to its console.
        page = watched.page
        choose(page, text, packaged_path(ASTRONAUT))
        wait_for(page, lambda: page.locator(".photo").count() == 1)
        banner = page.locator("#photos .banner").inner_text()
        assert banner.startswith("notes <b>.jpg: ")
        assert "undefined" not in banner
        assert "happy" in page.locator(".photo").inner_text()


def test_only_what_was_read_of_a_moving_picture_is_shown_and_what_a_browser_cannot_show_is_told(
    open_page, server, tmp_path
):
    person = Image.open(packaged_path(ASTRONAUT))
    moving, scan, nothing = tmp_path / "moving.gif", tmp_path / "scan.tiff", tmp_path / "none.jpg"
    person.save(moving, save_all=True, append_images=[Image.new("RGB", person.size)], duration=20)
    person.save(scan)
    nothing.write_bytes(b"")
    with open_page(server) as watched:
        page = watched.page
        choose(page, moving, scan, nothing)
        wait_for(page, lambda: page.inner_text("#photo-status").startswith("Done"))
        assert "2 photos read, 1 could not be read" in page.inner_text("#photo-status")
        assert "none.jpg: this file is empty" in page.inner_text("#photos")
        first, second = page.locator(".photo").nth(0), page.locator(".photo").nth(1)
        shown = first.locator("canvas.photo-picture")
        before = shown.screenshot()
        page.wait_for_timeout(100)
        assert shown.screenshot() == before
        assert "can’t show this kind of picture" in second.inner_text()
        assert second.locator(".marker").count() == 0
        assert second.locator(".word").all_inner_texts() == ["looks happy"]


def test_a_model_that_cannot_say_why_reads_photos_all_the_same(open_page, tmp_path):
    packaged = Classifier()
    model = onnx.load(packaged.path)
    bare = packaged.card.model_copy(update={"activation_maps": None})
    onnx.helper.set_model_props(model, {METADATA_KEY: bare.to_json()})
    onnx.save(model, tmp_path / "own.onnx")
    running = run_server(Settings(port=0, model=tmp_path / "own.onnx"))
    try:
        with open_page(running.url) as watched:
            watched.complaints_expected = True  # The status 501 in the console.
            page = watched.page
            choose(page, packaged_path(ASTRONAUT), packaged_path(ASTRONAUT))
            wait_for(page, lambda: page.locator(".photo").count() == 2)
            assert page.locator(".photo .word").all_inner_texts() == ["looks happy", "looks happy"]
            assert page.locator(".why").count() == 0
            assert "This model cannot say why." in page.inner_text(".photo >> nth=0")
    finally:
        running.stop()
