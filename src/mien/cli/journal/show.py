"""``mien journal show``: the last weeks, and what differs from the usual."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from mien.cli.console import out
from mien.cli.journal.opened import JournalFile, opened
from mien.cli.journal.whom_to_call import Country, lines_of, say_whom_to_call
from mien.journal.change.change import analyse
from mien.journal.change.findings import BY_CHANCE, NEVER, WHAT_ONE_CAN_DO, find
from mien.journal.kept.check_in import MOODS, CheckIn, poor_because


def show(
    days: Annotated[int, typer.Option(min=1, help="How many of the last days.")] = 28,
    country: Country = None,
    journal: JournalFile = None,
) -> None:
    """Show the last check-ins and what is said of them."""
    with opened(journal) as kept:
        check_ins = kept.check_ins()
    lines = lines_of(country, journal)
    if not check_ins:
        out.print("there are no check-ins yet; begin: mien journal check-in")
        return
    found = find(analyse(check_ins))
    newest = check_ins[-1].day
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("day", "mood", "asked", "camera", "own words"):
        table.add_column(name, no_wrap=name != "own words")
    for one in check_ins:
        if newest - one.day < timedelta(days=days):
            table.add_row(*_cells(one))
    out.print(table)
    if found.questionnaire_is_high:
        say_whom_to_call(lines, first=True)
    out.print(found.sentence)
    for statement in found.statements:
        out.print(f"- {statement.sentence} {statement.certainty}", markup=False)
    for remark in found.remarks:
        out.print(remark, markup=False)
    if found.statements:
        out.print(f"{BY_CHANCE} {NEVER}")
        out.print("What you can do:")
        for one_can in WHAT_ONE_CAN_DO:
            out.print(f"- {one_can}", markup=False)
        if not found.questionnaire_is_high:
            say_whom_to_call(lines, first=False)


def _cells(one: CheckIn) -> tuple[str, ...]:
    asked = one.questionnaire
    camera = "" if one.measures is None else poor_because(one.measures) or "yes"
    return (
        str(one.day),
        f"{one.mood} {MOODS[one.mood]}",
        "" if asked is None else f"{asked.questionnaire.name.upper()} {asked.sum}",
        camera,
        one.words.replace("\n", " "),
    )
