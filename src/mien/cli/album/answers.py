"""What ``mien album top`` and ``similar`` share: the forms of an answer, and their options."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mien.album.asking.hits import Hit
from mien.album.taking.listing import to_csv, to_json, to_paths, to_table
from mien.cli.console import out as console
from mien.cli.console import print_note
from mien.errors import UsageError
from mien.media.results.output import open_output


class AnswerFormat(StrEnum):
    """Forms of an answer."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PATHS = "paths"
    PATHS0 = "paths0"


class Way(StrEnum):
    """How photos get into a folder."""

    COPY = "copy"
    HARDLINK = "hardlink"


NumberOption = Annotated[int, typer.Option("--number", "-n", min=1, help="How many photos.")]
FormatOption = Annotated[
    AnswerFormat,
    typer.Option("--format", "-f", help="paths0 ends each path with a NUL, for xargs -0."),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder to put the photos in.", show_default=False),
]
WayOption = Annotated[
    Way, typer.Option("--as", help="How they get there; a hard link is the same file.")
]
GalleryOption = Annotated[
    Path | None,
    typer.Option("--gallery", help="Write a page with photos and faces.", show_default=False),
]
PlaceOption = Annotated[
    bool, typer.Option("--place", help="Tell where photos were taken; never told otherwise.")
]


def check_way(way: Way, out: Path | None) -> None:
    """Refuse a way into a folder when there is no folder."""
    if way is not Way.COPY and out is None:
        raise UsageError("--as is about photos in a folder: use it with --out")


def print_hits(
    hits: Sequence[Hit], format: AnswerFormat, question: dict[str, Any], *, place: bool
) -> None:
    """Print the hits in one of the forms."""
    if format is AnswerFormat.TABLE:
        if not hits:
            print_note("no photo fits")
            return
        console.print(to_table(hits, question.get("emotion", ""), place=place))
        return
    data = {
        AnswerFormat.JSON: lambda: to_json(hits, question),
        AnswerFormat.CSV: lambda: to_csv(hits, place=place),
        AnswerFormat.PATHS: lambda: to_paths(hits, ending=b"\n"),
        AnswerFormat.PATHS0: lambda: to_paths(hits, ending=b"\0"),
    }[format]()
    sys.stdout.flush()
    with open_output(None) as stream:
        stream.write(data)
