"""From a folder of photos to a ranked album in the page, without a terminal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from album.conftest import MODEL, in_a_room, portrait, save
from live_page.conftest import wait_for
from live_page.test_access import FITS, problems

from mien.album.database import open_album
from mien.album.indexing.index import index_folder
from mien.album.status import album_status

from .conftest import EVIL
from .test_album_page import names, settled

pytestmark = pytest.mark.every_state

SIZES = ((390, "dark"), (768, "light"), (1280, "light"))


@pytest.fixture
def pictures(tmp_path, album) -> Path:
    """Allowed: photos, a damaged one, a folder of an evil name, and a link to a place outside."""
    folder = tmp_path / "Pictures"
    shutil.copytree(album[0], folder / "2019")
    (folder / "2019" / "damaged.jpg").write_bytes(b"\xff\xd8 and nothing")
    (folder / EVIL.removesuffix(".jpg")).mkdir()
    outside = tmp_path / "outside"
    save(portrait(300), outside / "secret.jpg")
    (folder / "out").symlink_to(outside)
    (folder / "2019" / "linked.jpg").symlink_to(outside / "secret.jpg")
    return folder


def choose(page, *names_of_folders: str) -> None:
    """Add a folder by its names, from the allowed one on."""
    page.click("#add-first" if page.is_visible("#add-first") else "#add-more")
    for name in names_of_folders:
        page.click(f".folder-list button:has-text('{name}')")
        page.wait_for_selector(f"#way b:text-is('{name}')")
    page.click("#choose-go")
    page.wait_for_selector("#choose", state="hidden")


def ended(page, start: str) -> str:
    return wait_for(
        page, lambda: next((t for t in texts(page) if t.startswith(start)), None), seconds=120
    )


def texts(page) -> list[str]:
    return page.locator("#filling-ended > li").all_inner_texts()


def test_a_chosen_folder_becomes_a_ranked_album(tmp_path, pictures, serve_album, open_album_page):
    database = tmp_path / "own.sqlite3"
    url = serve_album(database, photos=(pictures,))
    with open_album_page(url, ready="#add-first:visible") as watched:
        page = watched.page
        assert problems(page) == []
        page.click("#add-first")
        page.wait_for_selector(".folder-list li")
        listed = page.locator(".folder-list button").all_inner_texts()
        assert listed[0] == "2019"
        assert listed[1] == EVIL.removesuffix(".jpg")
        assert "leads out" in listed[2]
        assert page.locator(".folder-list button").nth(2).is_disabled()
        assert problems(page) == []
        page.keyboard.press("Escape")
        choose(page, "2019")
        # Photos come without a click.
        settled(page, "16 of 16")
        said = ended(page, "2019: ")
        assert "16 photos read with 21 faces" in said
        assert "1 could not be read" in said
        assert "Not looked into: 1" in said
        assert names(page)[:2] != []
        page.click("#show-unreadable")
        page.wait_for_selector("#unreadable-files dt")
        assert "damaged.jpg" in page.inner_text("#unreadable-files")
        assert "is not a picture" in page.inner_text("#unreadable-files")
        assert problems(page) == []
        page.click("#unreadable-close")
        page.click("#filling-ended button")
        assert page.is_hidden("#filling")
        assert page.title() == "Mien: the album"
    with open_album(database) as connection:
        (linked,) = connection.execute(
            "SELECT count(*) FROM file WHERE path LIKE '%linked%' OR path LIKE '%secret%'"
        ).fetchone()
    assert linked == 0


def test_by_keyboard_alone_and_at_every_size(tmp_path, pictures, serve_album, open_album_page):
    url = serve_album(tmp_path / "own.sqlite3", photos=(pictures,))
    with open_album_page(url, ready="#add-first:visible") as watched:
        page = watched.page
        page.focus("#add-first")
        page.keyboard.press("Enter")
        page.wait_for_selector(".folder-list li")
        for width, scheme in SIZES:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 844})
            assert problems(page) == [], width
            page.wait_for_function(FITS, arg=width)
        reach(page, "2019")
        page.keyboard.press("Enter")
        page.wait_for_selector("#way b:text-is('2019')")
        reach(page, "Read this folder")
        page.keyboard.press("Enter")
        # The focus goes on to what comes next, until there is nothing more to say.
        wait_for(page, lambda: focused(page) == "Pause")
        page.keyboard.press("Enter")
        wait_for(page, lambda: focused(page) == "Go on")
        page.keyboard.press("Enter")
        ended(page, "2019: ")
        wait_for(page, lambda: focused(page) == "✕")
        settled(page, "16 of 16")
        for width, scheme in SIZES:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 844})
            page.wait_for_function(FITS, arg=width)
            assert problems(page) == [], width
            # On a phone, too, photos are what one sees first.
            top = page.evaluate("document.querySelector('.tile').getBoundingClientRect().top")
            assert top < 844 / 2 + 150 * (width < 500)
        page.keyboard.press("Enter")
        assert page.is_hidden("#filling")
        assert page.evaluate("document.activeElement.id") == "main"


def focused(page) -> str:
    return page.evaluate("document.activeElement.innerText ?? ''")


def reach(page, words: str) -> None:
    """Tab on until what has the focus says this."""
    for _ in range(20):
        if focused(page).startswith(words):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{words!r} cannot be reached by the keyboard")


def test_a_pause_holds_and_goes_on_in_a_second_window(
    tmp_path, pictures, serve_album, open_album_page
):
    for number in range(150):
        save(in_a_room(portrait(200), 100 + number), pictures / "many" / f"{number:03d}.jpg")
    database = tmp_path / "own.sqlite3"
    url = serve_album(database, photos=(pictures,))
    with open_album_page(url, ready="#add-first:visible") as watched:
        page = watched.page
        choose(page, "many")
        wait_for(page, lambda: " of 150 photos" in page.inner_text("#filling-more"))
        page.click("#filling-pause")
        wait_for(page, lambda: page.inner_text("#filling-what") == "Paused: many")
        with open_album(database) as connection:
            before = album_status(connection).files
        assert 0 < before < 150
        assert problems(page) == []
        with open_album_page(url, ready="#filling-resume:visible") as other:
            assert other.page.inner_text("#filling-what") == "Paused: many"
            with open_album(database) as connection:
                assert album_status(connection).files == before  # It really rests.
            choose(other.page, "2019")  # Another one waits, and the reading goes on.
            said = ended(other.page, "many: ")
            assert f"{before} read before" in said
            ended(other.page, "2019: ")
        ended(page, "2019: ")
        wait_for(page, lambda: " of 166 photos" in page.inner_text("#count"))


def test_the_place_of_who_looks_is_kept_while_photos_come(
    tmp_path, album, serve_album, open_album_page
):
    database = tmp_path / "own.sqlite3"
    for number in range(40):
        save(in_a_room(portrait(200), 300 + number), tmp_path / "first" / f"{number:02d}.jpg")
    index_folder(tmp_path / "first", database, MODEL)
    with open_album_page(serve_album(database), width=768) as watched:
        page = watched.page
        settled(page, "40 of 40")
        page.locator(".tile").nth(3).focus()
        page.keyboard.press("PageDown")
        page.keyboard.press("PageDown")
        focused = wait_for(page, lambda: page.evaluate("document.activeElement.title"))
        top = "document.activeElement.getBoundingClientRect().top"
        before = page.evaluate(top)
        index_folder(album[0], database, MODEL)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        settled(page, "56 of 56")
        assert page.evaluate("document.activeElement.title") == focused
        assert abs(page.evaluate(top) - before) < 400  # Its row may be another one now.


def test_a_folder_that_goes_away_is_told_and_read_when_it_is_back(
    tmp_path, pictures, serve_album, open_album_page
):
    away = tmp_path / "away"
    url = serve_album(tmp_path / "own.sqlite3", photos=(pictures,))
    with open_album_page(url, ready="#add-first:visible") as watched:
        page = watched.page
        page.click("#add-first")
        page.click(".folder-list button:has-text('2019')")
        page.wait_for_selector("#way b:text-is('2019')")
        (pictures / "2019").rename(away)
        watched.complaints_expected = True  # The browser writes the status 404 to its console.
        page.click("#choose-go")
        page.wait_for_selector("#choose-problem:not([hidden])")
        assert "no longer there" in page.inner_text("#choose-problem")
        away.rename(pictures / "2019")
        page.click("#choose-go")
        settled(page, "16 of 16")


def test_an_album_that_cannot_be_written_says_so_and_tries_again(
    tmp_path, pictures, serve_album, open_album_page
):
    place = tmp_path / "data"
    place.write_text("a file where a folder should be")
    url = serve_album(place / "own.sqlite3", photos=(pictures,))
    with open_album_page(url, ready="#add-first:visible") as watched:
        page = watched.page
        choose(page, "2019")
        wait_for(page, lambda: page.inner_text("#filling-what") == "Stopped: 2019")
        assert len(page.inner_text("#filling-more")) > 20
        assert str(place) not in page.inner_text("#filling-more")
        place.unlink()
        page.click("#filling-resume")
        settled(page, "16 of 16")


def test_a_full_disk_is_told_and_what_was_read_is_kept(
    tmp_path, album, pictures, serve_album, open_album_page
):
    resource = pytest.importorskip("resource")
    database = tmp_path / "own.sqlite3"
    index_folder(album[0] / "pairs", database, MODEL)
    for number in range(60):
        save(in_a_room(portrait(200), 500 + number), pictures / "many" / f"{number:02d}.jpg")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_album_page(serve_album(database, photos=(pictures,))) as watched:
        page = watched.page
        settled(page, "5 of 5")
        # No file may grow any more, as on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, before[1]))
        try:
            choose(page, "many")
            wait_for(page, lambda: page.inner_text("#filling-what") == "Stopped: many")
            assert "disk is full" in page.inner_text("#filling-more")
            assert "what was committed before is kept" in page.inner_text("#filling-more")
            assert problems(page) == []
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        page.click("#filling-resume")
        ended(page, "many: ")
        wait_for(page, lambda: " of 65 photos" in page.inner_text("#count"))


def test_without_a_folder_the_page_says_how_to_allow_one(
    tmp_path, album, serve_album, open_album_page
):
    database = tmp_path / "late.sqlite3"
    with open_album_page(serve_album(database), ready="#empty .if-not-allowed:visible") as watched:
        page = watched.page
        assert "mien live --photos FOLDER" in page.inner_text("#empty")
        assert page.is_hidden("#add-first")
        assert problems(page) == []
        index_folder(album[0] / "pairs", database, MODEL)
        # Whoever comes back to the page need not wait for its next look.
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        settled(page, "5 of 5")
        assert page.is_hidden("#add-more")


def test_a_burst_is_a_stack(tmp_path, serve_album, open_album_page):
    folder, database = tmp_path / "burst", tmp_path / "own.sqlite3"
    room = in_a_room(portrait(200), 7)
    for second in range(3):
        picture = room.point(lambda value, by=second: value * (1 - 0.02 * by))
        save(picture, folder / f"{second}.jpg", taken=f"2020:01:01 12:00:0{second}")
    save(in_a_room(portrait(200), 9), folder / "alone.jpg", taken="2020:02:01 12:00:00")
    index_folder(folder, database, MODEL)
    with open_album_page(serve_album(database)) as watched:
        page = watched.page
        settled(page, "2 of 4 photos; 2 stacked")
        stack = page.locator(".tile.stacked")
        assert stack.count() == 1
        assert stack.locator(".tile-behind").inner_text() == "+2"
        assert "2 more nearly the same" in stack.get_attribute("aria-label")
        on_top = stack.get_attribute("title")
        stack.click()
        page.wait_for_selector(".stacked-photo img")
        assert page.locator(".stacked-photo").count() == 3
        assert problems(page) == []
        page.locator(".stacked-photo").nth(2).click()
        wait_for(page, lambda: page.inner_text("#detail-title") != on_top)
        assert page.inner_text("#detail-score").startswith("Behind ")
        assert "happy 9" in page.inner_text("#detail-score")
        page.click("#detail-select")
        page.click("#detail-close")
        assert page.inner_text("#select-none") == "Clear 1 selected photo"
