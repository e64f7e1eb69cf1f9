"""How good the words are that a user is shown, with intervals by person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.emotions import UNSURE, VALENCE
from mien.lab.evaluation.end_to_end.answers_to_pictures import MISSED, PictureAnswers
from mien.lab.evaluation.measures.metrics import CALIBRATION_BINS, equal_width_bins
from mien.lab.evaluation.measures.statistics import (
    UNDEFINED,
    Estimate,
    centred_estimate,
    estimate,
    resampled_weights,
)

SCHEMA = "mien.end-to-end/1"

LEAST_PICTURES = 20
"""Classes with fewer pictures do not count in the mean of the classes."""

MOST_GROUPS = 20
"""A column with more different values, such as a name for each picture, has no groups."""


@dataclass(frozen=True)
class ClassInPictures:
    """Pictures of one label: how many, and the share that is told so."""

    label: str
    pictures: int
    top: Estimate
    shown: Estimate


@dataclass(frozen=True)
class GroupInPictures:
    """Pictures of one group.

    Attributes
    ----------
    column, group : str
    pictures : int
    right : Estimate
        Top word.
    unsure : Estimate
    neutral_shown_negative : Estimate
        Neutral faces that are shown a negative word.
    happy_shown : Estimate
        Happy faces that are shown as happy.
    """

    column: str
    group: str
    pictures: int
    right: Estimate
    unsure: Estimate
    neutral_shown_negative: Estimate
    happy_shown: Estimate


@dataclass(frozen=True)
class GroupGap:
    """The first group's figures less the second's, with intervals of their own."""

    column: str
    groups: tuple[str, str]
    right: Estimate
    unsure: Estimate
    neutral_shown_negative: Estimate
    happy_shown: Estimate


@dataclass(frozen=True)
class EndToEnd:
    """What a user is shown of pictures that nobody trained on.

    Attributes
    ----------
    source, model, detector, reading : str
    pictures : int
    persons : int or None
        None where it is not known who is in the pictures: each then counts as another person.
    missed, overlapping, unreadable : int
        Pictures without a face found, with boxes that lie on each other, and not readable.
    right : Estimate
        Share whose top word is the label, as the classes are mixed in the data.
    mean_of_classes : Estimate
        Mean share over the classes with ``LEAST_PICTURES`` pictures or more.
    shown : Estimate
        Share that is shown its label; *unsure* counts as wrong.
    answered, right_when_answered : Estimate
        Share of the faces found that is not *unsure*, and the share of those that is right.
    calibration_error : Estimate
    neutral_shown_negative : Estimate
    classes : tuple of ClassInPictures
    groups : tuple of GroupInPictures
    gaps : tuple of GroupGap
        Of columns with two groups.
    """

    source: str
    model: str
    detector: str
    reading: str
    pictures: int
    persons: int | None
    missed: int
    overlapping: int
    unreadable: int
    right: Estimate
    mean_of_classes: Estimate
    shown: Estimate
    answered: Estimate
    right_when_answered: Estimate
    calibration_error: Estimate
    neutral_shown_negative: Estimate
    classes: tuple[ClassInPictures, ...]
    groups: tuple[GroupInPictures, ...]
    gaps: tuple[GroupGap, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return {"schema": SCHEMA, **asdict(self)}


def measure_end_to_end(answers: PictureAnswers) -> EndToEnd:
    """All figures of a set of pictures.

    Intervals come from resampling persons, not pictures (the cluster bootstrap, Field and Welsh
    2007): two pictures of one person are no two independent ones.
    """
    pictures, told = answers.pictures, _told(answers)
    labels = pictures.labels
    classes = _classes(told, labels)
    counted = [each.label for each in classes if each.pictures >= LEAST_PICTURES]
    groups, gaps = _groups_and_gaps(told, pictures.groups)
    everywhere, neutral = np.ones(len(labels), bool), labels == "neutral"
    said = told.found & ~told.unsure
    return EndToEnd(
        source=str(pictures.source),
        model=answers.model,
        detector=answers.detector,
        reading=answers.reading,
        pictures=len(labels),
        persons=None if pictures.persons is None else len(set(pictures.persons.tolist())),
        missed=int((~told.found).sum()),
        overlapping=int(answers.overlapping.sum()),
        unreadable=len(answers.unreadable),
        right=_share(told.right, everywhere, told.weights),
        mean_of_classes=_mean_share(
            told.right, [labels == label for label in counted], told.weights
        ),
        shown=_share(told.shown, everywhere, told.weights),
        answered=_share(said, told.found, told.weights),
        right_when_answered=_share(told.shown, said, told.weights),
        calibration_error=_calibration_error(answers, told.right, told.found, told.weights),
        neutral_shown_negative=_share(told.negative, neutral, told.weights),
        classes=classes,
        groups=groups,
        gaps=gaps,
    )


@dataclass(frozen=True)
class _Told:
    """What was said of each of ``n`` pictures, and how often it is drawn: ``(samples, n)``."""

    right: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    found: NDArray[np.bool_]
    unsure: NDArray[np.bool_]
    negative: NDArray[np.bool_]
    weights: NDArray[np.float64]
    of_group: dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]
    """What is told of groups: which pictures count for it, and among which."""


def _told(answers: PictureAnswers) -> _Told:
    labels = answers.pictures.labels
    right, shown = answers.top == labels, answers.shown == labels
    found, unsure = answers.top != MISSED, answers.shown == UNSURE
    negative = np.isin(answers.shown, [label for label, sign in VALENCE.items() if sign < 0])
    of_group = {
        "right": (right, np.ones(len(labels), bool)),
        "unsure": (unsure, found),
        "neutral_shown_negative": (negative, labels == "neutral"),
        "happy_shown": (shown, labels == "happy"),
    }
    return _Told(right, shown, found, unsure, negative, _weights(answers), of_group)


def _classes(told: _Told, labels: NDArray[np.str_]) -> tuple[ClassInPictures, ...]:
    return tuple(
        ClassInPictures(
            label,
            int((labels == label).sum()),
            _share(told.right, labels == label, told.weights),
            _share(told.shown, labels == label, told.weights),
        )
        for label in sorted(set(labels.tolist()))
    )


def _groups_and_gaps(
    told: _Told, columns: dict[str, NDArray[np.str_]]
) -> tuple[tuple[GroupInPictures, ...], tuple[GroupGap, ...]]:
    """Of each column with ``MOST_GROUPS`` groups or fewer; gaps of those with two."""
    groups, gaps = [], []
    for column, values in columns.items():
        names = sorted({value for value in values.tolist() if value})
        if not 2 <= len(names) <= MOST_GROUPS:
            continue
        for name in names:
            inside = values == name
            figures = {
                key: _share(of, where & inside, told.weights)
                for key, (of, where) in told.of_group.items()
            }
            groups.append(GroupInPictures(column, name, int(inside.sum()), **figures))
        if len(names) == 2:
            first, second = (values == name for name in names)
            between = {
                key: _gap(of, where & first, where & second, told.weights)
                for key, (of, where) in told.of_group.items()
            }
            gaps.append(GroupGap(column, (names[0], names[1]), **between))
    return tuple(groups), tuple(gaps)


def _weights(answers: PictureAnswers) -> NDArray[np.float64]:
    """How often each picture is drawn when persons are: ``(samples, n)``."""
    pictures = answers.pictures
    n = len(pictures.labels)
    persons = np.arange(n) if pictures.persons is None else pictures.persons
    _, numbered = np.unique(persons, return_inverse=True)
    drawn = np.concatenate(list(resampled_weights(int(numbered.max()) + 1)))
    return drawn[:, numbered]


def _share(
    of: NDArray[np.bool_], where: NDArray[np.bool_], weights: NDArray[np.float64]
) -> Estimate:
    if not where.any():
        return UNDEFINED
    return estimate(float(of[where].mean()), _shares(of, where, weights))


def _shares(
    of: NDArray[np.bool_], where: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The share in each sample; NaN where none of ``where`` was drawn."""
    inside = weights[:, where]
    return _mean_of_drawn(inside @ of[where].astype(np.float64), inside)


def _mean_of_drawn(totals: NDArray[np.float64], drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Totals by how many were drawn in each sample; NaN in a sample that has none."""
    counts = drawn.sum(axis=1)
    unknown = np.full(len(counts), np.nan)
    means: NDArray[np.float64] = np.divide(totals, counts, out=unknown, where=counts > 0)
    return means


def _mean_share(
    of: NDArray[np.bool_], classes: list[NDArray[np.bool_]], weights: NDArray[np.float64]
) -> Estimate:
    if not classes:
        return UNDEFINED
    value = float(np.mean([of[where].mean() for where in classes]))
    return estimate(value, np.mean([_shares(of, where, weights) for where in classes], axis=0))


def _gap(
    of: NDArray[np.bool_],
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> Estimate:
    if not (first.any() and second.any()):
        return UNDEFINED
    value = float(of[first].mean() - of[second].mean())
    return estimate(value, _shares(of, first, weights) - _shares(of, second, weights))


def _calibration_error(
    answers: PictureAnswers,
    right: NDArray[np.bool_],
    found: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> Estimate:
    """Expected calibration error over the faces found, as elsewhere in equally wide bins."""
    if not found.any():
        return UNDEFINED
    confidence = answers.confidence[found]
    bins = equal_width_bins(confidence)
    gaps = np.zeros((len(confidence), CALIBRATION_BINS))
    gaps[np.arange(len(confidence)), bins] = confidence - right[found]

    def error(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        return _mean_of_drawn(np.abs(drawn @ gaps).sum(axis=1), drawn)

    inside = weights[:, found]
    value = float(error(np.ones((1, len(confidence))))[0])
    return centred_estimate(value, error(inside))
