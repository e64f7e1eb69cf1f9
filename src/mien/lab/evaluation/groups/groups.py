"""How good a model is on each group of images, and whether groups differ by more than chance."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import DataError, UsageError
from mien.lab.evaluation.calibration import Calibration, probabilities
from mien.lab.evaluation.groups.corrections import corrected_together, value_of
from mien.lab.evaluation.groups.group_results import (
    ACCURACY,
    BALANCED,
    ESTIMATED,
    LEAST_CELL,
    LEAST_IN_CLASS,
    NOT_GIVEN,
    STANDARDISED,
    UNSURE,
    Gap,
    Group,
    GroupColumn,
    Groups,
    recall_of,
)
from mien.lab.evaluation.measures import metrics
from mien.lab.evaluation.measures.statistics import (
    BOOTSTRAP_SAMPLES,
    Estimate,
    estimate,
    same_share,
    same_share_in_each_class,
    share,
)
from mien.lab.evaluation.predictions import Predictions


@dataclass(frozen=True)
class _Answers:
    """What every column is computed from."""

    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float64]
    unsure: NDArray[np.bool_]
    classes: tuple[str, ...]

    @property
    def right(self) -> NDArray[np.bool_]:
        return np.asarray(self.labels == self.predicted)

    @property
    def class_shares(self) -> NDArray[np.float64]:
        return np.bincount(self.labels, minlength=len(self.classes)) / len(self.labels)


def group_table(
    part: Predictions,
    calibration: Calibration,
    columns: dict[str, NDArray[np.str_]],
    *,
    estimated: frozenset[str] = frozenset(),
    of_pixels: frozenset[str] = frozenset(),
    cross: bool = False,
) -> Groups:
    """Score the main head on each group of each column.

    Parameters
    ----------
    part : Predictions
        Of n images.
    calibration : Calibration
    columns : dict of str to ndarray of shape (n,), str
        The group of each image of ``part``, by column. ``NOT_GIVEN`` stands for none.
    estimated : frozenset of str
        The columns that a model guessed. Their names begin with ``ESTIMATED``.
    of_pixels : frozenset of str
        The columns that were measured of the images (``image_columns``). They are corrected apart,
        so that they cost the others no power.
    cross : bool
        Also the groups of every two columns together.

    Raises
    ------
    DataError
        If a column has not n values, or there is none.
    UsageError
        If a column in ``estimated`` is not named so.
    """
    misnamed = [name for name in estimated if not name.startswith(ESTIMATED)]
    if misnamed:
        raise UsageError(
            f"a column of guesses must be called {ESTIMATED}…", where=", ".join(sorted(misnamed))
        )
    if not columns:
        raise DataError("there is no column to group by")
    for name, values in columns.items():
        if len(values) != len(part.rows):
            raise DataError(
                f"{len(values):,} values for {len(part.rows):,} predictions",
                where=f"column {name!r}",
            )
    head = part.main_head
    found = probabilities(part.logits[head], calibration.temperatures[head])
    confidence = found.max(axis=1)
    answers = _Answers(
        part.labels[head],
        found.argmax(axis=1),
        confidence,
        confidence < calibration.unsure_below,
        part.labels_of[head],
    )
    wanted = columns | (_crossed(columns) if cross else {})
    guessed = {name for name in columns if name in estimated or name.startswith(ESTIMATED)}
    guessed |= {name for name in wanted if guessed & set(name.split(_CROSS))}
    measured = {name for name in wanted if of_pixels & {name, *name.split(_CROSS)}}
    raw = [
        _column(name, values, answers, name in guessed, name in measured)
        for name, values in wanted.items()
    ]
    asked, tests = corrected_together([column for column in raw if not column.of_pixels])
    by_pixels, pixel_tests = corrected_together([column for column in raw if column.of_pixels])
    corrected = {column.name: column for column in (*asked, *by_pixels)}
    return Groups(
        images=len(part.rows),
        classes=answers.classes,
        accuracy=_share(answers.right),
        unsure=float(answers.unsure.mean()),
        class_shares=dict(zip(answers.classes, answers.class_shares.tolist(), strict=True)),
        columns=tuple(corrected[name] for name in wanted),
        estimated=frozenset(guessed),
        tests=tests,
        pixel_tests=pixel_tests,
    )


_CROSS = " × "


def _crossed(columns: dict[str, NDArray[np.str_]]) -> dict[str, NDArray[np.str_]]:
    found = {}
    for (one, first), (other, second) in itertools.combinations(columns.items(), 2):
        unknown = (first == NOT_GIVEN) | (second == NOT_GIVEN)
        both = np.strings.add(np.strings.add(first, _CROSS), second)
        found[f"{one}{_CROSS}{other}"] = np.where(unknown, NOT_GIVEN, both)
    return found


def _column(
    name: str, values: NDArray[np.str_], answers: _Answers, estimated: bool, of_pixels: bool
) -> GroupColumn:
    names, numbers = np.unique(values, return_inverse=True)
    order = sorted(range(len(names)), key=lambda at: _place(str(names[at])))
    sizes = np.bincount(numbers)
    shown = [str(names[at]) for at in order if sizes[at] >= LEAST_CELL and names[at] != NOT_GIVEN]
    compared = _compared_classes(answers, values, shown)
    groups = {
        str(names[at]): _group(str(names[at]), numbers == at, answers, compared) for at in order
    }
    inside = np.isin(values, shown)
    if len(shown) > 2:
        for one in shown:
            p_value = same_share(answers.right[inside], values[inside] == one)
            groups[one] = replace(groups[one], p_value=p_value)
    return GroupColumn(
        name,
        estimated,
        tuple(groups.values()),
        tuple(answers.classes[at] for at in compared),
        _gaps(values, groups, shown, answers, compared) if len(shown) > 1 else (),
        of_pixels,
    )


def _place(name: str) -> tuple[Any, ...]:
    """Sort key: numbers by size, *under* before them, ``NOT_GIVEN`` last."""
    parts = []
    for part in name.split(_CROSS):
        number = re.search(r"-?\d+(\.\d+)?", part)
        parts.append((not part.startswith("under "), float(number[0]) if number else np.inf, part))
    return (name == NOT_GIVEN, parts)


def _compared_classes(answers: _Answers, values: NDArray[np.str_], shown: list[str]) -> list[int]:
    """Classes with enough images in more than half of the groups ``shown``."""
    classes = range(len(answers.classes))
    of_group = [answers.labels[values == name] for name in shown]
    return [
        number
        for number in classes
        if 2 * sum((labels == number).sum() >= LEAST_IN_CLASS for labels in of_group) > len(shown)
    ]


def _group(name: str, inside: NDArray[np.bool_], answers: _Answers, compared: list[int]) -> Group:
    images = int(inside.sum())
    if images < LEAST_CELL:
        return Group(name, images, withheld=True)
    labels, right = answers.labels[inside], answers.right[inside]
    counts = metrics.confusion(labels, answers.predicted[inside], len(answers.classes))
    of_class = counts.sum(axis=1)
    standardised = balanced = None
    if compared and of_class[compared].min() >= LEAST_IN_CLASS:
        standardised = _bootstrapped(_mean_recall(compared, _mix(answers, compared)), counts)
        balanced = _bootstrapped(_mean_recall(compared, _equal(compared)), counts)
    return Group(
        name,
        images,
        withheld=False,
        accuracy=_share(right),
        standardised=standardised,
        balanced=balanced,
        unsure=_share(answers.unsure[inside]),
        overconfidence=float(answers.confidence[inside].mean() - right.mean()),
        recall={
            label: _share(right[labels == at]) if of_class[at] >= LEAST_CELL else None
            for at, label in enumerate(answers.classes)
        },
        class_images=dict(zip(answers.classes, of_class.tolist(), strict=True)),
        shift=float(np.abs(of_class / images - answers.class_shares).sum() / 2),
    )


def _mean_recall(
    classes: list[int], weights: NDArray[np.float64]
) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
    def score(counts: NDArray[np.int64]) -> NDArray[np.float64]:
        right = np.diagonal(counts, axis1=-2, axis2=-1)[..., classes]
        recall = right / np.maximum(counts.sum(axis=-1)[..., classes], 1)
        return np.asarray(recall @ weights)

    return score


def _mix(answers: _Answers, classes: list[int]) -> NDArray[np.float64]:
    """Shares of these classes among their images in all groups together."""
    shares = answers.class_shares[classes]
    return np.asarray(shares / shares.sum())


def _equal(classes: list[int]) -> NDArray[np.float64]:
    return np.full(len(classes), 1 / len(classes))


def _bootstrapped(
    score: Callable[[NDArray[np.int64]], NDArray[np.float64]], counts: NDArray[np.int64]
) -> Estimate:
    """A score of a confusion matrix, drawn anew from its cells as from the images."""
    total = int(counts.sum())
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(total, counts.ravel() / total, size=BOOTSTRAP_SAMPLES)
    return estimate(float(score(counts)), score(drawn.reshape(-1, *counts.shape)))


def _share(hits: NDArray[np.bool_]) -> Estimate:
    return share(int(hits.sum()), len(hits))


def _gaps(
    values: NDArray[np.str_],
    groups: dict[str, Group],
    shown: list[str],
    answers: _Answers,
    compared: list[int],
) -> tuple[Gap, ...]:
    """The gaps between the groups ``shown`` of one column."""
    inside = np.isin(values, shown)
    right, labels = answers.right, answers.labels
    found = [
        replace(
            _gap(ACCURACY, metrics.accuracy, inside, values, answers),
            p_value=same_share(right[inside], values[inside]),
        )
    ]
    whole = [name for name in shown if groups[name].balanced is not None]
    if len(whole) > 1:
        kept = np.isin(values, whole)
        # The test compares inside each class, so that it needs no class mix.
        p_value = same_share_in_each_class(right[kept], values[kept], labels[kept])
        score = _mean_recall(compared, _mix(answers, compared))
        gap = _gap(STANDARDISED, score, kept, values, answers)
        found.append(replace(gap, p_value=p_value))
        score = _mean_recall(compared, _equal(compared))
        found.append(_gap(BALANCED, score, kept, values, answers))
    found.append(_unsure_gap(groups, shown, same_share(answers.unsure[inside], values[inside])))
    for number, label in enumerate(answers.classes):
        of_class = inside & (labels == number)
        cells = [name for name in shown if (of_class & (values == name)).sum() >= LEAST_CELL]
        if len(cells) > 1:
            kept = of_class & np.isin(values, cells)
            gap = _gap(recall_of(label), metrics.accuracy, kept, values, answers)
            found.append(replace(gap, p_value=same_share(right[kept], values[kept])))
    return tuple(found)


def _gap(
    score: str,
    metric: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    kept: NDArray[np.bool_],
    values: NDArray[np.str_],
    answers: _Answers,
) -> Gap:
    """The gap of a metric of confusion matrices, one of each group's answers."""

    def of_group(name: str) -> float:
        inside = kept & (values == name)
        labels, predicted = answers.labels[inside], answers.predicted[inside]
        return float(metric(metrics.confusion(labels, predicted, len(answers.classes))))

    return _largest_gap(score, {str(name): of_group(name) for name in np.unique(values[kept])})


def _unsure_gap(groups: dict[str, Group], shown: list[str], p_value: float) -> Gap:
    """The gap of the share of unsure answers."""
    gap = _largest_gap(UNSURE, {name: value_of(groups[name].unsure) for name in shown})
    return replace(gap, p_value=p_value)


def _largest_gap(score: str, figures: dict[str, float]) -> Gap:
    """The largest difference and the smallest ratio between groups; the first of equal ones."""
    lowest, highest = min(figures, key=figures.__getitem__), max(figures, key=figures.__getitem__)
    least, most = figures[lowest], figures[highest]
    return Gap(score, lowest, highest, most - least, least / most if most > 0 else None)
