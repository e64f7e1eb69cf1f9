"""How numbers and names are worded for people."""

from __future__ import annotations


def count(number: int, thing: str) -> str:
    """``1 face``, ``2,000 faces``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
