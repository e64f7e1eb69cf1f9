"""The best photos for an expression, by numbers that the album has: no network runs."""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.album.asking.alike import alike_numbers
from mien.album.asking.bursts import burst_numbers
from mien.album.asking.columns import SEVEN, AlbumColumns, is_copy, probabilities_of
from mien.album.asking.expression import Expression, leading_name, parse_expression
from mien.album.records import FloatColumn
from mien.album.store import path_range
from mien.emotions import known_label
from mien.errors import UsageError, did_you_mean

RULES = ("mean", "min", "any", "share")
LEAST_SIZE = 48.0
"""Smaller faces do not count, in pixels: the model sees faces at 48 × 48."""

LEAST_SHARPNESS = 0.05
"""Less sharp faces do not count; see ``docs/guides/album.md`` for what the number looks like."""

LEAST_BRIGHTNESS = 0.2
"""Darker faces do not count. Those of press photos have 0.4 and more, on any skin; below this one
hardly sees that there is a face."""

LEAST_SCORE = 0.5
"""What ``mien album top`` names: photos of which the emotion is more likely true than not."""

_NUMBERS = ("faces", "size", "sharpness", "brightness")


@dataclass(frozen=True)
class Query:
    """What is asked of the album.

    Attributes
    ----------
    emotion : str
        A label of the set, or an expression over labels, faces, size, sharpness and brightness.
    labels : str
        One of ``mien.album.asking.columns.LABELS``.
    rule : str
        How the faces of a photo that count make its score. ``mean`` and ``min`` of the emotion's
        probability, ``any`` the highest one, ``share`` the share of faces of which it is the
        first label. An expression is asked of the mean face, of every face, of any face, and
        ``share`` is the share of faces of which it is true.
    faces : tuple of int or None
        Least and most faces that count.
    taken_from, taken_to : float or None
        In seconds since 1970 on the camera's clock; the end is not included.
    folder : bytes or None
        Only photos below this absolute path.
    path : str or None
        Pattern over the whole path, or over its end when it has no ``/`` in front.
    sure : bool
        Faces of which the model is unsure do not count.
    min_size, min_sharpness, min_brightness : float
        Smaller, less sharp and darker faces do not count.
    only_best_of_burst : bool
    min_score : float
        Photos with a lower score do not fit, when ``emotion`` is a label.
    """

    emotion: str
    labels: str = SEVEN
    rule: str = "mean"
    faces: tuple[int, int | None] = (1, None)
    taken_from: float | None = None
    taken_to: float | None = None
    folder: bytes | None = None
    path: str | None = None
    sure: bool = False
    min_size: float = LEAST_SIZE
    min_sharpness: float = LEAST_SHARPNESS
    min_brightness: float = LEAST_BRIGHTNESS
    only_best_of_burst: bool = True
    min_score: float = 0.0


@dataclass(frozen=True)
class Ranking:
    """The answer.

    Attributes
    ----------
    rows : int64 ndarray of shape (n,)
        Photos that fit, as rows of the columns, best first; of equal ones the one whose path
        comes first.
    scores : float64 ndarray of shape (n,)
        0 to 1.
    counted : bool ndarray of shape (faces,)
        Which faces of the album count.
    without_time : int
        Photos left out because the query asks for a time and they have none.
    in_bursts : int
        Photos left out because a better one of the same burst is there.
    below : int
        Photos left out because their score is below the least.
    alike : int
        Photos left out because one that is nearly the same picture is there.
    """

    rows: npt.NDArray[np.int64]
    scores: FloatColumn
    counted: npt.NDArray[np.bool_]
    without_time: int
    in_bursts: int
    below: int = 0
    alike: int = 0


def rank(columns: AlbumColumns, query: Query) -> Ranking:
    """Rank the photos of an album.

    Raises
    ------
    UsageError
        If the emotion is neither a label nor an expression, or the rule or set is unknown.
    """
    if query.rule not in RULES:
        raise UsageError(f"there is no rule {query.rule!r}", hint=f"one of: {', '.join(RULES)}")
    faces = columns.faces
    labels, probabilities = probabilities_of(faces, query.labels)
    wanted = _wanted(query.emotion, labels)
    counted = (faces.size >= query.min_size) & (faces.sharpness >= query.min_sharpness)
    # Where it is not known (NaN) it is no reason to leave a face out.
    counted &= ~(faces.brightness < query.min_brightness)
    if query.sure:
        counted &= ~faces.unsure
    of = faces.photo[counted]
    photos, starts, numbers = np.unique(of, return_index=True, return_counts=True)
    face_values = dict(zip(labels, probabilities[counted].T, strict=True))
    face_values |= {
        "faces": np.repeat(numbers, numbers),
        "size": faces.size[counted],
        "sharpness": faces.sharpness[counted],
        "brightness": faces.brightness[counted],
    }
    groups = _Groups(starts, numbers)
    if isinstance(wanted, str):
        scores = _score_of_label(wanted, labels, face_values, groups, query.rule)
        fits = np.ones(len(photos), bool)
    else:
        scores, fits = _score_of_expression(wanted, labels, face_values, groups, query.rule)
    fits &= numbers >= query.faces[0]
    if query.faces[1] is not None:
        fits &= numbers <= query.faces[1]
    if query.folder is not None:
        first, after = path_range(query.folder)
        fits &= np.array([first <= path < after for path in columns.paths], bool)[photos]
    if query.path is not None:
        fits &= _matches(columns.paths, query.path)[photos]
    taken = columns.taken[photos]
    without_time = 0
    if query.taken_from is not None or query.taken_to is not None:
        without_time = int((fits & np.isnan(taken)).sum())
        fits &= taken >= (-np.inf if query.taken_from is None else query.taken_from)
        fits &= taken < (np.inf if query.taken_to is None else query.taken_to)
    below = fits & (scores < query.min_score) & isinstance(wanted, str)
    fits &= ~below
    rows, scores = photos[fits], scores[fits]
    order = np.argsort(-scores, kind="stable")  # rows are in order of path
    rows, scores = rows[order], scores[order]
    fitting = moments = len(rows)
    if query.only_best_of_burst:
        burst = burst_numbers(columns.taken[rows], columns.difference_hash[rows])
        best = np.sort(np.unique(burst, return_index=True)[1])
        rows, scores = rows[best], scores[best]
        moments = len(rows)
        faces_of = numbers[np.searchsorted(photos, rows)]
        kept = _originals(columns, rows, scores, faces_of)
        rows, scores = rows[kept], scores[kept]
    return Ranking(
        rows,
        scores,
        counted,
        without_time,
        fitting - moments,
        int(below.sum()),
        moments - len(rows),
    )


def _originals(
    columns: AlbumColumns,
    rows: npt.NDArray[np.int64],
    scores: FloatColumn,
    faces: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Of photos that are alike the best one whose name is not a copy's, if there is such a one.

    Returns
    -------
    int64 ndarray
        Places in ``rows``, which are best first, as they are themselves.
    """
    best = alike_numbers(columns.taken[rows], columns.difference_hash[rows], faces, scores)
    named_as_copies = np.zeros(len(rows), bool)
    for place in np.flatnonzero(np.bincount(best, minlength=len(rows))[best] > 1).tolist():
        named_as_copies[place] = is_copy(columns.paths[int(rows[place])])
    order = np.lexsort((np.arange(len(rows)), named_as_copies, best))
    kept: npt.NDArray[np.int64] = np.sort(order[np.unique(best[order], return_index=True)[1]])
    return kept


@dataclass(frozen=True)
class _Groups:
    """Which faces are of one photo: where each photo's begin, and how many there are."""

    starts: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]

    def reduce(self, values: npt.NDArray[np.float64], rule: str) -> FloatColumn:
        if not len(self.starts):
            return np.empty(0)
        if rule == "min":
            return np.minimum.reduceat(values, self.starts)
        if rule == "any":
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
    rule: str,
) -> FloatColumn:
    if rule != "share":
        return groups.reduce(values[label], rule)
    first = np.array([values[name] for name in labels]).argmax(axis=0)
    return groups.reduce((first == labels.index(label)).astype(np.float64), rule)


def _score_of_expression(
    expression: Expression,
    labels: tuple[str, ...],
    values: dict[str, npt.NDArray[np.float64]],
    groups: _Groups,
    rule: str,
) -> tuple[FloatColumn, npt.NDArray[np.bool_]]:
    truth = expression.holds(values)
    share = groups.reduce(truth.astype(np.float64), "mean")
    if rule == "share":
        return share, share > 0
    if rule == "mean":
        means = {name: groups.reduce(column, "mean") for name, column in values.items()}
        fits = expression.holds(means)
    else:
        fits = groups.reduce(truth.astype(np.float64), rule) > 0
    leading = leading_name(expression, labels)
    return (share if leading is None else groups.reduce(values[leading], rule)), fits


def _matches(paths: tuple[bytes, ...], pattern: str) -> npt.NDArray[np.bool_]:
    whole = pattern if pattern.startswith(("/", "*")) else f"*/{pattern}"
    match = re.compile(fnmatch.translate(whole), re.DOTALL).match
    return np.array([match(os.fsdecode(path)) is not None for path in paths], bool)
