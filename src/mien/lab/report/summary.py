"""A report in a few sentences, for somebody who has never seen the project."""

from __future__ import annotations

from dataclasses import dataclass

from mien.lab.comparison.facts import Facts
from mien.lab.evaluation.groups.group_results import ACCURACY, STANDARDISED, UNSURE, Groups
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


@dataclass(frozen=True)
class Seen:
    """Whether a model was trained on images that it is measured on.

    Attributes
    ----------
    images : int or None
        Those that it was trained on, pixel by pixel; None when that cannot be known.
    own : bool
        Whether the data set is that of its training.
    """

    images: int | None
    own: bool

    @property
    def words(self) -> str:
        """To go on after the name of the data."""
        if self.own:
            if not self.images:
                return ", which it was not fitted on"
            return (
                f", {self.images:,} of whose images it was trained on as well: Training has them, "
                "too, pixel by pixel, and its recipe kept them"
            )
        text = ", not the data that it was trained on"
        if self.images is None:
            return f"{text}; whether both have images in common is not known"
        return f"{text}, but for {self.images:,} images of both" if self.images else text

    @property
    def in_brief(self) -> str:
        """To go on after the number of images."""
        if self.images is None:
            return "of other data"
        return (
            f"({self.images:,} of them trained on)" if self.images else "that it was not fitted on"
        )


def what_it_saw(twins: int, facts: Facts, *, own: bool, known: bool) -> Seen:
    """Tell whether a model was trained on images that it is measured on.

    Parameters
    ----------
    twins : int
        Images that the data of its training hold among Training, too.
    own : bool
        Whether they are measured on the data set of the training.
    known : bool
        Whether that data set was at hand to look for twins.
    """
    if own and not facts.kept_twins:
        twins = 0
    return Seen(twins if known else None, own)


def summarise(
    measures: Measures,
    mistakes: Mistakes,
    groups: Groups,
    facts: Facts,
    seen: Seen,
    *,
    fer2013: bool,
) -> tuple[Conclusion, ...]:
    """What the figures say, in words; ``fer2013``: whether the data are FER2013's own."""
    found = [
        Conclusion("How good is it?", _good(measures, seen, fer2013)),
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


def _good(measures: Measures, seen: Seen, fer2013: bool) -> str:
    accuracy, one_of = measures.overall.accuracy, len(measures.labels)
    largest = max(row.images for row in measures.classes) / measures.images
    text = (
        f"Of {measures.images:,} images {seen.in_brief} it names the expression of "
        f"{percent(accuracy.value)} as their label does ({percent(accuracy.low)} to "
        f"{percent(accuracy.high)}), out of {one_of}. Always saying the commonest one would be "
        f"right on {percent(largest)}."
    )
    if fer2013 and measures.head == "fer2013":
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
        unsure = column.gap(UNSURE)
        if gap is not None and gap.significant:
            told.append(
                f"by {column.name} accuracy differs by {100 * gap.difference:.1f} points "
                f"({gap.highest} against {gap.lowest})"
            )
        elif any(one.significant for one in column.gaps if one.score != UNSURE):
            told.append(f"by {column.name} some classes are found less often (see below)")
        if unsure is not None and unsure.significant:
            told.append(
                f"by {column.name} it is unsure {100 * unsure.difference:.1f} points more often "
                f"({unsure.highest} against {unsure.lowest})"
            )
    names = " and ".join(column.name for column in groups.columns)
    text = f"Compared by {names}: " + ("; ".join(told) if told else _not_shown(groups))
    if all(column.of_pixels for column in groups.columns):
        text += (
            ". Whether it serves men and women, young and old, light and dark skin alike was not "
            "measured: the data do not say who is in a picture"
        )
    return text + "."


def _not_shown(groups: Groups) -> str:
    """No difference was shown; what would have been."""
    gaps = [column.gap(STANDARDISED) or column.gap(ACCURACY) for column in groups.columns]
    visible = [gap.visible for gap in gaps if gap is not None and gap.visible is not None]
    text = "a difference is not shown, which does not mean that there is none"
    if visible:
        text += f": only one of {100 * max(visible):.0f} points or more would mostly have been seen"
    return text


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
