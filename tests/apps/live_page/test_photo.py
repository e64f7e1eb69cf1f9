"""The photo tab: faces, bars, and why."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from mien.packaged import ASTRONAUT, packaged_path

from .conftest import wait_for


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
        assert first.locator(".word").all_inner_texts() == ["happy"]
        assert first.locator(".bars li").count() == 7
        assert "No face found" in second.inner_text()

        marker, picture = first.locator(".marker").bounding_box(), first.locator("img").first
        scale = picture.bounding_box()["width"] / 512
        assert abs(marker["width"] - 90 * scale) < 15
        assert first.locator(".why").get_attribute("open") is None
        page.keyboard.press("Tab")
        first.locator(".marker").focus()
        page.keyboard.press("Enter")
        assert first.locator(".why").get_attribute("open") is not None
        assert "speaks for “happy” is mostly around the" in first.inner_text()
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
