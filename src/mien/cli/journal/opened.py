"""Opening the journal for a verb: where it lies, and its passphrase."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mien.errors import UsageError
from mien.journal.kept.journal_file import Journal, default_journal, has_passphrase, open_journal

JournalFile = Annotated[
    Path | None,
    typer.Option(
        "--journal",
        help="The journal's file; by default journal.sqlite3 in Mien's data folder.",
        show_default=False,
    ),
]

PASSPHRASE = "MIEN_JOURNAL_PASSPHRASE"


@contextmanager
def opened(path: Path | None, *, create: bool = False, lock: bool = False) -> Iterator[Journal]:
    """The journal, its passphrase taken from the environment or asked for in the terminal.

    With ``lock``, a journal that is made now gets a passphrase.
    """
    file = path or default_journal()
    passphrase = None
    if file.exists():
        passphrase = known_passphrase() if has_passphrase(file) else None
        if lock and passphrase is None:
            raise UsageError(
                "the journal is there already, without a passphrase",
                hint="give it one by: mien journal doctor --passphrase",
            )
    elif lock:
        passphrase = new_passphrase()
    with open_journal(file, passphrase=passphrase, create=create) as journal:
        yield journal


def known_passphrase() -> str:
    """The passphrase of a journal that has one."""
    if found := os.environ.get(PASSPHRASE):
        return found
    if not sys.stdin.isatty():
        raise UsageError(
            "the journal has a passphrase, and nobody can be asked here", hint=f"set {PASSPHRASE}"
        )
    asked: str = typer.prompt("Passphrase", hide_input=True, err=True)
    return asked


def new_passphrase() -> str:
    """A passphrase, typed twice."""
    if found := os.environ.get(PASSPHRASE):
        return found
    if not sys.stdin.isatty():
        raise UsageError("nobody can be asked for a passphrase here", hint=f"set {PASSPHRASE}")
    typer.echo("Nobody can open a journal whose passphrase is forgotten.", err=True)
    asked: str = typer.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True)
    return asked
