"""The pages of ``mien live`` in Firefox: camera, photo, album, journal's door, video's door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from album.conftest import MODEL, in_a_room, portrait, save
from live_page.conftest import run_server

from mien.album.indexing.index import index_folder
from mien.packaged import ASTRONAUT, packaged_path
from mien.server.settings import Settings

HERE = {"127.0.0.1", ""}
"""Hosts that pages may ask; without a name are what a page holds itself, blob: and data:."""


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A server with an album of four photos."""
    folder = tmp_path_factory.mktemp("firefox-album")
    for number in range(4):
        picture = portrait(200, mirrored=bool(number % 2), brightness=1 - 0.1 * number)
        save(in_a_room(picture, number), folder / "photos" / f"{number}.jpg")
    index_folder(folder / "photos", folder / "album.sqlite3", MODEL)
    running = run_server(Settings(port=0, threads=2, album=folder / "album.sqlite3"))
    yield running.url
    running.stop()


def test_the_camera_starts_and_stops(firefox, address):
    with firefox.open(address) as page:
        assert page.text("#start") == "Start the camera"
        page.click("#start")
        # Firefox's own camera shows no face: the page says so, and goes on.
        page.until("document.querySelector('#answer-word').textContent !== ''")
        assert page.evaluate("document.querySelector('#video').videoWidth") > 0
        page.click("#start")
        page.until("document.querySelector('#start').innerText === 'Start the camera'")
    assert page.console == []
    assert page.hosts <= HERE


def test_a_photo_is_read(firefox, address):
    with firefox.open(address) as page:
        page.click("#tab-photo")
        page.choose_files("#files", packaged_path(ASTRONAUT))
        page.until("document.querySelector('#photos')?.innerText.includes('looks happy')")
    assert page.console == []


def test_the_album_shows_the_happiest_and_why(firefox, address):
    with firefox.open(f"{address}album", locale="de-DE") as page:
        page.until("document.querySelectorAll('.tile b').length === 4")
        assert page.text("#count").startswith("4 von 4 Fotos")
        page.click(".tile[data-at='0'] .tile-frame")
        page.until("document.querySelector('.face-card .bars li') !== null")
        assert "sieht fröhlich aus" in page.text("#detail-faces")
    assert page.console == []
    assert page.hosts <= HERE


@pytest.mark.parametrize("tab", ["practice", "review", "film", "journal"])
def test_every_tab_opens(firefox, address, tab):
    with firefox.open(address) as page:
        page.click(f"#tab-{tab}")
        page.until(f"document.querySelector('#{tab}').checkVisibility()")
        words = page.until(f"document.querySelector('#{tab}').innerText.trim()")
        assert len(words) > 20
    assert page.console == []


def test_the_browsers_language_is_spoken(firefox, address):
    with firefox.open(address, locale="de-DE") as page:
        assert page.evaluate("document.documentElement.lang") == "de-DE"
        assert page.text("#tab-photo") == "Foto"
