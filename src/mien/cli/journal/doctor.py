"""``mien journal doctor``: whether the journal is sound; its backup, its passphrase."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from mien.cli.console import out
from mien.cli.journal.opened import JournalFile, known_passphrase, new_passphrase, opened
from mien.errors import DataError
from mien.journal.kept.journal_file import default_journal, examine, restore
from mien.journal.kept.private_database import backup_of
from mien.wording import count


def doctor(
    put_back: Annotated[
        bool, typer.Option("--restore", help="Put the backup in the place of the journal.")
    ] = False,
    lock: Annotated[
        bool, typer.Option("--passphrase", help="Give the journal a passphrase, or a new one.")
    ] = False,
    unlock: Annotated[
        bool, typer.Option("--no-passphrase", help="Take the passphrase off.")
    ] = False,
    journal: JournalFile = None,
) -> None:
    """Check the journal and its backup, put the backup back, or change the passphrase."""
    file = journal or default_journal()
    if put_back:
        aside = restore(file)
        out.print(f"the backup is in place; what was there is kept as {aside}", markup=False)
    if lock or unlock:
        with opened(journal) as kept:
            kept.change_passphrase(new_passphrase() if lock else None)
        out.print("the passphrase is changed" if lock else "the journal has no passphrase now")
    found = examine(file)
    if found.locked:
        found = examine(file, known_passphrase())
    out.print(f"journal: {file}", markup=False)
    if found.damage is not None:
        backup = backup_of(file)
        hint = "put the backup back: mien journal doctor --restore" if backup.exists() else None
        raise DataError(f"the journal is damaged ({found.damage})", where=file, hint=hint)
    out.print(f"check-ins: {count(found.entries, 'check-in')}, all can be read")
    out.print(f"passphrase: {'yes' if found.locked else 'no'}")
    backup = backup_of(file)
    if backup.exists():
        made = datetime.fromtimestamp(backup.stat().st_mtime)
        out.print(f"backup: {backup}, of {made:%Y-%m-%d %H:%M}", markup=False)
    else:
        out.print("backup: none yet; one is made each day before the first check-in")
