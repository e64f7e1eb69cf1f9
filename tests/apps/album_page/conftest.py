"""A real server with an album, and a real Chromium on its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from album.conftest import MODEL, in_a_room, portrait, save
from live_page.conftest import note_complaints, run_server
from PIL import Image
from server.album_server import make_large_album

from mien.album.indexing.index import index_folder
from mien.server.settings import Settings

EVIL = "<img src=x onerror=document.title='gotcha'>.jpg"
MANY = 100_000


@dataclass
class Watched:
    """A page, and what it did that is worth a look."""

    page: Any
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    complaints_expected: bool = False

    def clean(self) -> bool:
        """Whether nothing was asked of others, and nothing went wrong."""
        hosts = {urlsplit(url).hostname for url in self.requests}
        return hosts <= {"127.0.0.1", None} and (self.complaints_expected or not self.console)


def make_photos(folder: Path) -> Path:
    """Sixteen photos: one face, more and more dim; pairs; one with an evil name and a place."""
    for number in range(10):
        picture = portrait(200, mirrored=bool(number % 2), brightness=1 - 0.07 * number)
        room = in_a_room(picture, number)
        save(room, folder / f"{number:02d}.jpg", taken=f"201{number}:07:04 12:00:00")
    for number in range(5):
        room = in_a_room(Image.new("RGB", (480, 480), "grey"), 10 + number)
        pair = room.crop((0, 240, 960, 720))
        pair.paste(portrait(240), (40 * number, 120))
        pair.paste(portrait(240, mirrored=True, brightness=0.9 - 0.15 * number), (680, 120))
        save(pair, folder / "pairs" / f"pair-{number}.jpg")
    save(portrait(260), folder / EVIL, place=True)
    return folder


@pytest.fixture(scope="session")
def album(tmp_path_factory) -> tuple[Path, Path]:
    """Photos and their album; for reading only."""
    folder = tmp_path_factory.mktemp("album")
    photos, database = make_photos(folder / "photos"), folder / "album.sqlite3"
    index_folder(photos, database, MODEL)
    return photos, database


@pytest.fixture(scope="session")
def serve_album() -> Iterator[Callable[[Path], str]]:
    """Start servers; gives the address of the album page."""
    running = []

    def start(database: Path, **options: Any) -> str:
        running.append(run_server(Settings(port=0, album=database, **options)))
        return f"{running[-1].url}album"

    yield start
    for each in running:
        each.stop()


@pytest.fixture(scope="session")
def address(album, serve_album) -> str:
    return serve_album(album[1])


@pytest.fixture(scope="session")
def large_address(tmp_path_factory, serve_album) -> str:
    """The page of an album of 100,000 photos."""
    return serve_album(make_large_album(tmp_path_factory.mktemp("large") / "large.sqlite3", MANY))


@pytest.fixture
def open_album_page(chromium) -> Callable[..., Any]:
    """Open pages; after the test: nothing left this computer, no error, no broken policy."""

    @contextmanager
    def opened(url: str, *, width: int = 1200, ready: str = ".tile b", **options: Any):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, accept_downloads=True, **options
        )
        page = context.new_page()
        watched = Watched(page)
        page.on("request", lambda request: watched.requests.append(request.url))
        note_complaints(page, watched.console)
        page.goto(url)
        try:
            page.wait_for_selector(ready)
            yield watched
        finally:
            context.close()
        assert watched.clean(), (watched.console, watched.requests)

    return opened
