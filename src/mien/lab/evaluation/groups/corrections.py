"""Tests of several groups together: p-values corrected for their number, and what they can show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.stats import norm

from mien.lab.evaluation.groups.group_results import (
    POWER,
    SIGNIFICANT,
    UNSURE,
    Gap,
    Group,
    GroupColumn,
    recall_of,
)
from mien.lab.evaluation.measures.statistics import Estimate, holm


def corrected_together(columns: list[GroupColumn]) -> tuple[tuple[GroupColumn, ...], int]:
    """Holm's correction over every test of these columns, and how many these are."""
    tested: dict[int, float] = {}
    for column in columns:
        scored: tuple[Gap | Group, ...] = (*column.gaps, *column.groups)
        for one in scored:
            if one.p_value is not None:
                tested[id(one)] = one.p_value
    found = dict(zip(tested, holm(list(tested.values())), strict=True))
    return tuple(
        replace(
            column,
            gaps=tuple(
                replace(
                    gap,
                    p_corrected=found.get(id(gap)),
                    visible=_visible(gap, column, SIGNIFICANT / max(len(tested), 1)),
                )
                for gap in column.gaps
            ),
            groups=tuple(
                replace(group, p_corrected=found.get(id(group))) for group in column.groups
            ),
        )
        for column in columns
    ), len(tested)


def _visible(gap: Gap, column: GroupColumn, level: float) -> float | None:
    """The difference between the gap's two groups that a test at ``level`` mostly shows.

    The normal approximation for two shares (Cohen 1988, chapter 6, without the arcsine), about the
    mean of both; in Holm's correction the least p-value has to be under this level.
    """
    if gap.p_value is None:
        return None
    pair = [group for group in column.groups if group.name in (gap.lowest, gap.highest)]
    label = gap.score.removeprefix(recall_of(""))
    sizes, hits = [], 0.0
    for group in pair:
        share_of = group.accuracy
        size = group.images
        if gap.score == UNSURE:
            share_of = group.unsure
        elif gap.score.startswith(recall_of("")):
            share_of, size = (group.recall or {})[label], (group.class_images or {})[label]
        sizes.append(size)
        hits += size * value_of(share_of)
    if len(sizes) < 2:  # All groups are equal, so that lowest and highest are one.
        sizes *= 2
        hits *= 2
    # With all right or all wrong, a share is still uncertain by about one image (Laplace).
    mean = (hits + 1) / (sum(sizes) + 2)
    error = np.sqrt(mean * (1 - mean) * sum(1 / size for size in sizes))
    quantiles = norm.isf(level / 2) + norm.isf(1 - POWER)
    return float(min(quantiles * error, 1.0))


def value_of(found: Estimate | None) -> float:
    """An estimate's value; 0 where there is none."""
    return 0.0 if found is None or found.value is None else found.value
