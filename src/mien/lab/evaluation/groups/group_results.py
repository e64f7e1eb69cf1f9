"""What is known of each group of images, and what it means in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mien.lab.evaluation.measures.statistics import Estimate

LEAST_CELL = 50
"""Images below which a figure is withheld: at 50, accuracy is uncertain by 14 points either way."""

LEAST_IN_CLASS = 10
"""Images of a class that a group needs for the class to count in its mean recall."""

SIGNIFICANT = 0.05
"""Corrected p-value below which a difference is called one."""

POWER = 0.8
"""How often a difference that is called visible would have been shown."""

NOT_GIVEN = "not given"
"""The group of the images that a column says nothing of; it is shown, but not compared."""

ESTIMATED = "estimated "
"""What the name of a column of guesses begins with."""

GUESSES = (
    "These groups are guesses of a model that itself errs, and more on some groups than on others. "
    "A gap between them may come from wrong guesses; they cannot show that anyone was treated "
    "unfairly, nor that no one was."
)
"""What is said of estimated groups wherever they are shown."""

ACCURACY, STANDARDISED, BALANCED = "accuracy", "accuracy at equal class mix", "balanced accuracy"
UNSURE = "share of unsure answers"


def recall_of(label: str) -> str:
    """Name of the score "recall of a class"."""
    return f"recall of {label}"


@dataclass(frozen=True)
class Group:
    """The images of one group.

    Attributes
    ----------
    name : str
    images : int
    withheld : bool
        Fewer than ``LEAST_CELL`` images: every figure below is None or empty.
    accuracy : Estimate or None
        Share of right answers, with Wilson's interval.
    standardised, balanced : Estimate or None
        Accuracy if the group had the class mix of all images, and mean recall, over
        ``GroupColumn.compared``; bootstrap intervals. None for a group with fewer than
        ``LEAST_IN_CLASS`` images of one of them.
    unsure : Estimate or None
        Share of answers under the threshold of *unsure*.
    overconfidence : float or None
        Mean calibrated confidence less accuracy.
    recall : dict of str to (Estimate or None)
        By class; None below ``LEAST_CELL`` images of it.
    class_images : dict of str to int
    shift : float or None
        Share of the group's images that would have to be of another class for it to have the class
        mix of all images, 0 to 1.
    p_value, p_corrected : float or None
        Of "as accurate as the other groups together", before and after Holm's correction. None
        with two groups, where it is the test of the column.
    """

    name: str
    images: int
    withheld: bool
    accuracy: Estimate | None = None
    standardised: Estimate | None = None
    balanced: Estimate | None = None
    unsure: Estimate | None = None
    overconfidence: float | None = None
    recall: dict[str, Estimate | None] | None = None
    class_images: dict[str, int] | None = None
    shift: float | None = None
    p_value: float | None = None
    p_corrected: float | None = None

    @property
    def compared(self) -> bool:
        """Whether the group takes part in gaps and tests."""
        return not self.withheld and self.name != NOT_GIVEN


@dataclass(frozen=True)
class Gap:
    """The largest difference of one score between two groups of a column.

    Attributes
    ----------
    score : str
        ``accuracy``, ``accuracy at equal class mix``, ``balanced accuracy``,
        ``share of unsure answers``, ``recall of CLASS``.
    lowest, highest : str
        The two groups.
    difference : float
        Highest less lowest, 0 to 1.
    ratio : float or None
        Lowest over highest, 0 to 1; None when all are 0.
    p_value, p_corrected : float or None
        Of "the same in every group", before and after Holm's correction; None for balanced
        accuracy, which is not tested.
    visible : float or None
        The true difference between these two groups that the test would have shown in four cases
        of five, 0 to 1, at the corrected level; None where nothing was tested.
    """

    score: str
    lowest: str
    highest: str
    difference: float
    ratio: float | None
    p_value: float | None = None
    p_corrected: float | None = None
    visible: float | None = None

    @property
    def significant(self) -> bool:
        """Whether the groups differ by more than chance."""
        return self.p_corrected is not None and self.p_corrected < SIGNIFICANT


@dataclass(frozen=True)
class GroupColumn:
    """The groups of one column.

    Attributes
    ----------
    name : str
    estimated : bool
        Whether the groups, or one side of crossed ones, are guesses of a model.
    groups : tuple of Group
    compared : tuple of str
        The classes that standardised and balanced accuracy are over: those with ``LEAST_IN_CLASS``
        images in more than half of the groups.
    gaps : tuple of Gap
        Over the groups with enough images; empty when there are fewer than two.
    of_pixels : bool
        Whether the groups are measured of the images (brightness, contrast), on one side at least.
    """

    name: str
    estimated: bool
    groups: tuple[Group, ...]
    compared: tuple[str, ...]
    gaps: tuple[Gap, ...]
    of_pixels: bool = False

    def gap(self, score: str) -> Gap | None:
        """The gap of a score; None when it cannot be told."""
        return next((gap for gap in self.gaps if gap.score == score), None)

    @property
    def verdict(self) -> str:
        """What the gaps mean, in a few sentences."""
        accuracy = self.gap(ACCURACY)
        if accuracy is None:
            few = (
                "Only one group has" if any(one.compared for one in self.groups) else "No group has"
            )
            return f"{few} {LEAST_CELL} images: there is nothing to compare."
        lines = [_sentence(accuracy)]
        standardised = self.gap(STANDARDISED)
        if standardised is not None:
            lines.append(_sentence(standardised))
        unsure = self.gap(UNSURE)
        if unsure is not None:
            lines.append(_sentence(unsure))
        recalls = [gap for gap in self.gaps if gap.score.startswith(recall_of(""))]
        found = [gap for gap in recalls if gap.significant]
        lines += [_sentence(gap) for gap in found]
        if recalls and not found:
            lines.append(f"Recall: a difference is not shown in any class{_seen(recalls)}.")
        return " ".join(lines)


@dataclass(frozen=True)
class Groups:
    """How good a model is by group.

    Attributes
    ----------
    images : int
    classes : tuple of str
    accuracy : Estimate
        Of all images.
    unsure : float
        Share of all answers under the threshold of *unsure*.
    class_shares : dict of str to float
        Of all images.
    columns : tuple of GroupColumn
    estimated : frozenset of str
        Columns whose groups are guesses.
    tests, pixel_tests : int
        How many p-values were corrected together: of the columns that people ask about, and, apart
        from them, of those measured of the images.
    least_cell, least_in_class : int
        Images below which a figure is withheld, and that a group needs of a class.
    """

    images: int
    classes: tuple[str, ...]
    accuracy: Estimate
    unsure: float
    class_shares: dict[str, float]
    columns: tuple[GroupColumn, ...]
    estimated: frozenset[str]
    tests: int
    pixel_tests: int = 0
    least_cell: int = LEAST_CELL
    least_in_class: int = LEAST_IN_CLASS

    @property
    def warning(self) -> str | None:
        """What has to be said of estimated groups; None when there are none."""
        return GUESSES if self.estimated else None

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return asdict(self) | {
            "estimated": sorted(self.estimated),
            "warning": self.warning,
        }


def p_in_words(p_value: float | None) -> str:
    """A p-value with three decimals; a dash for None."""
    if p_value is None:
        return "–"
    return "< 0.001" if p_value < 0.0005 else f"{p_value:.3f}"


def _sentence(gap: Gap) -> str:
    score = gap.score.capitalize()
    p_value = p_in_words(gap.p_corrected)
    p_value = f"p {p_value}" if p_value.startswith("<") else f"p = {p_value}"
    if gap.significant:
        return (
            f"{score} differs: {gap.lowest} is {_points(gap.difference)} below {gap.highest} "
            f"({p_value})."
        )
    return (
        f"{score}: a difference is not shown (largest gap {_points(gap.difference)}, {p_value}"
        f"{_seen([gap])})."
    )


def _seen(gaps: Sequence[Gap]) -> str:
    """How large differences must be for most of them to be shown."""
    visible = sorted(100 * gap.visible for gap in gaps if gap.visible is not None)
    if not visible:
        return ""
    low, high = f"{visible[0]:.0f}", f"{visible[-1]:.0f}"
    from_to = high if low == high else f"{low} to {high}"
    return f"; of {from_to} points it mostly would have been"


def _points(difference: float) -> str:
    return f"{100 * difference:.1f} points"
