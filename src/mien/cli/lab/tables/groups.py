"""Figures by group as tables for people, for ``mien evaluate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from mien.cli.lab.tables.estimates import interval, percent

if TYPE_CHECKING:
    from mien.lab.evaluation.groups.group_results import GroupColumn, Groups
    from mien.lab.evaluation.measures.statistics import Estimate


def group_tables(found: Groups) -> Group:
    """One table a column, with what it means below it; guesses are said to be guesses."""
    parts: list[Table | Text] = []
    for column in found.columns:
        parts.append(_table(column))
        if column.estimated and found.warning:
            parts.append(Text(f"  {found.warning}", style="bold yellow"))
        parts.append(Text(f"  {column.verdict}\n"))
    parts.append(
        Text(
            f"95 % intervals; {found.tests:,} comparisons, p-values corrected by Holm's method "
            f"({found.pixel_tests:,} by brightness and contrast apart from them); "
            f"too few: under {found.least_cell} images",
            style="dim",
        )
    )
    return Group(*parts)


def _table(column: GroupColumn) -> Table:
    table = Table(title=f"By {column.name}", title_justify="left", box=box.SIMPLE)
    table.add_column("group", no_wrap=True)
    table.add_column("images", justify="right")
    for title in ("accuracy", "at equal class mix", "balanced accuracy"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("unsure", justify="right")
    table.add_column("p", justify="right", no_wrap=True)
    for group in column.groups:
        images = f"{group.images:,}"
        if group.withheld or group.unsure is None:
            table.add_row(Text(group.name), images, Text("too few", style="dim"))
            continue
        table.add_row(
            Text(group.name),
            images,
            _with_interval(group.accuracy),
            _with_interval(group.standardised),
            _with_interval(group.balanced),
            f"{group.unsure.value:.0%}",
            "–" if group.p_corrected is None else f"{group.p_corrected:.3f}",
        )
    return table


def _with_interval(found: Estimate | None) -> str:
    between = interval(found)
    return f"{percent(found)}% ({between})" if between else percent(found)
