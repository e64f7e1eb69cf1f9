"""``mien live``: the page that reads expressions from the camera, opened in the browser."""

from __future__ import annotations

import socket
import threading
import webbrowser
from typing import Annotated

import typer

from mien.cli.console import err
from mien.cli.options import Balanced, Database, ModelName, ReadingName, chosen_reading
from mien.packaged import find_model
from mien.server.settings import DEFAULT_PORT, Settings, default_threads

_HERE = "127.0.0.1"


def live(
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help=f"Port on this computer; by default {DEFAULT_PORT}, or a free one if it is taken.",
            show_default=False,
        ),
    ] = None,
    browser: Annotated[
        bool,
        typer.Option(
            "--browser/--no-browser", help="Open the page in the browser, or only say where it is."
        ),
    ] = True,
    model: ModelName = None,
    reading: ReadingName = None,
    balanced: Balanced = False,
    database: Database = None,
) -> None:
    """Read expressions from the camera, in a page in the browser, until Ctrl-C.

    The page is served by this computer to itself: no other computer can reach it, nothing leaves
    it, and nothing is kept. A tab of the page reads photos and shows why. If you have an album, its
    page is at /album.
    """
    from mien.album.database import default_database
    from mien.server.server import serve

    settings = Settings(
        host=_HERE,
        port=_usual_or_free_port() if port is None else port,
        threads=default_threads(),
        model=find_model(model),
        reading=chosen_reading(reading, balanced),
        album=database or default_database(),
    )
    serve(settings, on_ready=lambda address: _show(address, browser), log=False)


def _usual_or_free_port() -> int:
    """The usual port, at which the browser finds the page's settings again, or 0 if it is taken."""
    try:
        with socket.create_server((_HERE, DEFAULT_PORT)):
            return DEFAULT_PORT
    except OSError:
        return 0


def _show(address: str, browser: bool) -> None:
    err.print(f"The live page is at {address} . Stop it with Ctrl-C.", markup=False)
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
