"""Help lines in the terminal."""

from __future__ import annotations

import locale
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import out
from mien.journal.kept.journal_file import default_journal
from mien.journal.pages.help_lines import CountryLines, help_lines, of_country

Country = Annotated[
    str | None,
    typer.Option(
        help="Whose help lines to name: two letters, such as DE. By default by your system's "
        "language.",
        show_default=False,
    ),
]


def lines_of(country: str | None, journal: Path | None) -> CountryLines | None:
    """Help lines of the country named, or of the one that the system's language tells of."""
    known = help_lines((journal or default_journal()).parent)
    if country is not None:
        return of_country(country, known)
    language = locale.getlocale()[0] or ""
    return known.get(language.partition("_")[2].upper()[:2])


def say_whom_to_call(lines: CountryLines | None, *, first: bool) -> None:
    """Print them; ``first`` when they come before all else, because somebody is not well."""
    if first:
        out.print("You do not have to be alone with this.")
    if lines is None:
        out.print("Name your country for its help lines: --country DE")
        return
    if first:
        out.print(f"If it cannot wait: {lines.emergency}")
    for line in lines.lines:
        out.print(f"Somebody to talk to: {line.contact} ({line.name}, {line.when})", markup=False)
