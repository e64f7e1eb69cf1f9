"""Figures with their 95 % intervals in words, in per cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.lab.evaluation.measures.statistics import Estimate


def percent(found: Estimate | None) -> str:
    """``61.2``; a dash where there is no value."""
    return "–" if found is None or found.value is None else f"{100 * found.value:.1f}"


def interval(found: Estimate | None) -> str:
    """``57.9 to 64.4``; empty where there is none."""
    if found is None or found.low is None or found.high is None:
        return ""
    return f"{100 * found.low:.1f} to {100 * found.high:.1f}"
