"""One page about a journal, to look at or to hand over to a therapist."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

from mien.journal.change.change import analyse
from mien.journal.change.findings import BY_CHANCE, NEVER, WHAT_ONE_CAN_DO, find
from mien.journal.kept.check_in import MOODS, CheckIn
from mien.journal.kept.questionnaires import ANSWERS, QUESTION
from mien.journal.kept.tasks import TASKS
from mien.journal.pages.charts import HEIGHT, mood_chart, sign_charts
from mien.journal.pages.help_lines import CountryLines
from mien.journal.pages.weeks import weeks_of
from mien.media.results.output import open_output
from mien.templates import template_environment
from mien.version import __version__

NEWEST_WORDS, MOST_WORDS = 14, 60
"""Check-ins whose own words come before all plots, and on the page at all."""


def report_page(
    check_ins: list[CheckIn], help_in: CountryLines | None = None, *, now: datetime | None = None
) -> str:
    """The page as HTML: own words and scales first, then signs, then methods and limits.

    Parameters
    ----------
    check_ins : list of CheckIn
        In any order.
    help_in : CountryLines, optional
        Whose help lines it names.
    now : datetime, optional
        Time that the page says it was made; the present when None.
    """
    analysis = analyse(check_ins)
    ordered = analysis.series.check_ins
    tasks = Counter(one.task for one in ordered if one.task is not None)
    task = tasks.most_common(1)[0][0] if tasks else None
    worded = [one for one in reversed(ordered) if one.words or one.notes]
    template = template_environment("mien.journal.pages").get_template("report.html.jinja")
    return template.render(
        check_ins=ordered,
        newest_words=worded[:NEWEST_WORDS],
        earlier_words=worded[NEWEST_WORDS:MOST_WORDS],
        asked=[one for one in reversed(ordered) if one.questionnaire is not None],
        moods=MOODS,
        findings=find(analysis),
        weeks=weeks_of(list(ordered)),
        mood=mood_chart(analysis),
        signs=[] if task is None else sign_charts(analysis, task),
        task=None if task is None else TASKS[task],
        by_chance=BY_CHANCE,
        never=NEVER,
        what_one_can_do=WHAT_ONE_CAN_DO,
        help_in=help_in,
        question=QUESTION,
        answers=ANSWERS,
        height=HEIGHT,
        made=(now or datetime.now().astimezone()),
        version=__version__,
    )


def write_report(check_ins: list[CheckIn], target: Path, help_in: CountryLines | None) -> None:
    """Write ``report_page`` to a file that only its owner can read."""
    page = report_page(check_ins, help_in)
    with open_output(target) as stream:
        stream.write(page.encode())
    target.chmod(0o600)
