"""A journal as plain types, for the page to put into words of its own language."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from mien.errors import DataError
from mien.journal.change.baseline import LEAST
from mien.journal.change.change import OWN, Analysis, analyse
from mien.journal.change.findings import find
from mien.journal.kept.check_in import CheckIn, poorness
from mien.journal.kept.journal_file import Journal
from mien.journal.pages.charts import HEIGHT, Chart, mood_chart, sign_charts
from mien.journal.pages.help_lines import CountryLines, help_lines


def entries_of(journal: Journal) -> dict[str, Any]:
    """``EntriesAnswer``, ready for JSON."""
    analysis = analyse(journal.check_ins())
    task = usual_task(analysis)
    charts = [mood_chart(analysis), *([] if task is None else sign_charts(analysis, task))]
    helping, wrong = known_help(journal)
    return {
        "check_ins": [_check_in(one) for one in analysis.series.check_ins],
        "findings": _findings(analysis),
        "charts": [_chart(one) for one in charts],
        "charts_task": task,
        "help": {code: dataclasses.asdict(one) for code, one in helping.items()},
        "help_problem": wrong,
    }


def usual_task(analysis: Analysis) -> str | None:
    """The task that most check-ins have, or None without a camera."""
    tasks = Counter(one.task for one in analysis.series.check_ins if one.task is not None)
    return tasks.most_common(1)[0][0] if tasks else None


def known_help(journal: Journal) -> tuple[dict[str, CountryLines], str | None]:
    """Help lines by country; those that come with Mien, and why, where one's own are damaged."""
    try:
        return help_lines(journal.path.parent), None
    except DataError as error:
        return help_lines(), str(error)


def _check_in(one: CheckIn) -> dict[str, Any]:
    asked = one.questionnaire
    return {
        **one.to_dict(),
        "questionnaire": None
        if asked is None
        else {
            **asked.to_dict(),
            "sum": asked.sum,
            "most": asked.questionnaire.most,
        },
        "poor": None if one.measures is None else poorness(one.measures),
    }


def _findings(analysis: Analysis) -> dict[str, Any]:
    found = find(analysis)
    newest = analysis.differences[OWN][-1] if analysis.differences[OWN] else None
    return {
        "state": found.state,
        "check_ins": len(analysis.series.check_ins),
        "least": LEAST,
        "days": None if newest is None else newest.days,
        "baseline": None if newest is None else newest.baseline,
        "statements": [
            {
                "chart": one.flag.chart,
                "signs": list(one.signs),
                "for_days": one.flag.for_days,
                "size": -one.flag.difference.size,
                "low": -one.flag.difference.high,
                "high": -one.flag.difference.low,
                "days": one.flag.difference.days,
                "baseline": one.flag.difference.baseline,
            }
            for one in found.statements
        ],
        "poor": found.poor,
        "questionnaire_is_high": found.questionnaire_is_high,
    }


def _chart(one: Chart) -> dict[str, Any]:
    plain = dataclasses.asdict(one)
    for tick in (*plain["x_ticks"], *plain["y_ticks"]):
        tick["day"] = None if tick["day"] is None else tick["day"].isoformat()
    return {**plain, "height": HEIGHT}
