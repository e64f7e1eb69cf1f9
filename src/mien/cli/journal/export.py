"""``mien journal export``: check-ins as CSV or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import out
from mien.cli.journal.opened import JournalFile, opened
from mien.journal.kept.exported import dictionary_of, write_export
from mien.journal.kept.made_pages import note_made
from mien.wording import count


def export(
    target: Annotated[Path, typer.Argument(help="A .csv or .json file.")],
    journal: JournalFile = None,
) -> None:
    """Write all check-ins, with what each column means. The file is not encrypted."""
    with opened(journal) as kept:
        check_ins = kept.check_ins()
        write_export(check_ins, target)
        is_table = target.suffix == ".csv"
        note_made(kept, target, *([dictionary_of(target)] if is_table else []))
    beside = f" and {dictionary_of(target)}" if is_table else ""
    out.print(f"wrote {count(len(check_ins), 'check-in')} to {target}{beside}", markup=False)
