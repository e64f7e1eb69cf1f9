"""What was usual at each check-in, each baseline made once."""

from __future__ import annotations

from functools import cache

import numpy as np

from mien.journal.change.baseline import LEAST, Baseline, Values, fit_baseline
from mien.journal.change.series import LEAST_SCALES, Series

WINDOW = 21.0
"""Days that are looked at; older check-ins are what the baseline is made of."""

_LONGEST = 180.0
_RENEWED = 7.0
"""Days between two baselines."""

Span = tuple[int, int]
"""First and end of the check-ins that a baseline is made of."""


class UsualValues:
    """Baselines of a series; whoever asks for one again gets the same.

    Parameters
    ----------
    series : Series
    """

    def __init__(self, series: Series) -> None:
        self.series = series
        self.mood = cache(self._mood)
        self.sign = cache(self._sign)

    def span(self, at: int) -> Span:
        """The check-ins that are usual at a check-in; they end before it.

        Until there are enough that are older than what is looked at, the first fourteen are.
        """
        days = self.series.days
        if at < LEAST:
            return 0, 0
        weeks = np.floor(days[at] / _RENEWED) * _RENEWED
        end = max(int(np.searchsorted(days, weeks - WINDOW, side="right")), LEAST)
        return int(np.searchsorted(days, days[end - 1] - _LONGEST)), end

    def course(self, name: str, task: str | None) -> list[Baseline | None]:
        """Of a sign in a task, or of the mood (``"mood"``, None), at each check-in."""
        spans = map(self.span, range(len(self.series.days)))
        return [self.mood(span) if task is None else self.sign(span, task, name) for span in spans]

    def _mood(self, span: Span) -> Baseline | None:
        return self._fitted(span, self.series.mood, self.series.own_conditions, "mood")

    def _sign(self, span: Span, task: str, name: str) -> Baseline | None:
        inside = np.where(self.series.of_task(task), self.series.signs[name], np.nan)
        return self._fitted(span, inside, self.series.conditions, name)

    def _fitted(self, span: Span, values: Values, conditions: Values, name: str) -> Baseline | None:
        inside = slice(*span)
        days = self.series.days[inside]
        return fit_baseline(days, values[inside], conditions[inside], LEAST_SCALES[name])
