"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.errors import UsageError
from mien.vision.reading import BALANCED

ModelName = Annotated[
    str | None,
    typer.Option(
        help="A packaged model (default, fast, small, crops) or a .onnx file.", show_default=False
    ),
]


ReadingName = Annotated[
    str | None,
    typer.Option(
        "--reading",
        help="How the model's outputs become the word: everyday (the default, for photos of life), "
        "fer2013 (the labels of that data set, as benchmarks want it) or balanced.",
        show_default=False,
    ),
]

Balanced = Annotated[
    bool,
    typer.Option(
        "--balanced",
        help="Short for --reading balanced: disgust is found more often, and more faces that show "
        "none are called disgusted; see the second table of mien models show.",
    ),
]


Signs = Annotated[
    bool,
    typer.Option(
        "--signs",
        help="Also say what is visible in each face: mouth, eyes, brows, where the head is turned, "
        "and how far away it is.",
    ),
]

Body = Annotated[
    bool,
    typer.Option(
        "--body",
        help="With the signs of the face say also what is visible of the body: posture, hands, and "
        "how far away each part is.",
    ),
]

FocalLength = Annotated[
    float | None,
    typer.Option(
        "--focal",
        help="The camera's focal length in pixels, for distances (with --signs); otherwise as "
        "EXIF says, or assumed.",
        show_default=False,
    ),
]


LslName = Annotated[
    str | None,
    typer.Option(
        "--lsl",
        metavar="NAME",
        help="Also send what is read as an LSL stream of this name (extra lsl).",
        show_default=False,
    ),
]

OscAddress = Annotated[
    str | None,
    typer.Option(
        "--osc",
        metavar="HOST:PORT",
        help="Also send what is read as OSC messages to this address (extra osc).",
        show_default=False,
    ),
]

Rotate = Annotated[bool, typer.Option("--rotate", help="Also find faces rolled up to 90°; slower.")]

Threads = Annotated[
    int | None,
    typer.Option(min=1, help="CPU threads; all cores by default.", show_default=False),
]


PagePort = Annotated[
    int | None,
    typer.Option(
        "--port",
        min=0,
        max=65535,
        help="Port on this computer; by default 8765, or a free one if it is taken.",
        show_default=False,
    ),
]

Browser = Annotated[
    bool,
    typer.Option(
        "--browser/--no-browser", help="Open the page in the browser, or only say where it is."
    ),
]


def chosen_reading(reading: str | None, balanced: bool) -> str | None:
    """The reading that two options ask for; raises ``UsageError`` if they ask for two."""
    if not balanced:
        return reading
    if reading not in (None, BALANCED):
        raise UsageError(f"--balanced and --reading {reading} ask for two readings")
    return BALANCED


ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="PATTERN",
        help="Leave out of folders what has such a name ('private', '*.bak.jpg'), or such a path "
        "below ('2019/private'); more than once for several.",
        show_default=False,
    ),
]

NoDefaultExcludes = Annotated[
    bool,
    typer.Option(
        "--no-default-excludes",
        help="Do not leave out hidden files and folders, trash, thumbnails and systems' folders.",
    ),
]

Database = Annotated[
    Path | None,
    typer.Option(
        envvar="MIEN_ALBUM",
        help="The album's file; by default album.sqlite3 in Mien's data folder.",
        show_default=False,
    ),
]
