"""``mien live``: the page that reads expressions from the camera, opened in the browser."""

from __future__ import annotations

import socket
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import err
from mien.cli.options import (
    Balanced,
    Browser,
    Database,
    ModelName,
    PagePort,
    ReadingName,
    chosen_reading,
)
from mien.errors import UsageError
from mien.packaged import find_model
from mien.server.settings import DEFAULT_PORT, Settings, default_threads

_HERE = "127.0.0.1"


def live(
    port: PagePort = None,
    browser: Browser = True,
    model: ModelName = None,
    reading: ReadingName = None,
    balanced: Balanced = False,
    photos: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="A folder of photos that the album's page may read, and all below; repeatable.",
            show_default=False,
        ),
    ] = None,
    database: Database = None,
) -> None:
    """Read expressions from the camera, in a page in the browser, until Ctrl-C.

    The page is served by this computer to itself: no other computer can reach it, nothing leaves
    it, and nothing is kept. A tab of the page reads photos and shows why. The album's page is at
    /album; it reads folders below those of --photos when you choose them there.
    """
    open_page(
        port=port,
        browser=browser,
        model=model,
        reading=chosen_reading(reading, balanced),
        photos=tuple(photos or ()),
        database=database,
    )


def open_page(
    *,
    port: int | None,
    browser: bool,
    photos: tuple[Path, ...],
    database: Path | None,
    model: str | None = None,
    reading: str | None = None,
    page: str = "",
) -> None:
    """Serve the pages to this computer until Ctrl-C, and open one of them; ``page`` is its path.

    Raises
    ------
    UsageError
        If a folder of photos is none.
    """
    from mien.album.database import default_database
    from mien.server.server import serve

    for folder in photos:
        if not folder.is_dir():
            raise UsageError("no such folder", where=folder, hint="check the spelling")
    settings = Settings(
        host=_HERE,
        port=_usual_or_free_port() if port is None else port,
        threads=default_threads(),
        model=find_model(model),
        reading=reading,
        album=database or default_database(),
        photos=photos,
    )
    serve(settings, on_ready=lambda address: _show(address, page, browser), log=False)


def _usual_or_free_port() -> int:
    """The usual port, at which the browser finds the page's settings again, or 0 if it is taken."""
    try:
        with socket.create_server((_HERE, DEFAULT_PORT)):
            return DEFAULT_PORT
    except OSError:
        return 0


def _show(address: str, page: str, browser: bool) -> None:
    name = "album" if page else "live page"
    address = f"{address}/{page}" if page else address
    err.print(f"The {name} is at {address} . Stop it with Ctrl-C.", markup=False)
    err.print(
        "Only this computer can reach it. Nothing leaves it, no picture of the camera is kept.",
        markup=False,
    )
    if browser:
        # Browsers of the terminal return only when they are closed.
        threading.Thread(target=_open, args=(address,), daemon=True).start()


def _open(address: str) -> None:
    if not webbrowser.open(address):
        err.print("No browser was found here: open the address in one yourself.", markup=False)
