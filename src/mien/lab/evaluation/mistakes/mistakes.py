"""Where a model errs: what it takes for what, how sure it was, and which labels may be wrong."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import DataError
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.evaluation.calibration import Calibration, probabilities
from mien.lab.evaluation.mistakes.label_errors import (
    Disputes,
    WhatIf,
    find_disputes,
    majority_name,
    votes_in_words,
    what_if,
)
from mien.lab.evaluation.predictions import Predictions

LISTED_A_CLASS = 24
"""How many of the most confident mistakes and of the least sure answers are kept of a class."""


@dataclass(frozen=True)
class Answer:
    """What the model said of one image.

    Attributes
    ----------
    row : int
        Position in the data set, from 0.
    split, label, predicted, second : str
        ``second`` is the class that came second.
    confidence, second_confidence : float
        Calibrated probabilities of ``predicted`` and ``second``, 0 to 1.
    votes : str or None
        The FER+ votes in words, the most frequent first; None without votes.
    """

    row: int
    split: str
    label: str
    predicted: str
    second: str
    confidence: float
    second_confidence: float
    votes: str | None

    @property
    def correct(self) -> bool:
        """Whether the prediction is the label."""
        return self.predicted == self.label


@dataclass(frozen=True)
class DisputedLabel:
    """A label that the model is confident is another.

    Attributes
    ----------
    answer : Answer
    suggested : str
        The class that the model is confident of.
    margin : float
        Probability of the label less that of the best other class, -1 to 1.
    majority : str or None
        What most annotators see, in FER+'s words; None without a majority.
    likely : bool
        Whether the annotators disagree with the label too.
    same_class : bool
        Whether most annotators see what the model sees.
    """

    answer: Answer
    suggested: str
    margin: float
    majority: str | None
    likely: bool
    same_class: bool


@dataclass(frozen=True)
class ConfusedPair:
    """The images of one class that were taken for one other.

    Attributes
    ----------
    label, predicted : str
    count : int
    share : float
        Of the images of ``label``, 0 to 1.
    confidence : float
        Mean calibrated probability of ``predicted`` in them.
    """

    label: str
    predicted: str
    count: int
    share: float
    confidence: float


@dataclass(frozen=True)
class MixedPair:
    """Two classes that are taken for each other, both ways together.

    Attributes
    ----------
    labels : tuple of two str
        The one that is more often taken for the other comes first.
    count : int
    share : float
        Of the images of both classes, 0 to 1.
    """

    labels: tuple[str, str]
    count: int
    share: float


@dataclass(frozen=True)
class ClassMistakes:
    """The mistakes on the images of one class.

    Attributes
    ----------
    label : str
    images, wrong : int
    taken_for : tuple of ConfusedPair
        The most frequent first.
    most_confident : tuple of Answer
        Wrong ones, the most confident first; at most ``LISTED_A_CLASS``. Without those whose label
        is likely wrong: whether these are mistakes is open, and they are in ``Mistakes.disputed``.
    least_sure : tuple of Answer
        Right or wrong ones, the smallest lead of the first over the second class first; at most
        ``LISTED_A_CLASS``.
    likely_errors, possible_errors : int
        Labels that model and annotators dispute, and those that the model alone does.
    """

    label: str
    images: int
    wrong: int
    taken_for: tuple[ConfusedPair, ...]
    most_confident: tuple[Answer, ...]
    least_sure: tuple[Answer, ...]
    likely_errors: int
    possible_errors: int


@dataclass(frozen=True)
class Mistakes:
    """All mistakes of a model on images that it was not fitted on.

    Attributes
    ----------
    splits : tuple of str
    images, wrong : int
    votes : bool
        Whether the data set has FER+ votes; without them no label error is *likely*.
    pairs : tuple of ConfusedPair
        Every pair that occurs, the most frequent first.
    mixed : tuple of MixedPair
        The same both ways together.
    classes : tuple of ClassMistakes
        Every class that has images, in the order of the model's outputs.
    disputed : tuple of DisputedLabel
        The likely label errors, then the possible ones, each by margin.
    what_if : WhatIf
    """

    splits: tuple[str, ...]
    images: int
    wrong: int
    votes: bool
    pairs: tuple[ConfusedPair, ...]
    mixed: tuple[MixedPair, ...]
    classes: tuple[ClassMistakes, ...]
    disputed: tuple[DisputedLabel, ...]
    what_if: WhatIf

    @property
    def likely_errors(self) -> int:
        """Labels that model and annotators dispute."""
        return sum(one.likely for one in self.disputed)

    @property
    def possible_errors(self) -> int:
        """Labels that the model alone disputes."""
        return len(self.disputed) - self.likely_errors

    @property
    def same_class_errors(self) -> int:
        """Likely label errors where most annotators see what the model sees."""
        return sum(one.likely and one.same_class for one in self.disputed)

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return asdict(self) | {
            "likely_errors": self.likely_errors,
            "possible_errors": self.possible_errors,
            "same_class_errors": self.same_class_errors,
        }


def find_mistakes(
    part: Predictions, calibration: Calibration, data: FaceData, *, fitted: bool = True
) -> Mistakes:
    """Look through the answers of the main head.

    Parameters
    ----------
    part : Predictions
        Of one split or several.
    calibration : Calibration
    data : FaceData
        The data set that the rows of ``part`` belong to.
    fitted : bool
        Whether the model was fitted on Training of these data.

    Raises
    ------
    DataError
        If there are rows of Training that the model was fitted on: it has learnt their labels,
        right or wrong. If ``data`` is another data set.
    """
    if fitted and (part.splits == SPLITS.index("Training")).any():
        raise DataError(
            "mistakes and label errors can only be told on images that the model was not fitted on",
            where="Training",
            hint="use PublicTest or PrivateTest",
        )
    if part.data_sha256 != data.sha256:
        raise DataError(
            "the predictions are of other data (SHA-256 differs)",
            where=data.name,
            hint="evaluate again",
        )
    head = part.main_head
    labels = part.labels[head]
    found = probabilities(part.logits[head], calibration.temperatures[head])
    votes = None if data.votes is None else data.votes[part.rows]
    disputes = find_disputes(found, labels, votes, data.label_set)
    names = part.labels_of[head]
    top = np.argsort(-found, axis=1, kind="stable")[:, :2]
    answers = _answers(part, found, top, votes)
    predicted = top[:, 0]
    confidence, second = np.take_along_axis(found, top, axis=1).T
    pairs = _pairs(labels, predicted, confidence, names)
    return Mistakes(
        splits=tuple(SPLITS[code] for code in np.unique(part.splits)),
        images=len(labels),
        wrong=int((predicted != labels).sum()),
        votes=votes is not None,
        pairs=pairs,
        mixed=_mixed(pairs, np.bincount(labels, minlength=len(names)), names),
        classes=tuple(
            ClassMistakes(
                label=name,
                images=int(of_class.sum()),
                wrong=int((of_class & (predicted != labels)).sum()),
                taken_for=tuple(pair for pair in pairs if pair.label == name),
                most_confident=_first(
                    answers,
                    of_class & (predicted != labels) & ~disputes.likely,
                    -confidence,
                ),
                least_sure=_first(answers, of_class, confidence - second),
                likely_errors=int((of_class & disputes.likely).sum()),
                possible_errors=int((of_class & disputes.possible & ~disputes.likely).sum()),
            )
            for number, name in enumerate(names)
            if (of_class := labels == number).any()
        ),
        disputed=_disputed(answers, disputes, names),
        what_if=what_if(predicted == labels, disputes, votes is not None),
    )


def _answers(
    part: Predictions,
    found: NDArray[np.float64],
    top: NDArray[np.int64],
    votes: NDArray[np.uint8] | None,
) -> list[Answer]:
    names, labels = part.labels_of[part.main_head], part.labels[part.main_head]
    return [
        Answer(
            row=int(part.rows[at]),
            split=SPLITS[part.splits[at]],
            label=names[labels[at]],
            predicted=names[first],
            second=names[second],
            confidence=float(found[at, first]),
            second_confidence=float(found[at, second]),
            votes=None if votes is None else votes_in_words(votes[at]),
        )
        for at, (first, second) in enumerate(top)
    ]


def _first(
    answers: list[Answer], chosen: NDArray[np.bool_], key: NDArray[np.float64]
) -> tuple[Answer, ...]:
    """The chosen answers with the smallest keys."""
    at = np.flatnonzero(chosen)
    return tuple(answers[one] for one in at[np.argsort(key[at], kind="stable")][:LISTED_A_CLASS])


def _pairs(
    labels: NDArray[np.int64],
    predicted: NDArray[np.int64],
    confidence: NDArray[np.float64],
    names: tuple[str, ...],
) -> tuple[ConfusedPair, ...]:
    found = []
    for true, label in enumerate(names):
        of_class = labels == true
        for guess, other in enumerate(names):
            taken = of_class & (predicted == guess)
            if guess != true and taken.any():
                found.append(
                    ConfusedPair(
                        label,
                        other,
                        int(taken.sum()),
                        float(taken.sum() / of_class.sum()),
                        float(confidence[taken].mean()),
                    )
                )
    return tuple(sorted(found, key=lambda pair: -pair.count))


def _mixed(
    pairs: tuple[ConfusedPair, ...], images: NDArray[np.int64], names: tuple[str, ...]
) -> tuple[MixedPair, ...]:
    counts: dict[frozenset[str], int] = {}
    first: dict[frozenset[str], tuple[str, str]] = {}
    for pair in pairs:
        both = frozenset((pair.label, pair.predicted))
        counts[both] = counts.get(both, 0) + pair.count
        first.setdefault(both, (pair.label, pair.predicted))
    of_label = dict(zip(names, images.tolist(), strict=True))
    found = [
        MixedPair(first[both], count, count / sum(of_label[label] for label in both))
        for both, count in counts.items()
    ]
    return tuple(sorted(found, key=lambda pair: -pair.count))


def _disputed(
    answers: list[Answer], disputes: Disputes, names: tuple[str, ...]
) -> tuple[DisputedLabel, ...]:
    at = np.flatnonzero(disputes.possible)
    order = np.lexsort((disputes.margin[at], ~disputes.likely[at]))
    return tuple(
        DisputedLabel(
            answer=answers[one],
            suggested=names[disputes.confident[one]],
            margin=float(disputes.margin[one]),
            majority=majority_name(int(disputes.majority[one])),
            likely=bool(disputes.likely[one]),
            same_class=bool(disputes.same_class[one]),
        )
        for one in at[order]
    )
