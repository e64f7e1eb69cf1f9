"""The best photos for an expression, by numbers that the album has: no network runs."""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from mien.album.asking.alike import alike_numbers
from mien.album.asking.bursts import burst_numbers
from mien.album.asking.columns import AlbumColumns, FaceColumns, is_copy, probabilities_of
from mien.album.asking.expression import Expression, leading_name, parse_expression
from mien.album.asking.question import Bursts, Question, Rule
from mien.album.records import FloatColumn
from mien.album.store import path_range
from mien.emotions import known_label
from mien.errors import UsageError, did_you_mean

_NUMBERS = ("faces", "size", "sharpness", "brightness")


@dataclass(frozen=True)
class Ranking:
    """All the hits of a question, by their numbers; ``mien.album.asking.hits`` has the rest.

    Attributes
    ----------
    rows : int64 ndarray of shape (n,)
        Photos that fit, as rows of the columns, best first; of equal ones the one whose path
        comes first.
    pictures : int64 ndarray of shape (n,)
        The same photos as rows of the database.
    scores : float64 ndarray of shape (n,)
        0 to 1; of similar photos a cosine.
    counted : bool ndarray of shape (faces,)
        Which faces of the album count.
    without_time : int
        Photos left out because the question asks for a time and they have none.
    in_bursts : int
        Photos left out because a better one of the same burst is there.
    below : int
        Photos left out because their score is below the least.
    alike : int
        Photos left out because one that is nearly the same picture is there.
    stacked, stacked_under : int64 ndarray of shape (m,)
        Photos that were left out for a better one of a burst or one that is alike, best first, and
        for each the hit that stands for it; both as rows of the database.
    stacked_scores : float64 ndarray of shape (m,)
        Their own scores.
    """

    rows: npt.NDArray[np.int64]
    pictures: npt.NDArray[np.int64]
    scores: FloatColumn
    counted: npt.NDArray[np.bool_]
    without_time: int = 0
    in_bursts: int = 0
    below: int = 0
    alike: int = 0
    stacked: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    stacked_under: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    stacked_scores: FloatColumn = field(default_factory=lambda: np.empty(0))

    def only(self, places: npt.ArrayLike) -> Ranking:
        """The hits at these places of the ranking, in this order."""
        at = np.asarray(places, np.int64)
        return replace(self, rows=self.rows[at], pictures=self.pictures[at], scores=self.scores[at])


def rank(columns: AlbumColumns, question: Question) -> Ranking:
    """Rank the photos of an album by the question's ``emotion``.

    Raises
    ------
    UsageError
        If the emotion is neither a label nor an expression, or the model has no such label set.
    """
    faces = columns.faces
    labels, probabilities = probabilities_of(faces, question.labels)
    wanted = _wanted(question.emotion, labels)
    counted = _counting(faces, question)
    photos, starts, numbers = np.unique(faces.photo[counted], return_index=True, return_counts=True)
    face_values = dict(zip(labels, probabilities[counted].T, strict=True))
    face_values |= {
        "faces": np.repeat(numbers, numbers),
        "size": faces.size[counted],
        "sharpness": faces.sharpness[counted],
        "brightness": faces.brightness[counted],
    }
    groups = _Groups(starts, numbers)
    if isinstance(wanted, str):
        scores = _score_of_label(wanted, labels, face_values, groups, question.rule)
        fits = np.ones(len(photos), bool)
        below = scores < question.min_score
    else:
        scores, fits = _score_of_expression(wanted, labels, face_values, groups, question.rule)
        below = np.zeros(len(photos), bool)
    fits &= _fits_outside(columns, photos, numbers, question)
    without_time = np.zeros(len(photos), bool)
    if question.taken_from is not None or question.taken_to is not None:
        without_time = fits & np.isnan(columns.taken[photos])
        fits &= _is_within(columns.taken[photos], question.taken_from, question.taken_to)
    below &= fits
    fits &= ~below
    order = np.argsort(-scores[fits], kind="stable")  # rows are in order of path
    rows, scores, numbers = photos[fits][order], scores[fits][order], numbers[fits][order]
    moments = shown = stands = every = np.arange(len(rows))
    if question.bursts is Bursts.BEST:
        stands = _best_of_bursts(columns, rows)
        moments = np.flatnonzero(stands == every)
        originals = _originals(columns, rows[moments], scores[moments], numbers[moments])
        stands = moments[originals][np.searchsorted(moments, stands)]
        shown = np.flatnonzero(stands == every)
    pictures, behind = columns.picture[rows], np.flatnonzero(stands != every)
    return Ranking(
        rows=rows[shown],
        pictures=pictures[shown],
        scores=scores[shown],
        counted=counted,
        without_time=int(without_time.sum()),
        in_bursts=len(rows) - len(moments),
        below=int(below.sum()),
        alike=len(moments) - len(shown),
        stacked=pictures[behind],
        stacked_under=pictures[stands[behind]],
        stacked_scores=scores[behind],
    )


def _counting(faces: FaceColumns, question: Question) -> npt.NDArray[np.bool_]:
    """Which faces of the album count."""
    counted = (faces.size >= question.min_size) & (faces.sharpness >= question.min_sharpness)
    # Where it is not known (NaN) it is no reason to leave a face out.
    counted &= ~(faces.brightness < question.min_brightness)
    return counted & ~faces.unsure if question.sure else counted


def _fits_outside(
    columns: AlbumColumns,
    photos: npt.NDArray[np.int64],
    numbers: npt.NDArray[np.int64],
    question: Question,
) -> npt.NDArray[np.bool_]:
    """Which photos fit by the number of their faces that count, and by where they lie."""
    least, most = question.faces
    fits = numbers >= least
    if most is not None:
        fits &= numbers <= most
    if question.folder is not None:
        first, after = path_range(question.folder)
        fits &= np.array([first <= path < after for path in columns.paths], bool)[photos]
    if question.path is not None:
        fits &= _matches(columns.paths, question.path)[photos]
    return fits


def _is_within(taken: FloatColumn, begin: float | None, end: float | None) -> npt.NDArray[np.bool_]:
    """Which times lie there; NaN does nowhere."""
    after = taken >= (-np.inf if begin is None else begin)
    before = taken < (np.inf if end is None else end)
    within: npt.NDArray[np.bool_] = after & before
    return within


def _best_of_bursts(columns: AlbumColumns, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each of ``rows``, which are best first, the place of the best one of its burst."""
    burst = burst_numbers(columns.taken[rows], columns.difference_hash[rows])
    _, first, number = np.unique(burst, return_index=True, return_inverse=True)
    best: npt.NDArray[np.int64] = first[number]
    return best


def _originals(
    columns: AlbumColumns,
    rows: npt.NDArray[np.int64],
    scores: FloatColumn,
    faces: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Of photos that are alike the best one whose name is not a copy's, if there is such a one.

    Returns
    -------
    int64 ndarray of shape (n,)
        For each of ``rows``, which are best first, the place of the one that stands for it.
    """
    best = alike_numbers(columns.taken[rows], columns.difference_hash[rows], faces, scores)
    named_as_copies = np.zeros(len(rows), bool)
    for place in np.flatnonzero(np.bincount(best, minlength=len(rows))[best] > 1).tolist():
        named_as_copies[place] = is_copy(columns.paths[int(rows[place])])
    order = np.lexsort((np.arange(len(rows)), named_as_copies, best))
    _, first, number = np.unique(best[order], return_index=True, return_inverse=True)
    kept = np.empty(len(rows), np.int64)
    kept[order] = order[first][number]
    return kept


@dataclass(frozen=True)
class _Groups:
    """Which faces are of one photo: where each photo's begin, and how many there are."""

    starts: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]

    def reduce(self, values: npt.NDArray[np.float64], rule: Rule) -> FloatColumn:
        if not len(self.starts):
            return np.empty(0)
        if rule is Rule.MIN:
            return np.minimum.reduceat(values, self.starts)
        if rule is Rule.ANY:
            return np.maximum.reduceat(values, self.starts)
        means: FloatColumn = np.add.reduceat(values, self.starts) / self.numbers
        # Rounding must not order photos whose faces are all alike by how many they are.
        return np.round(means, 9)


def _wanted(text: str, labels: tuple[str, ...]) -> str | Expression:
    word = text.strip()
    if re.fullmatch(r"[A-Za-z]\w*", word):
        label = known_label(word) or word.lower()
        if label not in labels:
            raise UsageError(
                f"there is no emotion {word!r} among these labels", hint=did_you_mean(word, labels)
            )
        return label
    return parse_expression(text, (*labels, *_NUMBERS))


def _score_of_label(
    label: str,
    labels: tuple[str, ...],
    values: dict[str, npt.NDArray[np.float64]],
    groups: _Groups,
    rule: Rule,
) -> FloatColumn:
    if rule is not Rule.SHARE:
        return groups.reduce(values[label], rule)
    first = np.array([values[name] for name in labels]).argmax(axis=0)
    return groups.reduce((first == labels.index(label)).astype(np.float64), Rule.MEAN)


def _score_of_expression(
    expression: Expression,
    labels: tuple[str, ...],
    values: dict[str, npt.NDArray[np.float64]],
    groups: _Groups,
    rule: Rule,
) -> tuple[FloatColumn, npt.NDArray[np.bool_]]:
    truth = expression.holds(values)
    share = groups.reduce(truth.astype(np.float64), Rule.MEAN)
    if rule is Rule.SHARE:
        return share, share > 0
    if rule is Rule.MEAN:
        means = {name: groups.reduce(column, Rule.MEAN) for name, column in values.items()}
        fits = expression.holds(means)
    else:
        fits = groups.reduce(truth.astype(np.float64), rule) > 0
    leading = leading_name(expression, labels)
    return (share if leading is None else groups.reduce(values[leading], rule)), fits


def _matches(paths: tuple[bytes, ...], pattern: str) -> npt.NDArray[np.bool_]:
    whole = pattern if pattern.startswith(("/", "*")) else f"*/{pattern}"
    match = re.compile(fnmatch.translate(whole), re.DOTALL).match
    return np.array([match(os.fsdecode(path)) is not None for path in paths], bool)
