"""``mien journal demo``: a year of a person who does not exist."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from mien.cli.console import out
from mien.errors import UsageError
from mien.journal.change.simulated import Change, Person, simulate
from mien.journal.kept.journal_file import open_journal
from mien.journal.kept.made_pages import note_made
from mien.journal.pages.report import write_report
from mien.wording import count


def demo(
    folder: Annotated[Path, typer.Option("--out", "-o", help="A new or an empty folder.")] = Path(
        "journal-demo"
    ),
    size: Annotated[
        float, typer.Option(help="Change of mood in the last month, in day-to-day spreads.")
    ] = -2.0,
    seed: Annotated[int, typer.Option(min=0, help="Another number, another person.")] = 3,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open the page.")] = True,
) -> None:
    """Make a simulated year, its journal and its report, to see what a journal looks like."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("is there already, and not empty", where=folder, hint="name another --out")
    check_ins = simulate(Person(), 365, np.random.default_rng(seed), Change(size, 330))
    file, page = folder / "journal.sqlite3", folder / "journal.html"
    with open_journal(file, create=True) as journal:
        journal.agree()
        journal.add_all(check_ins)
        write_report(check_ins, page, None)
        note_made(journal, page)
    out.print(f"{count(len(check_ins), 'check-in')} of a person who does not exist")
    out.print(f"the page: {page}", markup=False)
    out.print(f"look into it: mien journal show --journal {file}", markup=False)
    out.print(f"and in the page: mien live --journal {file}", markup=False)
    if open_page and sys.stdout.isatty():
        typer.launch(str(page))
