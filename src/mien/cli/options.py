"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ModelName = Annotated[
    str | None,
    typer.Option(help="A packaged model (default, small) or a .onnx file.", show_default=False),
]


Balanced = Annotated[
    bool,
    typer.Option(
        "--balanced",
        help="Find rare expressions (disgust, fear) more often, at some cost in accuracy; see the "
        "second table of mien models show.",
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
