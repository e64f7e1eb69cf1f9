"""Which labels are likely wrong: the model and the annotators against the label.

The model's part is confident learning (Northcutt, Jiang, Chuang 2021, "Confident Learning:
Estimating Uncertainty in Dataset Labels", JAIR 70, section 3), the annotators' the FER+ votes
(Barsoum et al. 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.emotions import FERPLUS, LabelSet
from mien.lab.data.audit.label_agreement import counterparts
from mien.lab.data.ferplus import majority

_VOTE_NAMES = (*FERPLUS.labels, "unknown", "not a face")
"""In the order of ``VOTE_COLUMNS``."""


@dataclass(frozen=True)
class Disputes:
    """What speaks against each label.

    Attributes
    ----------
    confident : ndarray of shape (n,), int64
        The class that the model is confident of; -1 for none.
    margin : ndarray of shape (n,), float64
        Probability of the label less that of the best other class, -1 to 1: the lower, the more
        the model disagrees (the paper's normalised margin).
    majority : ndarray of shape (n,), int64
        Position in ``FERPLUS.labels`` of what most annotators see; -1 for no majority, no votes.
    possible : ndarray of shape (n,), bool
        The model is confident of another class than the label, whatever the votes say.
    likely : ndarray of shape (n,), bool
        Of these, the ones whose label the majority of the annotators does not give either.
    agreed : ndarray of shape (n,), bool
        The majority is the label.
    same_class : ndarray of shape (n,), bool
        The majority is what the model is confident of.
    """

    confident: NDArray[np.int64]
    margin: NDArray[np.float64]
    majority: NDArray[np.int64]
    possible: NDArray[np.bool_]
    likely: NDArray[np.bool_]
    agreed: NDArray[np.bool_]
    same_class: NDArray[np.bool_]


@dataclass(frozen=True)
class WhatIf:
    """Accuracy if some images were left out. Not a score of the model.

    Attributes
    ----------
    accuracy : float
        On all images, 0 to 1.
    images : int
    without_likely : float or None
        Without the likely label errors. Too good: the model took part in choosing what is left
        out, and nearly all of that it got wrong. None without votes.
    images_without_likely : int
    where_votes_agree : float or None
        On the images whose label is the annotators' majority, which the model had no say in. Also
        the clearer faces, therefore easier. None without votes.
    images_where_votes_agree : int
    """

    accuracy: float
    images: int
    without_likely: float | None
    images_without_likely: int
    where_votes_agree: float | None
    images_where_votes_agree: int


def find_disputes(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    votes: NDArray[np.uint8] | None,
    label_set: LabelSet,
) -> Disputes:
    """Set model and annotators against the labels.

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes)
        Calibrated, of a model that was not fitted on these images.
    labels : ndarray of shape (n,)
    votes : ndarray of shape (n, 10), or None
        FER+ votes in the order of ``VOTE_COLUMNS``; without them nothing is *likely*.
    label_set : LabelSet
        What the labels are positions in. The majority, by Microsoft's rule, disagrees with a label
        of another name, and with any when the set has no name for it; labels that FER+ does not
        have are not disputed by it.
    """
    confident = confident_classes(probabilities, labels)
    possible = (confident >= 0) & (confident != labels)
    at = np.arange(len(labels))
    others = probabilities.copy()
    others[at, labels] = -np.inf
    margin = probabilities[at, labels] - others.max(axis=1)
    seen = np.full(len(labels), -1, dtype=np.int64) if votes is None else majority(votes)
    counterpart = counterparts(label_set)
    known = np.isin(labels, counterpart[counterpart >= 0])
    agreed = (seen >= 0) & (counterpart[seen] == labels)
    likely = possible & (seen >= 0) & known & ~agreed
    same_class = (seen >= 0) & (confident >= 0) & (counterpart[seen] == confident)
    return Disputes(confident, margin, seen, possible, likely, agreed, same_class)


def confident_classes(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The class that the model is confident of, by image (Northcutt et al. 2021, eq. 1 and 2).

    A class's threshold is its mean probability over the images that carry its label. Of the classes
    whose probability reaches their threshold the most probable one counts.

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes)
    labels : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n,), int64
        -1 where no class reaches its threshold. A class without images has none to reach.
    """
    classes = probabilities.shape[1]
    counts = np.bincount(labels, minlength=classes)
    own = probabilities[np.arange(len(labels)), labels]
    sums = np.bincount(labels, weights=own, minlength=classes)
    thresholds = np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)
    # A mean of equal numbers may come out one rounding above them.
    reached = np.where(probabilities >= thresholds - 1e-12, probabilities, -np.inf)
    return np.where(np.isfinite(reached.max(axis=1)), reached.argmax(axis=1), -1)


def majority_name(number: int) -> str | None:
    """FER+'s name of a majority; None for -1."""
    return None if number < 0 else FERPLUS.labels[number]


def what_if(right: NDArray[np.bool_], disputes: Disputes, votes: bool) -> WhatIf:
    """Accuracy without what is disputed; ``right`` is of shape (n,), bool."""

    def accuracy(keep: NDArray[np.bool_]) -> float | None:
        return float(right[keep].mean()) if votes and keep.any() else None

    return WhatIf(
        accuracy=float(right.mean()),
        images=len(right),
        without_likely=accuracy(~disputes.likely),
        images_without_likely=int((~disputes.likely).sum()),
        where_votes_agree=accuracy(disputes.agreed),
        images_where_votes_agree=int(disputes.agreed.sum()),
    )


def votes_in_words(votes: NDArray[np.uint8]) -> str:
    """Ten FER+ vote counts as ``6 sad, 3 neutral, 1 fear``; ties in FER+'s order."""
    order = np.argsort(-votes.astype(np.int64), kind="stable")
    words = [f"{votes[at]} {_VOTE_NAMES[at]}" for at in order if votes[at]]
    return ", ".join(words) or "no votes"
