"""A report in a few sentences, for somebody who has never seen the project."""

from __future__ import annotations

from dataclasses import dataclass

from mien.lab.comparison.facts import Facts
from mien.lab.evaluation.groups.group_results import ACCURACY, STANDARDISED, Groups
from mien.lab.evaluation.measures.measures import ClassScores, Measures
from mien.lab.evaluation.mistakes.mistakes import Mistakes
from mien.lab.pages.page import percent

OVERFITTED = 0.1
"""From this gap between Training and PublicTest accuracy on the report speaks of overfitting."""


@dataclass(frozen=True)
class Conclusion:
    """A question that a reader has, and the answer in a sentence or two."""

    question: str
    answer: str


def summarise(
    measures: Measures,
    mistakes: Mistakes,
    groups: Groups,
    facts: Facts,
) -> tuple[Conclusion, ...]:
    """What the figures say, in words."""
    found = [
        Conclusion("How good is it?", _good(measures)),
        Conclusion("What does it fail on?", _fails(measures, mistakes)),
        Conclusion("On whom does it fail?", _whom(groups)),
        Conclusion("Does it know when it is wrong?", _sure(measures)),
    ]
    if measures.humans is not None:
        found.append(Conclusion("How does it compare with people?", _people(measures)))
    found.append(Conclusion("Are the labels right?", _labels(mistakes)))
    if facts.gap is not None:
        found.append(Conclusion("Has it learnt by heart?", _gap(facts.gap)))
    return tuple(found)


def _good(measures: Measures) -> str:
    accuracy, one_of = measures.overall.accuracy, len(measures.labels)
    largest = max(row.images for row in measures.classes) / measures.images
    text = (
        f"Of {measures.images:,} images that it was not fitted on it names the expression of "
        f"{percent(accuracy.value)} as their label does ({percent(accuracy.low)} to "
        f"{percent(accuracy.high)}), out of {one_of}. Always saying the commonest one would be "
        f"right on {percent(largest)}."
    )
    if measures.head == "fer2013":
        text += " People reach about 65 % on these labels, the best published single networks 73 %."
    if measures.without_twins is not None:
        value = percent(measures.without_twins.accuracy.value)
        text += f" Without the {measures.twins:,} images that Training holds too: {value}."
    return text


def _fails(measures: Measures, mistakes: Mistakes) -> str:
    known = [row for row in measures.classes if row.recall.value is not None]
    ranked = sorted(known, key=_recall)
    worst, best = ranked[:2], ranked[-1]
    names = " and ".join(f"{row.label} ({percent(_recall(row), 0)} found)" for row in worst)
    text = f"Worst on {names}; best on {best.label} ({percent(_recall(best), 0)})."
    never = [row.label for row in measures.classes if row.images and not row.answered]
    if never:
        text += f" It never answers {' or '.join(never)}."
    if mistakes.pairs:
        pair = mistakes.pairs[0]
        text += (
            f" Its commonest mistake: {pair.count:,} images labelled {pair.label} are taken for "
            f"{pair.predicted} ({percent(pair.share, 0)} of that class)."
        )
    return text


def _recall(row: ClassScores) -> float:
    return row.recall.value or 0.0


def _whom(groups: Groups) -> str:
    told = []
    for column in groups.columns:
        gap = column.gap(STANDARDISED) or column.gap(ACCURACY)
        if gap is not None and gap.significant:
            told.append(
                f"by {column.name} accuracy differs by {100 * gap.difference:.1f} points "
                f"({gap.highest} against {gap.lowest})"
            )
        elif any(one.significant for one in column.gaps):
            told.append(f"by {column.name} some classes are found less often (see below)")
    names = " and ".join(column.name for column in groups.columns)
    text = f"Compared by {names}: " + ("; ".join(told) if told else "no difference beyond chance")
    people = [
        column for column in groups.columns if not column.name.startswith(("bright", "contr"))
    ]
    if not people:
        text += (
            ". Whether it serves men and women, young and old, light and dark skin alike was not "
            "measured: the data do not say who is in a picture"
        )
    return text + "."


def _sure(measures: Measures) -> str:
    unsure = measures.risk_coverage.unsure
    error = measures.calibrated.calibration_error.value
    if unsure.accuracy.value is None:
        return "It is unsure of everything."
    return (
        f"When it answers ({percent(unsure.coverage.value, 0)} of the images) it is right on "
        f"{percent(unsure.accuracy.value)}; the rest it calls unsure, and would have been right on "
        f"{percent(unsure.accuracy_unsure.value)} of them. What it says of its own certainty is "
        f"off by {percent(error)} on average."
    )


def _people(measures: Measures) -> str:
    humans = measures.humans
    assert humans is not None
    text = (
        f"Ten people judged each image: on average {percent(humans.model.value)} of them agree "
        f"with the model, {percent(humans.annotator.value)} with one of each other, and "
        f"{percent(humans.label.value)} with the label of the data set."
    )
    inside = (
        "So it disagrees no more than people do."
        if humans.inside
        else ("So it disagrees a little more than people do among themselves.")
    )
    return f"{text} {inside}"


def _labels(mistakes: Mistakes) -> str:
    if not mistakes.votes:
        return (
            f"{mistakes.possible_errors:,} labels are doubtful by the model alone; nobody else was "
            "asked."
        )
    return (
        f"{mistakes.likely_errors:,} of {mistakes.images:,} are likely wrong: model and most "
        f"annotators see something else. So part of what is counted as a mistake is none."
    )


def _gap(gap: float) -> str:
    text = f"On images of Training it is right {100 * gap:.1f} points more often than on new ones"
    if gap < OVERFITTED:
        return text + ": hardly."
    return text + ": yes, to a good part."
