"""``mien album forget``: take photos out of the album."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.album.database import default_database
from mien.album.forget import forget as forget_rows
from mien.cli.console import out, print_note
from mien.cli.options import Database
from mien.errors import UsageError
from mien.wording import count


def forget(
    path: Annotated[
        Path | None, typer.Argument(help="A photo, or a folder with all below it.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Forget everything that is in the album.")
    ] = False,
    database: Database = None,
) -> None:
    """Remove photos from the album, with every trace in its files. The photos stay."""
    if (path is None) != everything:
        raise UsageError("give either a path or --all", where="mien album forget")
    file = database or default_database()
    gone = forget_rows(file, path)
    out.print(
        f"forgotten: {count(gone.files, 'file')}, {count(gone.pictures, 'photo')}, "
        f"{count(gone.faces, 'face')}"
    )
    if gone.elsewhere:
        print_note(
            f"{count(gone.elsewhere, 'photo')} of these lie elsewhere in the album too, "
            "and are kept under that name"
        )
    for old in sorted(file.parent.glob(f"{file.name}.old-*")):
        print_note(f"an older album, put aside by --rebuild, is not touched: {old}")
