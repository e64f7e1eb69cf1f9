"""Whether a model disagrees with people more than people do with each other."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import rel_entr

from mien.emotions import FERPLUS, LabelSet
from mien.errors import DataError
from mien.lab.data.audit.label_agreement import counterparts
from mien.lab.evaluation.measures.statistics import Estimate, estimate, resampled_means, share

MAJORITY_BOUNDS = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Bounds of the bins by the majority's share of the votes; the upper one belongs to its bin."""

_LEAST_PROBABILITY = 1e-12


@dataclass(frozen=True)
class AgreementBin:
    """The images on which the annotators agree so much.

    Attributes
    ----------
    low, high : float
        Bounds of the share of the commonest answer; ``low`` is outside, ``high`` inside.
    images : int
    accuracy : Estimate
        Share of the images that get their label.
    model, annotator, label : float or None
        As in ``HumanAgreement``; None without images.
    """

    low: float
    high: float
    images: int
    accuracy: Estimate
    model: float | None
    annotator: float | None
    label: float | None


@dataclass(frozen=True)
class Divergence:
    """Mean Kullback-Leibler divergence from the votes, in nats; 0 is the votes' own distribution.

    Attributes
    ----------
    model : Estimate
        Of the model's probabilities.
    constant : Estimate
        Of the best distribution that is the same for all images: the mean of the votes.
    label : Estimate
        Of the best one for each label: the mean of the votes on its images.
    explained : float or None
        Share of the constant's divergence that the model does away with: 1 is all of it, below 0
        the model is worse than the constant. None where the constant has none.
    """

    model: Estimate
    constant: Estimate
    label: Estimate
    explained: float | None


@dataclass(frozen=True)
class HumanAgreement:
    """How a model agrees with the annotators of FER+, beside how they agree with each other.

    Only votes for an emotion that the label set has are counted, and only images with two of
    these or more. Shares are means over these images, 0 to 1.

    Attributes
    ----------
    images, left_out : int
        Images compared, and those with too few votes.
    votes_used : float
        Share of all votes that is for a label of the set.
    model : Estimate
        Share of the annotators who gave the model's answer.
    annotator : Estimate
        Share of the others who gave the answer of one annotator, expected over all.
    label : Estimate
        Share of the annotators who gave the label.
    majority : Estimate
        How often one annotator gives the commonest answer of the others.
    difference : Estimate
        ``model`` less ``annotator``.
    divergence : Divergence
    bins : tuple of AgreementBin
        By how much the annotators agree.
    """

    images: int
    left_out: int
    votes_used: float
    model: Estimate
    annotator: Estimate
    label: Estimate
    majority: Estimate
    difference: Estimate
    divergence: Divergence
    bins: tuple[AgreementBin, ...]

    @property
    def inside(self) -> bool:
        """Whether the model agrees with an annotator no less than another annotator does.

        It does not only when the whole interval of the difference is below 0.
        """
        return self.difference.high is not None and self.difference.high >= 0


def human_agreement(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    votes: NDArray[np.uint8],
    label_set: LabelSet,
) -> HumanAgreement | None:
    """Compare a model with the annotators.

    Parameters
    ----------
    probabilities : ndarray of shape (n, labels)
        Calibrated.
    labels : ndarray of shape (n,)
    votes : ndarray of shape (n, 10), uint8
        FER+ votes in the order of ``mien.lab.data.ferplus.VOTE_COLUMNS``.
    label_set : LabelSet
        What the probabilities are for.

    Returns
    -------
    HumanAgreement or None
        None where no image has two votes for labels of the set.

    Raises
    ------
    DataError
        If there are not as many votes as images.
    """
    if votes.shape != (len(labels), len(FERPLUS) + 2):
        raise DataError(f"votes have shape {votes.shape}, expected ({len(labels)}, 10)")
    counts = label_votes(votes, label_set)
    kept = counts.sum(axis=1) >= 2
    if not kept.any():
        return None
    counts, probabilities, labels = counts[kept], probabilities[kept], labels[kept]
    total = counts.sum(axis=1)
    rows = np.arange(len(labels))
    predicted = probabilities.argmax(axis=1)
    model = counts[rows, predicted] / total
    annotator = (counts * (counts - 1)).sum(axis=1) / (total * (total - 1))
    label = counts[rows, labels] / total
    columns = np.column_stack([model, annotator, label, _majority(counts), model - annotator])
    means, drawn = columns.mean(axis=0), resampled_means(columns)
    estimates = [estimate(means[at], drawn[:, at]) for at in range(columns.shape[1])]
    return HumanAgreement(
        images=len(labels),
        left_out=int((~kept).sum()),
        votes_used=float(total.sum() / votes[kept].sum()),
        model=estimates[0],
        annotator=estimates[1],
        label=estimates[2],
        majority=estimates[3],
        difference=estimates[4],
        divergence=_divergence(probabilities, labels, counts / total[:, None]),
        bins=_bins(counts.max(axis=1) / total, predicted == labels, columns),
    )


def label_votes(votes: NDArray[np.uint8], label_set: LabelSet) -> NDArray[np.int64]:
    """Votes for each label of a set: ``(n, 10)`` to ``(n, labels)``; others are dropped."""
    target = counterparts(label_set)
    emotions = votes[:, : len(FERPLUS)].astype(np.int64)
    to_label = target[:, None] == np.arange(len(label_set))[None]
    return np.asarray(emotions @ to_label.astype(np.int64))


def _majority(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """How often an annotator of each image gives the commonest answer of the others: ``(n,)``.

    Where the others tie, as often as a toss among the tied would.
    """
    found = np.zeros(len(counts))
    total = counts.sum(axis=1)
    for answer in range(counts.shape[1]):
        others = counts.copy()
        others[:, answer] -= 1
        commonest = others == others.max(axis=1, keepdims=True)
        found += counts[:, answer] / total * commonest[:, answer] / commonest.sum(axis=1)
    return found


def _divergence(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], shares: NDArray[np.float64]
) -> Divergence:
    constant = shares.mean(axis=0)
    images = np.bincount(labels, minlength=shares.shape[1])
    of_label = np.eye(shares.shape[1])[labels].T @ shares / np.maximum(images, 1)[:, None]
    columns = np.column_stack(
        [
            rel_entr(shares, np.maximum(expected, _LEAST_PROBABILITY)).sum(axis=1)
            for expected in (probabilities, constant, of_label[labels])
        ]
    )
    means, drawn = columns.mean(axis=0), resampled_means(columns)
    return Divergence(
        model=estimate(means[0], drawn[:, 0]),
        constant=estimate(means[1], drawn[:, 1]),
        label=estimate(means[2], drawn[:, 2]),
        explained=float(1 - means[0] / means[1]) if means[1] > 0 else None,
    )


def _bins(
    commonest: NDArray[np.float64], right: NDArray[np.bool_], columns: NDArray[np.float64]
) -> tuple[AgreementBin, ...]:
    # Shares such as 0.6 are quotients of small numbers: 1e-9 is rounding.
    place = np.searchsorted(MAJORITY_BOUNDS, commonest - 1e-9, side="right") - 1
    found = []
    for number, (low, high) in enumerate(itertools.pairwise(MAJORITY_BOUNDS)):
        inside = place == number
        count = int(inside.sum())
        model, annotator, label = (
            columns[inside, :3].mean(axis=0).tolist() if count else (None, None, None)
        )
        accuracy = share(int(right[inside].sum()), count)
        found.append(AgreementBin(low, high, count, accuracy, model, annotator, label))
    return tuple(found)
