"""The two streams of a command: results on standard output, everything else on standard error."""

from __future__ import annotations

from rich.console import Console

out = Console(highlight=False, soft_wrap=True, emoji=False)
"""For results."""

err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
"""For progress, notes and errors."""


def print_error(message: str) -> None:
    """One line on standard error, without interpreting brackets in file names as markup."""
    err.print("error:", style="bold red", end=" ")
    err.print(message, markup=False)


def print_note(message: str) -> None:
    """One line on standard error that is not an error."""
    err.print(message, markup=False, style="dim")
