"""Everything that is measured of the predictions of one split, from their logits alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.emotions import FERPLUS, LabelSet
from mien.errors import DataError, UsageError
from mien.lab.evaluation.calibration import Calibration, probabilities
from mien.lab.evaluation.measures import metrics
from mien.lab.evaluation.measures.reliability import Reliability, measure_reliability
from mien.lab.evaluation.measures.score_curves import (
    Curves,
    RiskCoverage,
    class_curves,
    risk_coverage,
)
from mien.lab.evaluation.measures.statistics import Estimate, estimate, resampled_means, share
from mien.lab.evaluation.measures.vote_agreement import HumanAgreement, human_agreement
from mien.lab.evaluation.predictions import Predictions

TOP_K = (1, 2, 3)

_DECIMALS = 6


@dataclass(frozen=True)
class Averages:
    """Means over the classes of what each class has.

    Attributes
    ----------
    precision, recall, f1 : Estimate
    f_beta : dict of str to Estimate
        By beta, as ``"0.5"``.
    """

    precision: Estimate
    recall: Estimate
    f1: Estimate
    f_beta: dict[str, Estimate]


@dataclass(frozen=True)
class Headline:
    """What a head's answers are worth on some images, in a few figures.

    Attributes
    ----------
    head : str
    images : int
    accuracy : Estimate
    balanced_accuracy : Estimate
        Mean of the recall of the classes that have images.
    matthews_correlation : Estimate
        -1 to 1; 0 is no better than chance.
    macro : Averages
        Over the classes that have images or are answered, all counting the same; recall over
        those with images.
    weighted : Averages
        Each class counts as often as it has images; its recall is the accuracy.
    """

    head: str
    images: int
    accuracy: Estimate
    balanced_accuracy: Estimate
    matthews_correlation: Estimate
    macro: Averages
    weighted: Averages


@dataclass(frozen=True)
class ClassScores:
    """What the main head does with one class.

    Attributes
    ----------
    label : str
    images : int
        That have the label.
    answered : int
        That get it as the answer.
    precision, recall : Estimate
        With Wilson's interval; no value without answers or images.
    f1 : float or None
        None where it has neither images nor answers.
    f_beta : dict of str to float or None
        By beta, as ``"0.5"``.
    """

    label: str
    images: int
    answered: int
    precision: Estimate
    recall: Estimate
    f1: float | None
    f_beta: dict[str, float | None]


@dataclass(frozen=True)
class TopK:
    """How often the label is among the ``k`` most likely ones."""

    k: int
    share: Estimate


@dataclass(frozen=True)
class Confusion:
    """The confusion matrix; the row is the label, the column the answer.

    Attributes
    ----------
    counts : tuple of tuple of int
    rates : tuple of tuple of float or None
        Share of the row; None in rows without images.
    """

    counts: tuple[tuple[int, ...], ...]
    rates: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Measures:
    """All that is measured of one split; shares lie between 0 and 1.

    Attributes
    ----------
    head : str
        The main head, which all is about but ``ferplus``.
    labels : tuple of str
        Of the head.
    images, twins : int
        All, and those with an identical image in Training.
    betas : tuple of float
    overall : Headline
    without_twins : Headline or None
        Of the images without a twin; None where all or none have one.
    ferplus : Headline or None
        The FER+ head on the images with a majority by Microsoft's rule; None without such a head
        or votes, and where it is the main one.
    classes : tuple of ClassScores
    top_k : tuple of TopK
        For ``TOP_K`` below the number of classes.
    confusion : Confusion
    uncalibrated, calibrated : Reliability
        Before the temperature and after it.
    curves : Curves
        Of the calibrated probabilities, each class against the rest.
    risk_coverage : RiskCoverage
        Of the calibrated top probability.
    humans : HumanAgreement or None
        None without votes for the labels.
    """

    head: str
    labels: tuple[str, ...]
    images: int
    twins: int
    betas: tuple[float, ...]
    overall: Headline
    without_twins: Headline | None
    ferplus: Headline | None
    classes: tuple[ClassScores, ...]
    top_k: tuple[TopK, ...]
    confusion: Confusion
    uncalibrated: Reliability
    calibrated: Reliability
    curves: Curves
    risk_coverage: RiskCoverage
    humans: HumanAgreement | None

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, lists, strings and numbers (to six decimals), ready for JSON."""
        found = asdict(self)
        if self.humans is not None:
            found["humans"]["inside"] = self.humans.inside
        plain: dict[str, Any] = _plain(found)
        return plain


def measure(
    part: Predictions,
    calibration: Calibration,
    *,
    betas: tuple[float, ...] = (0.5, 2.0),
    votes: NDArray[np.uint8] | None = None,
) -> Measures:
    """Measure the predictions of one split, or of any rows.

    Parameters
    ----------
    part : Predictions
        Rows whose main label is unknown (-1) are left out.
    calibration : Calibration
    betas : tuple of float
        Of F-beta; above 1 recall counts more, below 1 precision.
    votes : ndarray of shape (n, 10), uint8, optional
        FER+ votes of the rows of ``part``.

    Raises
    ------
    DataError
        If there are no rows, a logit is not finite, the main head has no temperature, or the
        votes are of another shape.
    UsageError
        If a beta is not a number above 0.
    """
    head = part.main_head
    betas = _checked(part, calibration, betas)
    known = part.labels[head] >= 0
    if not known.any():
        raise DataError(f"there is nothing to measure: no row has a label for the head {head!r}")
    if votes is not None:
        if len(votes) != len(known):
            raise DataError(f"{len(votes)} rows of votes for {len(known)} predictions")
        votes = votes[known]
    part = part.where(known, "with a label")
    labels, logits, names = part.labels[head], part.logits[head], part.labels_of[head]
    counts = metrics.confusion(labels, logits.argmax(axis=1), len(names))
    calibrated = probabilities(logits, calibration.temperatures[head])
    humans = None
    if votes is not None:
        humans = human_agreement(calibrated, labels, votes, LabelSet(head, names))
    overall = _headline(part, head, np.full(len(labels), True), betas)
    twins = int(part.twins.sum())
    return Measures(
        head=head,
        labels=names,
        images=len(labels),
        twins=twins,
        betas=betas,
        overall=overall,
        without_twins=_headline(part, head, ~part.twins, betas)
        if 0 < twins < len(labels)
        else None,
        ferplus=_ferplus(part, betas),
        classes=_classes(counts, names, betas),
        top_k=_top_k(logits, labels, overall.accuracy),
        confusion=_confusion(counts),
        uncalibrated=measure_reliability(logits, labels, 1.0),
        calibrated=measure_reliability(logits, labels, calibration.temperatures[head]),
        curves=class_curves(calibrated, labels, names),
        risk_coverage=risk_coverage(
            calibrated.max(axis=1), logits.argmax(axis=1) == labels, calibration.unsure_below
        ),
        humans=humans,
    )


def _checked(
    part: Predictions, calibration: Calibration, betas: tuple[float, ...]
) -> tuple[float, ...]:
    """The betas without repetition, when all is as it should be."""
    for head, logits in part.logits.items():
        broken = ~np.asarray(np.isfinite(logits).all(axis=1))
        if broken.any():
            raise DataError(
                f"{int(broken.sum())} of {len(broken)} rows have a logit of the head {head!r} "
                f"that is not finite, the first is row {part.rows[broken.argmax()]}",
                hint="predict again; if it stays so, the training has diverged",
            )
    if part.main_head not in calibration.temperatures:
        raise DataError(f"the calibration has no temperature for the head {part.main_head!r}")
    for beta in betas:
        if not (math.isfinite(beta) and beta > 0):
            raise UsageError(f"the beta of F-beta must be a number above 0, not {beta:g}")
    return tuple(dict.fromkeys(betas))


def _headline(
    part: Predictions, head: str, keep: NDArray[np.bool_], betas: tuple[float, ...]
) -> Headline:
    logits = part.logits[head][keep]
    counts = metrics.confusion(part.labels[head][keep], logits.argmax(axis=1), logits.shape[1])
    drawn = metrics.resampled_counts(counts)

    def of(metric: Callable[[NDArray[np.int64]], NDArray[np.float64]]) -> Estimate:
        return estimate(float(metric(counts)), metric(drawn))

    accuracy, balanced = of(metrics.accuracy), of(metrics.balanced_accuracy)
    macro, weighted = (
        {f"{beta:g}": of(partial(f_beta, beta=beta)) for beta in (1.0, *betas)}
        for f_beta in (metrics.macro_f_beta, metrics.weighted_f_beta)
    )
    return Headline(
        head=head,
        images=len(logits),
        accuracy=accuracy,
        balanced_accuracy=balanced,
        matthews_correlation=of(metrics.matthews_correlation),
        macro=Averages(of(metrics.macro_precision), balanced, macro["1"], _chosen(macro, betas)),
        weighted=Averages(
            of(metrics.weighted_precision), accuracy, weighted["1"], _chosen(weighted, betas)
        ),
    )


def _chosen(by_beta: dict[str, Estimate], betas: tuple[float, ...]) -> dict[str, Estimate]:
    return {f"{beta:g}": by_beta[f"{beta:g}"] for beta in betas}


def _ferplus(part: Predictions, betas: tuple[float, ...]) -> Headline | None:
    if FERPLUS.name not in part.logits or part.main_head == FERPLUS.name:
        return None
    kept = part.labels[FERPLUS.name] >= 0
    return _headline(part, FERPLUS.name, kept, betas) if kept.any() else None


def _classes(
    counts: NDArray[np.int64], names: tuple[str, ...], betas: tuple[float, ...]
) -> tuple[ClassScores, ...]:
    f1 = metrics.f_beta_by_class(counts, 1.0)
    f_beta = {f"{beta:g}": metrics.f_beta_by_class(counts, beta) for beta in betas}
    right, true, answered = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    return tuple(
        ClassScores(
            label=name,
            images=int(true[at]),
            answered=int(answered[at]),
            precision=share(int(right[at]), int(answered[at])),
            recall=share(int(right[at]), int(true[at])),
            f1=_known(f1[at]),
            f_beta={beta: _known(values[at]) for beta, values in f_beta.items()},
        )
        for at, name in enumerate(names)
    )


def _top_k(
    logits: NDArray[np.float32], labels: NDArray[np.int64], accuracy: Estimate
) -> tuple[TopK, ...]:
    """The share in the top 1 is the accuracy: it keeps that interval."""
    ranks = metrics.ranks(logits, labels)
    chosen = [k for k in TOP_K if 1 < k < logits.shape[1]]
    hits = (ranks[:, None] < np.array(chosen, dtype=np.int64)).astype(np.float64)
    drawn = resampled_means(hits)
    return (
        TopK(1, accuracy),
        *(TopK(k, estimate(hits[:, at].mean(), drawn[:, at])) for at, k in enumerate(chosen)),
    )


def _confusion(counts: NDArray[np.int64]) -> Confusion:
    true = counts.sum(axis=1)
    return Confusion(
        tuple(tuple(row.tolist()) for row in counts),
        tuple(
            tuple((row / images).tolist()) if images else (None,) * len(row)
            for row, images in zip(counts, true, strict=True)
        ),
    )


def _known(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return round(value, _DECIMALS) if isinstance(value, float) else value
