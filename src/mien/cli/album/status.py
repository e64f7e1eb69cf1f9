"""``mien album status``: what is in the album."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from mien.album.database import default_database, open_album
from mien.album.missing import forget_command
from mien.album.status import album_status
from mien.album.taking.listing import shown_path
from mien.cli.console import out
from mien.cli.options import Database


def status(
    database: Database = None,
    unreadable: Annotated[
        bool,
        typer.Option(
            "--unreadable", help="Name the photos that cannot be read, or not whole, and why."
        ),
    ] = False,
) -> None:
    """Say what is in the album."""
    path = database or default_database()
    with open_album(path) as connection:
        found = album_status(connection)
    if unreadable:
        for name, reason in found.unreadable:
            out.print(f"{shown_path(os.fsdecode(name))}: {reason}", markup=False)
        for name in found.incomplete:
            what = "is cut off, and was read as far as it goes"
            out.print(f"{shown_path(os.fsdecode(name))}: {what}", markup=False)
        return
    size = path.stat().st_size / 1e6
    lines = [
        f"album       {path} ({size:.1f} MB)",
        f"photos      {found.photos:,} in {found.files:,} files, {found.faces:,} faces",
        f"model       {found.model or 'none yet'}",
    ]
    if found.other_model:
        lines.append(f"            {found.other_model:,} photos were read by another: index again")
    if found.gone:
        lines.append(f"missing     {found.gone:,} files that were there before")
    if found.unreadable:
        lines.append(f"unreadable  {len(found.unreadable):,} files: mien album status --unreadable")
    if found.incomplete:
        lines.append(f"cut off     {len(found.incomplete):,} files: mien album status --unreadable")
    for folder, when in found.folders:
        day = time.strftime("%Y-%m-%d %H:%M", time.localtime(when))
        lines.append(f"folder      {shown_path(os.fsdecode(folder))}, indexed {day}")
        if not Path(os.fsdecode(folder)).is_dir():
            lines.append(f"            no longer there; to take it out: {forget_command(folder)}")
    for line in lines:
        out.print(line, markup=False)
