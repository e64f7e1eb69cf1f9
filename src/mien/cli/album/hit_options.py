"""What ``mien album top`` and ``similar`` do with their hits, and the options for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mien.album.asking.hits import Hit
from mien.album.taking.gallery import write_gallery
from mien.album.taking.listing import to_csv, to_json, to_paths, to_table
from mien.album.taking.take import Way, take_photos
from mien.cli.console import out as console
from mien.cli.console import print_note
from mien.errors import UsageError
from mien.media.results.output import open_output


class HitFormat(StrEnum):
    """Forms of a list of hits."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PATHS = "paths"
    PATHS0 = "paths0"


@dataclass(frozen=True, slots=True)
class HitOptions:
    """How many hits, and what becomes of them."""

    number: Annotated[int, typer.Option("--number", "-n", min=1, help="How many photos.")] = 20
    format: Annotated[
        HitFormat,
        typer.Option("--format", "-f", help="paths0 ends each path with a NUL, for xargs -0."),
    ] = HitFormat.TABLE
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder to put the photos in.", show_default=False),
    ] = None
    way: Annotated[
        Way, typer.Option("--as", help="How they get there; a hard link is the same file.")
    ] = Way.COPY
    gallery: Annotated[
        Path | None,
        typer.Option("--gallery", help="Write a page with photos and faces.", show_default=False),
    ] = None
    place: Annotated[
        bool, typer.Option("--place", help="Tell where photos were taken; never told otherwise.")
    ] = False

    def check(self) -> None:
        """Raise ``UsageError`` for a way into a folder when there is no folder."""
        if self.way is not Way.COPY and self.out is None:
            raise UsageError("--as is about photos in a folder: use it with --out")

    def take(self, hits: Sequence[Hit]) -> tuple[Path, ...]:
        """Put the photos into the folder that was named; where they are there."""
        return () if self.out is None else take_photos(hits, self.out, way=self.way)

    def show(self, hits: Sequence[Hit], *, title: str, subtitle: str, emotion: str) -> None:
        """Write the gallery that was named; see ``mien.album.taking.gallery.gallery_page``."""
        if self.gallery is not None:
            write_gallery(self.gallery, hits, title=title, subtitle=subtitle, emotion=emotion)

    def print(self, hits: Sequence[Hit], question: dict[str, Any], *, emotion: str = "") -> None:
        """Print the list; ``question`` is what JSON says was asked."""
        if self.format is HitFormat.TABLE:
            if hits:
                console.print(to_table(hits, emotion, place=self.place))
            else:
                print_note("no photo fits")
            return
        data = {
            HitFormat.JSON: lambda: to_json(hits, question),
            HitFormat.CSV: lambda: to_csv(hits, place=self.place),
            HitFormat.PATHS: lambda: to_paths(hits, ending=b"\n"),
            HitFormat.PATHS0: lambda: to_paths(hits, ending=b"\0"),
        }[self.format]()
        sys.stdout.flush()
        with open_output(None) as stream:
            stream.write(data)
