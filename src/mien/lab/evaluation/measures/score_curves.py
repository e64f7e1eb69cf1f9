"""Curves over a threshold: ROC, precision-recall, and risk over coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

from mien.lab.evaluation.measures.statistics import Estimate, estimate, resampled_weights, share

MOST_POINTS = 200
"""Points that are kept of a curve; areas are computed from all."""


@dataclass(frozen=True)
class ClassCurves:
    """One class against the rest, by its probability.

    All are empty or None where the split has no image of the class, or no other.

    Attributes
    ----------
    label : str
    auc : float or None
        Area under the ROC curve: how often an image of the class gets a higher probability of it
        than an image of another. 0.5 is chance.
    average_precision : float or None
        Precision averaged over the recall gained; chance is ``prevalence``.
    prevalence : float
        Share of the images that have the label.
    false_positive_rate, true_positive_rate : tuple of float
        The ROC curve (Fawcett 2006), from (0, 0) to (1, 1).
    recall, precision : tuple of float
        The precision-recall curve, from all images to none.
    """

    label: str
    auc: float | None
    average_precision: float | None
    prevalence: float
    false_positive_rate: tuple[float, ...]
    true_positive_rate: tuple[float, ...]
    recall: tuple[float, ...]
    precision: tuple[float, ...]


@dataclass(frozen=True)
class Curves:
    """The curves of all classes, each against the rest.

    Attributes
    ----------
    classes : tuple of ClassCurves
    macro_auc, macro_average_precision : float or None
        Unweighted means over the classes that have a curve.
    """

    classes: tuple[ClassCurves, ...]
    macro_auc: float | None
    macro_average_precision: float | None


@dataclass(frozen=True)
class OperatingPoint:
    """What happens at the threshold of *unsure*.

    Attributes
    ----------
    unsure_below : float
        Top probability below which an answer is *unsure*.
    images, answered : int
    coverage : Estimate
        Share of the images that are answered.
    accuracy : Estimate
        Of the answered ones; no value when there are none.
    accuracy_unsure : Estimate
        Of the others, had they been answered.
    """

    unsure_below: float
    images: int
    answered: int
    coverage: Estimate
    accuracy: Estimate
    accuracy_unsure: Estimate


@dataclass(frozen=True)
class RiskCoverage:
    """The share of errors among the surest answers, by how many are given.

    Attributes
    ----------
    coverage, risk : tuple of float
        Share of the images answered, rising to 1, and share of errors among these.
    area : Estimate
        Under the curve: AURC (Geifman and El-Yaniv 2017). 0 is perfect.
    area_at_random : float
        If the confidence told nothing: the share of errors.
    area_at_best : float
        If all right answers were surer than all wrong ones.
    unsure : OperatingPoint
    """

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    area: Estimate
    area_at_random: float
    area_at_best: float
    unsure: OperatingPoint


def class_curves(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], names: tuple[str, ...]
) -> Curves:
    """ROC and precision-recall curves of each class against the rest.

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes)
    labels : ndarray of shape (n,)
    names : tuple of str
        Of the classes.
    """
    found = tuple(
        _class_curves(probabilities[:, number], labels == number, name)
        for number, name in enumerate(names)
    )
    areas = [one.auc for one in found if one.auc is not None]
    precisions = [one.average_precision for one in found if one.average_precision is not None]
    return Curves(
        found,
        float(np.mean(areas)) if areas else None,
        float(np.mean(precisions)) if precisions else None,
    )


def _class_curves(score: NDArray[np.float64], true: NDArray[np.bool_], name: str) -> ClassCurves:
    prevalence = float(true.mean())
    if true.all() or not true.any():
        return ClassCurves(name, None, None, prevalence, (), (), (), ())
    false_positives, true_positives, _ = roc_curve(true, score)
    precision, recall, _ = precision_recall_curve(true, score, drop_intermediate=True)
    return ClassCurves(
        label=name,
        auc=float(auc(false_positives, true_positives)),
        average_precision=float(average_precision_score(true, score)),
        prevalence=prevalence,
        false_positive_rate=_thinned(false_positives),
        true_positive_rate=_thinned(true_positives),
        recall=_thinned(recall),
        precision=_thinned(precision),
    )


def risk_coverage(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], unsure_below: float
) -> RiskCoverage:
    """The risk-coverage curve of the top probability, with the point of *unsure*.

    Images of equal confidence are answered together, and share their errors evenly.

    Parameters
    ----------
    confidence : ndarray of shape (n,)
        Top probabilities.
    right : ndarray of shape (n,), bool
    unsure_below : float
    """
    count = len(confidence)
    order = np.argsort(-confidence, kind="stable")
    _, group, size = np.unique(-confidence[order], return_inverse=True, return_counts=True)
    errors = (np.bincount(group, ~right[order]) / size)[group]
    ends = np.cumsum(size) - 1
    risk = np.cumsum(errors) / np.arange(1, count + 1)
    wrong = int((~right).sum())
    best = np.maximum(np.arange(1, count + 1) - (count - wrong), 0) / np.arange(1, count + 1)
    return RiskCoverage(
        coverage=_thinned((ends + 1) / count),
        risk=_thinned(risk[ends]),
        area=estimate(risk.mean(), _resampled_areas(errors)),
        area_at_random=wrong / count,
        area_at_best=float(best.mean()),
        unsure=_operating_point(confidence, right, unsure_below),
    )


def _resampled_areas(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Areas under the curve over resampled images: ``(samples,)``."""
    found = []
    for weights in resampled_weights(len(errors)):
        answered = weights.cumsum(axis=1)
        risk = (weights * errors).cumsum(axis=1) / np.maximum(answered, 1)
        found.append((weights * risk).sum(axis=1) / len(errors))
    return np.concatenate(found)


def _operating_point(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], unsure_below: float
) -> OperatingPoint:
    sure = confidence >= unsure_below
    count, answered = len(sure), int(sure.sum())
    return OperatingPoint(
        unsure_below=unsure_below,
        images=count,
        answered=answered,
        coverage=share(answered, count),
        accuracy=share(int(right[sure].sum()), answered),
        accuracy_unsure=share(int(right[~sure].sum()), count - answered),
    )


def _thinned(values: NDArray[np.float64]) -> tuple[float, ...]:
    """At most ``MOST_POINTS`` of them, evenly spread, the first and the last among them."""
    if len(values) > MOST_POINTS:
        values = values[np.linspace(0, len(values) - 1, MOST_POINTS).round().astype(np.int64)]
    return tuple(values.tolist())
