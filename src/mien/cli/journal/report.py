"""``mien journal report``: one page to look at or to hand over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import out
from mien.cli.journal.opened import JournalFile, opened
from mien.cli.journal.whom_to_call import Country, lines_of
from mien.errors import UsageError
from mien.journal.kept.made_pages import note_made
from mien.journal.pages.report import write_report


def report(
    target: Annotated[Path, typer.Option("--out", "-o", help="The .html file.")] = Path(
        "journal.html"
    ),
    country: Country = None,
    journal: JournalFile = None,
) -> None:
    """Write the page: own words and scales first, plots, methods and limits. Print it for a PDF."""
    if target.suffix not in (".html", ".htm"):
        raise UsageError(
            "the report is an HTML page", where=target, hint="print it from a browser for a PDF"
        )
    with opened(journal) as kept:
        write_report(kept.check_ins(), target, lines_of(country, journal))
        note_made(kept, target)
    out.print(f"wrote {target}; it is readable by you alone, and not encrypted", markup=False)
