"""``mien journal forget``: erase check-ins for good."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer

from mien.cli.console import out, print_note
from mien.cli.journal.opened import JournalFile, opened
from mien.errors import UsageError
from mien.journal.kept.made_pages import erase_damaged, erase_made
from mien.wording import count


def forget(
    day: Annotated[
        str | None, typer.Option(help="A date, such as 2026-11-27.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All check-ins.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    journal: JournalFile = None,
) -> None:
    """Erase check-ins from the journal and its backup, and all pages made of it. No way back.

    Reports and exports are erased where they were written, unless they were changed since; copies
    that were moved elsewhere are not known.
    """
    if (day is None) != everything:
        raise UsageError("give either --day or --all", where="mien journal forget")
    try:
        wanted = None if day is None else date.fromisoformat(day)
    except ValueError as error:
        raise UsageError(f"{day!r} is no date", hint="as 2026-11-27") from error
    with opened(journal) as kept:
        chosen = [one.id for one in kept.check_ins() if wanted in (None, one.day)]
        if not chosen:
            raise UsageError("there is no check-in to forget", where=day)
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError("nobody can be asked here: add --yes")
            typer.confirm(f"Erase {count(len(chosen), 'check-in')} for good?", abort=True)
        gone = kept.forget(None if wanted is None else chosen)
        pages, left = erase_made(kept)
        if everything:
            pages += erase_damaged(kept.path)
    out.print(f"erased {count(gone, 'check-in')}, from the backup too")
    for page in pages:
        out.print(f"erased {page}", markup=False)
    for page in left:
        print_note(f"{page} was changed since it was made, and is still there")
