"""How well coders and Mien agree: computed here, written and shown elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.emotions import VALENCE
from mien.media.agreement.coefficients import (
    alpha_interval,
    alpha_nominal,
    coincidences,
    confusion,
    icc,
    interval_sums,
    kappa,
    observed,
    one_against_rest,
    variance_sums,
)
from mien.media.agreement.disagreements import Disagreement, find_disagreements
from mien.media.agreement.intervals import WithInterval, draws, estimate
from mien.media.agreement.moments import MISSING, NOT_SURE, LinedUp, Moments

MIEN, MAJORITY = "mien", "majority"
FEW_CLUSTERS = 10
"""With fewer, an interval is too narrow as a rule."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One coefficient of some raters.

    Attributes
    ----------
    raters : tuple of str
        Coders by name, ``mien``, ``majority`` (what most coders said at a moment).
    measure : str
        ``agreement``, ``kappa``, ``weighted_kappa``, ``alpha_nominal``, ``icc_2_1``, ``icc_2_k`` or
        ``alpha_interval``.
    estimate : WithInterval
    moments : int
        At which at least two of them said something that could be compared.
    """

    raters: tuple[str, ...]
    measure: str
    estimate: WithInterval
    moments: int


@dataclass(frozen=True, slots=True)
class ClassMeasured:
    """One label against the rest, Mien's against a reference's.

    Attributes
    ----------
    reference : str
        A coder, or ``majority``.
    label : str
    people, mien : int
        Moments at which the reference said it, and Mien.
    precision, recall, f1, kappa : WithInterval
    """

    reference: str
    label: str
    people: int
    mien: int
    precision: WithInterval
    recall: WithInterval
    f1: WithInterval
    kappa: WithInterval


@dataclass(frozen=True, slots=True)
class ConfusionCounts:
    """Moments by what a reference said (rows) and Mien (columns)."""

    reference: str
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of the moments that a coder coded with a label.

    Attributes
    ----------
    coder : str
    coded : int
    unsure : int
        Of them, moments at which the coder said unsure.
    mien_unsure : int
        Of the others, at which Mien was unsure.
    not_seen : int
        Of the others, at which Mien saw no face.
    compared : int
    """

    coder: str
    coded: int
    unsure: int
    mien_unsure: int
    not_seen: int
    compared: int


@dataclass(frozen=True, slots=True)
class PeopleAndMien:
    """Everything that ``mien agree`` found.

    Attributes
    ----------
    rate : float
        Moments a second.
    recordings : int
    clustered_by : str
        What was drawn anew for the intervals: ``participant`` or ``recording``.
    clusters : int
    measures : tuple of Measured
    classes : tuple of ClassMeasured
    confusions : tuple of ConfusionCounts
    counted : tuple of Counted
    disagreements : tuple of Disagreement
        Longest first.
    notes : tuple of str
        What has to be known to read the numbers, one clause each.
    """

    rate: float
    recordings: int
    clustered_by: str
    clusters: int
    measures: tuple[Measured, ...]
    classes: tuple[ClassMeasured, ...]
    confusions: tuple[ConfusionCounts, ...]
    counted: tuple[Counted, ...]
    disagreements: tuple[Disagreement, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Cluster:
    """Labels and values of Mien, the coders and the majority, ``(raters, m)``."""

    labels: NDArray[np.int64]
    values: NDArray[np.float64]


def compare(moments: Moments, rate: float) -> PeopleAndMien:
    """Compute all coefficients, tables and the list of disagreements."""
    several = len(moments.coders) > 1
    names = (MIEN, *moments.coders, *((MAJORITY,) if several else ()))
    clusters, clustered_by = _clusters(moments, several=several)
    drawn = draws(len(clusters))
    references = (*((MAJORITY,) if several else ()), *moments.coders)
    classes, confusions = [], []
    for reference in references:
        counts = _confusions(clusters, names.index(reference), 0, len(moments.labels))
        if not counts.sum():
            continue
        whole = counts.sum(0)
        confusions.append(
            ConfusionCounts(
                reference, moments.labels, tuple(tuple(map(int, row)) for row in whole.tolist())
            )
        )
        classes += [
            _class(reference, label, at, counts, drawn)
            for at, label in enumerate(moments.labels)
            if whole[at].any() or whole[:, at].any()
        ]
    return PeopleAndMien(
        rate=rate,
        recordings=len(moments.recordings),
        clustered_by=clustered_by,
        clusters=len(clusters),
        measures=tuple(_measures(moments, names, clusters, drawn)),
        classes=tuple(classes),
        confusions=tuple(confusions),
        counted=tuple(_counted(moments)),
        disagreements=find_disagreements(moments, rate),
        notes=tuple(_notes(moments, clustered_by, len(clusters))),
    )


def majority(said: NDArray[np.int64]) -> NDArray[np.int64]:
    """What more coders than any other thing said; ``MISSING`` where two said as much.

    Parameters
    ----------
    said : ndarray of shape (coders, m), int64
        A coder who is not sure, or silent, has no vote. One vote alone is no majority where
        others could have voted.
    """
    highest = int(said.max(initial=0)) + 1
    votes = np.stack([(said == label).sum(0) for label in range(highest)])
    most = votes.max(0)
    alone = (votes == most).sum(0) == 1
    enough = most >= min(2, len(said))
    return np.where(alone & enough, votes.argmax(0), MISSING)


def _clusters(moments: Moments, *, several: bool) -> tuple[list[_Cluster], str]:
    participants = {one.recording.participant for one in moments.recordings}
    by_participant = len(participants) > 1 and "" not in participants
    groups: dict[str, list[LinedUp]] = {}
    for number, one in enumerate(moments.recordings):
        key = one.recording.participant if by_participant else str(number)
        groups.setdefault(key, []).append(one)
    found = []
    for group in groups.values():
        labels = np.concatenate([one.labels for one in group], axis=1)
        values = np.concatenate([one.values for one in group], axis=1)
        if several:
            labels = np.vstack([labels, majority(labels[1:])])
        found.append(_Cluster(labels, values))
    return found, "participant" if by_participant else "recording"


def _per_cluster(
    clusters: list[_Cluster], sums: Callable[[_Cluster], NDArray[np.float64]]
) -> NDArray[np.float64]:
    return np.stack([sums(one) for one in clusters])


def _confusions(
    clusters: list[_Cluster], first: int, second: int, labels: int
) -> NDArray[np.float64]:
    return _per_cluster(
        clusters, lambda one: confusion(one.labels[first], one.labels[second], labels)
    )


def _coincidences(
    clusters: list[_Cluster], group: Sequence[int], labels: int
) -> NDArray[np.float64]:
    return _per_cluster(clusters, lambda one: coincidences(one.labels[list(group)], labels))


def _measures(
    moments: Moments,
    names: tuple[str, ...],
    clusters: list[_Cluster],
    drawn: NDArray[np.float64],
) -> Iterator[Measured]:
    everybody = range(len(moments.coders) + 1)
    coders = everybody[1:]
    # The majority stands last among the names, and comes first among the pairs.
    pairs = [(0, len(names) - 1)] if MAJORITY in names else []
    pairs += [*((0, at) for at in coders), *combinations(coders, 2)]
    number = len(moments.labels)
    apart = _valence_apart(moments.labels)
    for first, second in pairs:
        raters = (names[first], names[second])
        counts = _confusions(clusters, first, second, number)
        total = int(counts.sum())
        if total:
            yield Measured(raters, "agreement", estimate(counts, observed, drawn), total)
            yield Measured(raters, "kappa", estimate(counts, kappa, drawn), total)
            if apart is not None:
                weighted = estimate(counts, lambda table: kappa(table, apart), drawn)
                yield Measured(raters, "weighted_kappa", weighted, total)
        if MAJORITY not in raters:
            yield from _of_values(raters, (first, second), clusters, drawn)
    for group in (coders, everybody):
        if len(group) < 2:
            continue
        together = tuple(names[at] for at in group)
        matrices = _coincidences(clusters, group, number)
        total = sum(int(((one.labels[list(group)] >= 0).sum(0) > 1).sum()) for one in clusters)
        if total:
            nominal = estimate(matrices, alpha_nominal, drawn)
            yield Measured(together, "alpha_nominal", nominal, total)
        if len(group) > 2:
            yield from _of_values(together, group, clusters, drawn)


def _of_values(
    raters: tuple[str, ...],
    group: Sequence[int],
    clusters: list[_Cluster],
    drawn: NDArray[np.float64],
) -> Iterator[Measured]:
    """ICC and alpha of numbers; nothing where none were given."""
    chosen = list(group)
    sums = _per_cluster(clusters, lambda one: variance_sums(one.values[chosen]))
    whole = int(sums.sum(0)[0])
    if whole:
        yield Measured(raters, "icc_2_1", estimate(sums, icc, drawn), whole)
        of_mean = estimate(sums, lambda each: icc(each, mean=True), drawn)
        yield Measured(raters, "icc_2_k", of_mean, whole)
    inside = _per_cluster(clusters, lambda one: interval_sums(one.values[chosen]))
    total = sum(int((np.isfinite(one.values[chosen]).sum(0) > 1).sum()) for one in clusters)
    if total:
        yield Measured(raters, "alpha_interval", estimate(inside, alpha_interval, drawn), total)


def _valence_apart(labels: tuple[str, ...]) -> NDArray[np.float64] | None:
    """How far two labels are apart in valence; None where that is not known of all, or is one."""
    if not all(label in VALENCE for label in labels):
        return None
    places = np.array([VALENCE[label] for label in labels], dtype=np.float64)
    apart: NDArray[np.float64] = np.abs(places[:, None] - places[None])
    return apart if apart.any() else None


def _class(
    reference: str,
    label: str,
    at: int,
    counts: NDArray[np.float64],
    drawn: NDArray[np.float64],
) -> ClassMeasured:
    whole = counts.sum(0)
    tables = np.stack([one_against_rest(one, at) for one in counts])
    return ClassMeasured(
        reference,
        label,
        int(whole[at].sum()),
        int(whole[:, at].sum()),
        precision=estimate(tables, lambda t: _share(t[0, 0], t[1, 0]), drawn),
        recall=estimate(tables, lambda t: _share(t[0, 0], t[0, 1]), drawn),
        f1=estimate(tables, lambda t: _share(2 * t[0, 0], t[0, 1] + t[1, 0]), drawn),
        kappa=estimate(tables, kappa, drawn),
    )


def _share(part: float, rest: float) -> float:
    return float(part / (part + rest)) if part + rest else float("nan")


def _counted(moments: Moments) -> Iterator[Counted]:
    for at, coder in enumerate(moments.coders, start=1):
        said = np.concatenate([one.labels[at] for one in moments.recordings])
        mien = np.concatenate([one.labels[0] for one in moments.recordings])
        sure = said >= 0
        yield Counted(
            coder,
            coded=int((said != MISSING).sum()),
            unsure=int((said == NOT_SURE).sum()),
            mien_unsure=int((sure & (mien == NOT_SURE)).sum()),
            not_seen=int((sure & (mien == MISSING)).sum()),
            compared=int((sure & (mien >= 0)).sum()),
        )


def _notes(moments: Moments, clustered_by: str, clusters: int) -> Iterator[str]:
    for word, codes in sorted(moments.unknown.items()):
        yield f"the word {word!r} is not known and was left out ({codes} codes); --words says more"
    for coder, number in moments.doubled.items():
        yield f"{coder} said two things at once at {number} moments, which were left out"
    if clusters < 2:
        yield f"one {clustered_by} only, so there are no intervals"
    elif clusters < FEW_CLUSTERS:
        yield f"the intervals are of {clusters} {clustered_by}s only, and likely too narrow"
