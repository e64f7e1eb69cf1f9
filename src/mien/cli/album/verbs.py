"""The verbs of ``mien album``."""

from __future__ import annotations

import typer

from mien.cli.late_verbs import Verb, late_group

VERBS = {
    "open": Verb("mien.cli.album.open", "open_album_page"),
    "top": Verb("mien.cli.album.top", "top"),
    "similar": Verb("mien.cli.album.similar", "similar"),
    "index": Verb("mien.cli.album.index", "index"),
    "status": Verb("mien.cli.album.status", "status"),
    "forget": Verb("mien.cli.album.forget", "forget"),
}
"""In the order of the help."""

album_app = typer.Typer(
    cls=late_group(VERBS),
    help="Your photos by expression: index them once, then ask for the best ones. Photos are only "
    "ever read.",
    no_args_is_help=True,
)
