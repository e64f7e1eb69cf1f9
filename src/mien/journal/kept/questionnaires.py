"""PHQ-2 and PHQ-8: short questionnaires about the last two weeks, and what their sums are.

PHQ-2: Kroenke, Spitzer and Williams 2003, "The Patient Health Questionnaire-2", Medical Care 41.
PHQ-8: Kroenke et al. 2009, "The PHQ-8 as a measure of current depression in the general
population", Journal of Affective Disorders 114. Both are free to use, to copy and to pass on.

The PHQ-9's ninth question asks about thoughts of being better off dead. It is left out on purpose:
an answer to it needs a person who reacts at once, and a file on a disk is none. The PHQ-8 is the
form that was made for where nobody can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mien.errors import UsageError, did_you_mean

QUESTION = (
    "Over the last two weeks, how often have you been bothered by any of the following problems?"
)
ANSWERS = ("not at all", "several days", "more than half the days", "nearly every day")
"""Worth 0 to 3."""

_ITEMS = (
    "Little interest or pleasure in doing things",
    "Feeling down, depressed, or hopeless",
    "Trouble falling or staying asleep, or sleeping too much",
    "Feeling tired or having little energy",
    "Poor appetite or overeating",
    "Feeling bad about yourself, or that you are a failure or have let yourself or your family "
    "down",
    "Trouble concentrating on things, such as reading the newspaper or watching television",
    "Moving or speaking so slowly that other people could have noticed, or the opposite: being so "
    "fidgety or restless that you have been moving around a lot more than usual",
)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire whose answers are added up.

    Attributes
    ----------
    name : str
    items : tuple of str
    high : int
        Sum from which its authors advise to talk to somebody who can look closer.
    """

    name: str
    items: tuple[str, ...]
    high: int

    @property
    def most(self) -> int:
        """The largest sum."""
        return len(self.items) * (len(ANSWERS) - 1)


QUESTIONNAIRES: dict[str, Questionnaire] = {
    each.name: each
    for each in (Questionnaire("phq-2", _ITEMS[:2], 3), Questionnaire("phq-8", _ITEMS, 10))
}


@dataclass(frozen=True, slots=True)
class Answered:
    """A questionnaire with its answers, each 0 to 3."""

    questionnaire: Questionnaire
    answers: tuple[int, ...]

    @property
    def sum(self) -> int:
        """0 to ``questionnaire.most``."""
        return sum(self.answers)

    @property
    def is_high(self) -> bool:
        """Whether its authors would advise to talk to somebody."""
        return self.sum >= self.questionnaire.high

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return {"questionnaire": self.questionnaire.name, "answers": list(self.answers)}


def answered(name: str, answers: object) -> Answered:
    """Check answers to a questionnaire.

    Raises
    ------
    UsageError
        If there is no such questionnaire, or not one answer of 0 to 3 to each question.
    """
    if name not in QUESTIONNAIRES:
        raise UsageError(
            f"no questionnaire {name!r}", hint=did_you_mean(name, tuple(QUESTIONNAIRES))
        )
    questionnaire = QUESTIONNAIRES[name]
    expected = len(questionnaire.items)
    if not isinstance(answers, list | tuple) or len(answers) != expected:
        raise UsageError(f"{name} takes {expected} answers, each 0 to 3")
    for answer in answers:
        if isinstance(answer, bool) or not isinstance(answer, int) or not 0 <= answer <= 3:
            raise UsageError(f"{name}: {answer!r} is no answer", hint="each is 0, 1, 2 or 3")
    return Answered(questionnaire, tuple(answers))
