"""Scores as tables for people, for ``mien evaluate`` and ``mien models show``."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group
from rich.table import Table

from mien.card import ALL_ROWS, Score


def score_tables(scores: Iterable[Score]) -> Group:
    """One table a split; the intervals are 95 % bootstrap intervals."""
    by_split: dict[str, list[Score]] = {}
    for score in scores:
        by_split.setdefault(score.split, []).append(score)
    return Group(*(_table(split, found) for split, found in by_split.items()))


def _table(split: str, scores: list[Score]) -> Table:
    table = Table(title=f"{split}: scores with 95 % intervals", title_justify="left")
    table.add_column("score", no_wrap=True)
    table.add_column("images")
    for column in ("n", "value", "interval"):
        table.add_column(column, justify="right", no_wrap=True)
    for score in scores:
        table.add_row(
            score.metric if score.head == scores[0].head else f"{score.head} {score.metric}",
            "" if score.rule == ALL_ROWS else score.rule,
            f"{score.n:,}",
            f"{score.value:.4f}",
            "" if score.low is None else f"{score.low:.4f} to {score.high:.4f}",
        )
    return table
