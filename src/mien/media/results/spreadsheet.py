"""Text that a spreadsheet would run."""

from __future__ import annotations

from typing import TypeVar

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell of text that begins so as a formula (OWASP, "CSV injection")."""

Cell = TypeVar("Cell")


def harmless(value: Cell) -> Cell | str:
    """Text that would be run gets an apostrophe before it, which spreadsheets do not show."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
