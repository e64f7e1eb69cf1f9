"""The album page as a person uses it: sliders, filters, reasons, selection, export."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from album.conftest import MODEL
from live_page.conftest import run_server, wait_for
from live_page.test_access import FITS, problems

from mien.album.asking.columns import load_columns
from mien.album.asking.question import Question
from mien.album.asking.rank import rank
from mien.album.database import open_album
from mien.album.indexing.index import index_folder
from mien.server.settings import Settings

from .conftest import EVIL, MANY

LOOKS = (
    ("light", 1200, False),
    ("dark", 1200, False),
    ("dark", 390, False),
    ("light", 390, True),
)
"""Colour scheme, width in px, high contrast."""


def names(page) -> list[str]:
    """Names of the photos in view, in the order of the page."""
    return page.evaluate("[...document.querySelectorAll('.tile[title]')].map(t => t.title)")


def settled(page, count: str) -> None:
    wait_for(page, lambda: page.inner_text("#count").startswith(count))
    page.wait_for_selector(".tile b")


def slide(page, label: str, value: int) -> None:
    page.eval_on_selector(
        f"#weight-{label}",
        "(s, v) => { s.value = v; s.dispatchEvent(new Event('input', {bubbles: true})); }",
        value,
    )


def expected(album, **question) -> list[str]:
    """Names in the order of ``mien album top``."""
    with open_album(album[1]) as connection:
        columns = load_columns(connection)
    rows = rank(columns, Question(**{"emotion": "happy", **question})).rows
    return [Path(columns.paths[row].decode()).name for row in rows]


def test_photos_are_there_when_what_stood_above_them_is_folded(address, open_album_page):
    with open_album_page(address, width=390) as watched:
        page = watched.page
        settled(page, "16 of 16")
        parts = "document.querySelectorAll('details.part')"
        fold = f"(open) => {{ for (const each of {parts}) each.open = open; }}"
        page.evaluate(fold, True)
        slide(page, "surprise", 60)
        # The photos are too far down now, and let go.
        wait_for(page, lambda: not page.locator(".tile").count())
        page.evaluate(fold, False)
        page.wait_for_selector(".tile[data-at='0'] b")


def test_the_happiest_come_first_and_a_slider_changes_that(album, address, open_album_page):
    with open_album_page(address) as watched:
        page = watched.page
        best = expected(album)
        settled(page, f"{len(best)} of 16")
        wait_for(page, lambda: len(names(page)) >= 9)
        assert names(page)[:9] == best[:9]
        page.wait_for_selector(".tile-frame img.there")
        slide(page, "happy", 0)
        slide(page, "surprise", 60)
        # None of them is even faintly surprised, and whoever wants the faintest asks for them.
        page.wait_for_selector("#nothing:not([hidden])")
        assert page.inner_text("#nothing-words") == "No photo scores 0.20 or more."
        assert page.is_hidden("#export")
        assert "hardly surprised" in page.inner_text("#fainter-words")
        page.click("#show-fainter")
        wait_for(page, lambda: names(page)[:6] == expected(album, emotion="surprise")[:6])
        # Its own word comes first, what was asked for second.
        assert page.inner_text(".tile[data-at='0'] b") == "happy"
        assert "happy.svg" in page.get_attribute(".tile[data-at='0'] .tile-score img", "src")
        assert page.inner_text(".tile[data-at='0'] .tile-more").startswith("surprised ")
        assert page.locator(".tile.faint").count() == page.locator(".tile b").count()
        spoken = page.get_attribute(".tile[data-at='0']", "aria-label")
        assert spoken.index("happy") < spoken.index("surprise")
        slide(page, "surprise", 0)
        wait_for(page, lambda: "No emotion has a weight" in page.inner_text("#weights-problem"))
        watched.complaints_expected = True  # The browser writes the status 422 to its console.
        page.click("#reset")
        wait_for(page, lambda: names(page)[:6] == best[:6])
        assert page.is_hidden("#weights-problem")


def test_filters_rules_and_words(album, address, open_album_page):
    with open_album_page(address) as watched:
        page = watched.page
        page.click("#filters summary")
        page.fill("#faces-least", "2")
        settled(page, "5 of 16")
        page.select_option("#rule", "min")
        wait_for(page, lambda: names(page) == expected(album, rule="min", faces=(2, None)))
        page.fill("#faces-least", "1")
        page.fill("#from", "2012-01-01")
        page.fill("#to", "2014-12-31")
        settled(page, "3 of 16 photos; 6 left out without a date")
        page.fill("#from", "")
        page.fill("#to", "")
        page.fill("#path", "pairs/*")
        settled(page, "5 of 16")
        page.reload()
        settled(page, "5 of 16")
        assert page.input_value("#path") == "pairs/*"
        page.click("#filters summary")
        page.select_option("#labels", "valence")
        wait_for(page, lambda: "positive" in page.inner_text("#grid"))
        assert page.locator(".slider").count() == 3
        page.fill("#path", "nowhere/*")
        page.wait_for_selector("#nothing:not([hidden])")
        page.click("#nothing .clear-filters")
        settled(page, "16 of 16")
        assert page.input_value("#path") == ""
        assert page.is_hidden("#nothing")


def test_a_wrong_expression_is_marked_at_its_place(address, open_album_page):
    with open_album_page(address) as watched:
        watched.complaints_expected = True  # The browser writes the status 422 to its console.
        page = watched.page
        page.click("#filters summary")
        page.fill("#expression", "positive>0.5")
        wait_for(
            page, lambda: "There is no 'positive' to compare" in page.inner_text(".problem:visible")
        )
        assert page.inner_text(".pointed mark") == "p"
        page.fill("#expression", "happy>0.5 or")
        wait_for(
            page, lambda: "at character 13, found the end" in page.inner_text(".problem:visible")
        )
        assert page.get_attribute("#expression", "aria-invalid") == "true"
        page.fill("#expression", "faces=2")
        settled(page, "5 of 16")
        assert page.is_hidden("#expression-problem")


def test_a_photo_tells_why_it_stands_where_it_stands(address, open_album_page):
    with open_album_page(f"{address}#faces=2..&rule=min") as watched:
        page = watched.page
        settled(page, "5 of 16")
        page.click(".tile[data-at='1'] .tile-frame", position={"x": 120, "y": 100})
        page.wait_for_selector("#detail[open] .face-crop[src^='data:']")
        assert page.inner_text("#detail-score").startswith("2 of 5: happy ")
        assert "the least of the 2 faces that count" in page.inner_text("#detail-reason")
        assert page.locator(".face-card").count() == page.locator(".face-box").count() == 2
        assert "happy" in page.locator(".face-card .bars .asked").first.inner_text()
        frame = page.locator(".detail-frame").bounding_box()
        assert frame["width"] / frame["height"] == pytest.approx(2, rel=0.02)
        page.keyboard.press("ArrowRight")
        wait_for(page, lambda: page.inner_text("#detail-score").startswith("3 of 5"))
        page.click("#detail-similar")
        wait_for(page, lambda: "pair" in page.inner_text("#similar-words"))
        # Copies and as good as copies of it are left out.
        wait_for(page, lambda: "photos, the most alike first" in page.inner_text("#count"))
        wait_for(page, lambda: "alike" in page.inner_text(".tile[data-at='0']"))
        page.click("#similar-back")
        settled(page, "5 of 16")


def test_names_are_never_markup(address, open_album_page):
    with open_album_page(f"{address}#path={EVIL.replace(' ', '%20')}") as watched:
        page = watched.page
        settled(page, "1 of 16")
        page.click(".tile-frame", position={"x": 120, "y": 100})
        page.wait_for_selector("#detail[open]")
        assert page.inner_text("#detail-title") == EVIL
        assert page.title() == "Mien: the album"


def test_the_place_comes_only_after_the_switch(address, open_album_page):
    with open_album_page(f"{address}#path=*onerror*") as watched:
        page = watched.page
        answers: list[str] = []
        page.on(
            "response",
            lambda answer: answers.append(answer.text()) if "/photos?" in answer.url else None,
        )

        def facts() -> str:
            page.click(".tile-frame", position={"x": 120, "y": 100})
            page.wait_for_selector("#detail[open] .face-crop[src^='data:']")
            found = page.inner_text("#detail-facts")
            page.keyboard.press("Escape")
            return found

        assert "Place" not in facts()
        page.click("#look summary")
        page.check("#place")
        wait_for(page, lambda: answers and "latitude" in answers[-1])
        page.wait_for_selector(".tile b")
        assert "-48.20833, -16.37" in facts()
        assert not any("place=true" in url for url in watched.requests[: -len(answers) - 3])
        page.reload()
        page.wait_for_selector(".tile b")
        assert not page.is_checked("#place")


def test_selection_by_mouse_and_export(album, address, open_album_page):
    with open_album_page(address) as watched:
        page = watched.page
        best = expected(album)
        page.locator(".tile[data-at='1'] .tile-check").click()
        page.locator(".tile[data-at='4']").click(modifiers=["Shift"])
        page.locator(".tile[data-at='2']").click(modifiers=["Control"])
        assert page.inner_text("#select-none") == "Clear 3 selected photos"
        assert page.locator(".tile[aria-selected='true']").count() == 3
        page.click("#export")
        page.check("[name=kind][value=csv]")
        with page.expect_download() as waiting:
            page.click("#take-go")
        rows = list(csv.DictReader(Path(waiting.value.path()).read_text().splitlines()))
        assert [Path(row["path"]).name for row in rows] == [best[1], best[3], best[4]]
        assert "latitude" not in rows[0]
        assert page.is_disabled("#zip")
        page.check("#which-best")
        page.fill("#best-number", "2")
        page.check("[name=kind][value=gallery]")
        with page.expect_download() as waiting:
            page.click("#take-go")
        assert waiting.value.suggested_filename == "mien-album.html"
        assert Path(waiting.value.path()).read_text().count('class="photo"') == 2
        page.click("#take-close")
        page.click("#select-all")
        page.click("#select-none")
        assert page.locator(".tile[aria-selected='true']").count() == 0


def test_by_keyboard_alone(address, open_album_page):
    with open_album_page(address) as watched:
        page = watched.page

        def current() -> str:
            return page.evaluate("document.activeElement.dataset.at ?? ''")

        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # Skip to the photos.
        wait_for(page, lambda: page.evaluate("location.hash") == "#grid" or current() != "")
        page.focus("#grid")
        assert current() == "0"
        columns = page.evaluate(
            "new Set([...document.querySelectorAll('.tile')].map(t => t.style.left)).size"
        )
        page.keyboard.press("ArrowDown")
        assert current() == str(columns)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
        page.keyboard.press("Shift+ArrowRight")
        assert page.inner_text("#select-none") == "Clear 2 selected photos"
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.press("End")
        assert current() == "15"
        page.keyboard.press("Home")
        assert current() == "0"
        page.keyboard.press("Enter")
        page.wait_for_selector("#detail[open]")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Escape")
        page.wait_for_selector("#detail:not([open])", state="attached")
        wait_for(page, lambda: current() == "1")
        page.keyboard.press("Control+a")
        assert page.inner_text("#select-none") == "Clear 16 selected photos"


def test_a_hundred_thousand_photos_scroll_in_a_small_page(large_address, open_album_page):
    with open_album_page(f"{large_address}#min_score=0", ready="#count") as watched:
        watched.complaints_expected = True  # Their originals are nowhere: 410.
        page = watched.page
        count = "document.querySelectorAll('*').length"
        page.wait_for_selector(".tile b")
        most = page.evaluate(count)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_selector(f".tile[data-at='{MANY - 1}'] b")
        last = f".tile[data-at='{MANY - 1}']"
        wait_for(page, lambda: "no longer where it was" in page.inner_text(last))
        # The page's own clock, so that scrolling is fast however busy the computer is.
        page.clock.install()
        page.clock.pause_at(page.evaluate("Date.now()") + 1000)
        for place in range(20):
            page.evaluate(f"scrollTo(0, {place / 20} * document.documentElement.scrollHeight)")
            page.wait_for_timeout(20)
            page.clock.run_for(20)
            most = max(most, page.evaluate(count))
        assert most < 600
        details = [url for url in watched.requests if "/photos?" in url]
        assert len(details) < 15  # Who scrolls past asks for little.


def test_a_photo_on_its_way_is_waited_for_and_does_not_open_what_was_closed(
    large_address, open_album_page
):
    with open_album_page(f"{large_address}#min_score=0", ready="#count") as watched:
        watched.complaints_expected = True  # Their originals are nowhere: 410.
        page = watched.page
        page.wait_for_selector(".tile b")
        held = []
        page.route("**/photos?*", lambda route: held.append(route))
        page.focus("#grid")
        page.keyboard.press("End")
        wait_for(page, lambda: held)  # The grid has asked; the dialogue will not ask again.
        page.keyboard.press("Enter")
        page.wait_for_timeout(200)
        assert not page.is_visible("#detail")
        while held:
            held.pop().continue_()
        page.wait_for_selector("#detail[open]")
        assert page.inner_text("#detail-title").endswith(".jpg")
        assert page.inner_text("#detail-score").startswith("100,000 of 100,000")
        for _ in range(200):
            page.keyboard.press("ArrowLeft")
            page.wait_for_timeout(10)
            if held:
                break
        page.keyboard.press("Escape")
        page.wait_for_selector("#detail:not([open])", state="attached")
        with page.expect_response("**/photos?*"):
            held.pop(0).continue_()
        page.wait_for_timeout(200)
        assert not page.is_visible("#detail")


def test_photos_that_cannot_be_fetched_are_told_and_tried_again(address, open_album_page):
    with open_album_page(address) as watched:
        watched.complaints_expected = True  # The browser writes the lost request to its console.
        page = watched.page
        page.route("**/photos?*", lambda route: route.abort())
        slide(page, "surprise", 60)
        page.wait_for_selector("#connection:not([hidden])")
        assert "does not answer" in page.inner_text("#connection")
        page.unroute("**/photos?*")
        page.click("#retry")
        page.wait_for_selector(".tile b")
        assert page.is_hidden("#connection")
        assert all("ERR_FAILED" in line for line in watched.console), watched.console


def test_photos_that_have_gone_say_so(tmp_path, album, serve_album, open_album_page):
    photos, database = tmp_path / "photos", tmp_path / "own.sqlite3"
    photos.mkdir()
    for name in ("00.jpg", "01.jpg"):
        shutil.copy(album[0] / name, photos)
    index_folder(photos, database, MODEL)
    (photos / "00.jpg").unlink()
    (photos / "01.jpg").write_bytes(b"something else")
    with open_album_page(serve_album(database)) as watched:
        watched.complaints_expected = True  # The browser writes 409 and 410 to its console.
        page = watched.page
        wait_for(page, lambda: page.locator(".tile-missing").count() == 2)
        words = page.inner_text("#grid")
        assert "The photo is no longer where it was" in words
        assert "The photo has changed since it was indexed" in words
        page.locator(".tile").first.click()
        wait_for(page, lambda: page.inner_text("#detail-picture").startswith("The photo "))


def test_a_server_without_an_album_says_so(open_album_page):
    running = run_server(Settings(port=0))
    try:
        url = f"{running.url}album"
        with open_album_page(url, ready="#connection:not([hidden])") as watched:
            watched.complaints_expected = True  # The browser writes the status 404 to its console.
            assert "mien serve --album" in watched.page.inner_text("#connection")
        with open_album_page(running.url, ready="#start") as watched:
            assert watched.page.get_attribute("#album-link", "href") == "album"
    finally:
        running.stop()


def test_a_token_is_asked_for_once(album, serve_album, open_album_page):
    token = "long-enough-for-anybody"
    url = serve_album(album[1], token=token)
    with open_album_page(url, ready="#token-form:not([hidden])") as watched:
        watched.complaints_expected = True  # The browser writes the status 401 to its console.
        page = watched.page
        page.fill("#token", token)
        page.keyboard.press("Enter")
        settled(page, "16 of 16")
        page.reload()
        settled(page, "16 of 16")


def test_axe_finds_nothing_serious_and_nothing_is_cut_off(address, open_album_page):
    with open_album_page(address) as watched:
        page = watched.page
        page.click("#filters summary")
        page.click("#look summary")
        page.locator(".tile-check").first.click()
        page.wait_for_selector(".tile-frame img.there")
        for scheme, width, contrast in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            page.set_checked("#contrast", contrast)
            assert problems(page) == [], (scheme, width, contrast)
        page.set_viewport_size({"width": 390, "height": 900})
        for dialog, opener in (("#detail", ".tile[data-at='2'] .tile-frame"), ("#take", "#export")):
            page.click(opener)
            page.wait_for_selector(f"{dialog}[open]")
            assert problems(page) == [], dialog
            page.keyboard.press("Escape")
        for width in (320, 390, 768, 1600):
            page.set_viewport_size({"width": width, "height": 900})
            for large in (False, True):
                page.set_checked("#large", large)
                # Photos are placed anew in the frame after the width has changed.
                page.wait_for_function(FITS, arg=width)
