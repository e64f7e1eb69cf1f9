"""``mien album open``: the album's page, with folders to choose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.live import open_page
from mien.cli.options import Browser, Database, ModelName, PagePort


def open_album_page(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Folders that the page may read, with all below them; by default your pictures.",
            show_default=False,
        ),
    ] = None,
    port: PagePort = None,
    browser: Browser = True,
    model: ModelName = None,
    database: Database = None,
) -> None:
    """Open the album in the browser, until Ctrl-C.

    There you choose folders, Mien reads the faces in their photos, and shows the best ones for an
    expression while it reads. The page is served by this computer to itself, and photos are only
    ever read.
    """
    open_page(
        port=port,
        browser=browser,
        photos=tuple(folders or _usual_folders()),
        database=database,
        model=model,
        page="album",
    )


def _usual_folders() -> list[Path]:
    """The folder of this user's pictures, if there is one."""
    from platformdirs import user_pictures_path

    pictures = user_pictures_path()
    return [pictures] if pictures.is_dir() else []
