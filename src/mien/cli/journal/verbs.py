"""The verbs of ``mien journal``."""

from __future__ import annotations

import typer

from mien.cli.late_verbs import Verb, late_group

VERBS = {
    "check-in": Verb("mien.cli.journal.check_in", "check_in"),
    "show": Verb("mien.cli.journal.show", "show"),
    "report": Verb("mien.cli.journal.report", "report"),
    "export": Verb("mien.cli.journal.export", "export"),
    "forget": Verb("mien.cli.journal.forget", "forget"),
    "doctor": Verb("mien.cli.journal.doctor", "doctor"),
    "demo": Verb("mien.cli.journal.demo", "demo"),
}
"""In the order of the help."""

journal_app = typer.Typer(
    cls=late_group(VERBS),
    help="A private journal: how you are, in your own words first, and whether that differs from "
    "your usual. It stays on this machine. It does not judge your health and is no medical device.",
    no_args_is_help=True,
)
