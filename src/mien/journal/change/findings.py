"""What a journal says of the last days: what differs, how sure that is, what one can do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mien.journal.change.baseline import LEAST
from mien.journal.change.change import OWN, SIGNS, TOGETHER, Analysis, Flag, newest_sign_differences
from mien.journal.change.usual_values import WINDOW
from mien.journal.kept.check_in import poor_because, poorness
from mien.wording import count

LEARNING, TOO_FEW, USUAL, DIFFERENT = "learning", "too few", "usual", "different"

_LESS = {
    "smile_share": "smiles are rarer",
    "smile_strength": "smiles are weaker",
    "eye_opening": "the eyes are less open",
    "head_movement": "the head moves less",
    "expressivity": "the face moves less",
    "valence_mean": "the expression is less friendly",
    "valence_spread": "the expression changes less",
}

_TOLD = 0.5
"""Spreads below the usual from which a sign is named among those that differ."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes
    ----------
    sentence : str
    certainty : str
        The interval, the days behind it, and how often such a statement comes by chance.
    flag : Flag
        It in numbers.
    signs : tuple of str
        Signs that it names, the one that differs most first.
    """

    sentence: str
    certainty: str
    flag: Flag
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a journal says now.

    Attributes
    ----------
    state : str
        ``LEARNING``, ``TOO_FEW``, ``USUAL`` or ``DIFFERENT``.
    sentence : str
        It in one sentence.
    statements : tuple of Statement
        What differs, the most certain first; empty unless ``DIFFERENT``.
    remarks : tuple of str
        What was left out, and why.
    poor : dict of str to int
        By ``mien.journal.kept.check_in.poorness``, check-ins of the last three weeks whose camera
        says nothing.
    questionnaire_is_high : bool
        Whether the newest questionnaire's sum is one at which its authors advise to talk to
        somebody.
    """

    state: str
    sentence: str
    statements: tuple[Statement, ...]
    remarks: tuple[str, ...]
    poor: dict[str, int]
    questionnaire_is_high: bool


BY_CHANCE = "Less than once in a year of daily check-ins such a statement comes by chance."

NEVER = (
    "It does not say why, or what you have: it compares you with yourself, and there are many "
    "reasons to differ from one's usual."
)

WHAT_ONE_CAN_DO = (
    "Look at your own words of these days: is there a reason that you know?",
    "Tell somebody you trust how you are.",
    "If it goes on, or if it weighs on you, talk to a doctor or a therapist. The report was made "
    "to be taken along: mien journal report.",
)


def find(analysis: Analysis) -> Findings:
    """Put an analysis into words."""
    check_ins = analysis.series.check_ins
    answered = [one.questionnaire for one in check_ins if one.questionnaire is not None]
    high = bool(answered) and answered[-1].is_high
    remarks, poor = _left_out(analysis)
    if len(check_ins) <= LEAST:
        sentence = (
            f"Still learning you: {count(len(check_ins), 'check-in')} of {LEAST} that tell what is "
            "usual for you."
        )
        return Findings(LEARNING, sentence, (), remarks, poor, high)
    if analysis.differences[OWN][-1] is None:
        sentence = "There are too few check-ins in the last two weeks to say anything."
        return Findings(TOO_FEW, sentence, (), remarks, poor, high)
    flags = analysis.flags()
    if not flags:
        days = analysis.differences[OWN][-1]
        assert days is not None
        sentence = (
            f"Nothing differs from your usual, as far as {count(days.days, 'day')} against "
            f"{count(days.baseline, 'check-in')} before them can tell."
        )
        return Findings(USUAL, sentence, (), remarks, poor, high)
    longest = max(flag.for_days for flag in flags)
    sentence = f"This differs from your usual, for {count(longest, 'day')}:"
    statements = tuple(_statement(flag, analysis) for flag in flags)
    return Findings(DIFFERENT, sentence, statements, remarks, poor, high)


def _statement(flag: Flag, analysis: Analysis) -> Statement:
    found = flag.difference
    signs = _signs_that_differ(analysis) if flag.chart == SIGNS else ()
    what = {
        OWN: "your mood, as you say it, is lower",
        SIGNS: _in_words(signs),
        TOGETHER: "your mood and what is seen of your face are, taken together, lower",
    }[flag.chart]
    certainty = (
        f"By {-found.size:.1f} of your usual day-to-day spread (95 % interval "
        f"{-found.high:.1f} to {-found.low:.1f}), {count(found.days, 'day')} against "
        f"{count(found.baseline, 'check-in')} before them."
    )
    sentence = f"{what[0].upper()}{what[1:]}, for {count(flag.for_days, 'day')}."
    return Statement(sentence, certainty, flag, signs)


def _signs_that_differ(analysis: Analysis) -> tuple[str, ...]:
    sizes = newest_sign_differences(analysis)
    named = sorted((size, name) for name, size in sizes.items() if size <= -_TOLD)
    return tuple(name for _, name in named[:3] if name in _LESS)


def _in_words(signs: tuple[str, ...]) -> str:
    words = [_LESS[name] for name in signs]
    if not words:
        return "what is seen of your face is, all in all, less lively"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _left_out(analysis: Analysis) -> tuple[tuple[str, ...], dict[str, int]]:
    """What of the last three weeks' camera said nothing: in words, and by why."""
    series = analysis.series
    said: Counter[str] = Counter()
    poor: Counter[str] = Counter()
    for at in range(len(series.days)):
        seen = series.check_ins[at].measures
        if series.days[-1] - series.days[at] >= WINDOW or seen is None:
            continue
        because, why = poor_because(seen), poorness(seen)
        if because is not None and why is not None:
            said[because] += 1
            poor[why] += 1
    remarks = tuple(
        f"The camera's part of {count(number, 'check-in')} says nothing: {because}."
        for because, number in said.items()
    )
    return remarks, dict(poor)
