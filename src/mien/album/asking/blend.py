"""Ranking by a weight for each emotion, among the photos of which an expression is true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mien.album.asking.columns import AlbumColumns, FaceColumns, probabilities_of
from mien.album.asking.question import Bursts, Labels, Question, Rule
from mien.album.asking.rank import Ranking, rank
from mien.album.records import FloatColumn
from mien.errors import UsageError, did_you_mean

_WANTED, _REST = "wanted", "rest"
_NEVER_COUNTS = -1.0


def rank_blend(columns: AlbumColumns, question: Question) -> Ranking:
    """Rank the photos of an album by the question's ``weights``: by several emotions at once.

    One emotion with a weight gives exactly what ``mien.album.asking.rank.rank`` gives for its name.

    Raises
    ------
    UsageError
        If a label is unknown or no weight is above 0, or as ``rank``.
    """
    values = face_values(columns.faces, question)
    faces, fitting = columns.faces, None
    if question.expression:
        fitting = rank(columns, replace(question, emotion=question.expression, bursts=Bursts.ALL))
        fits = np.zeros(len(columns.paths), bool)
        fits[fitting.rows] = True
        # Photos none of whose faces count are in no ranking.
        faces = replace(faces, size=np.where(fits[faces.photo], faces.size, _NEVER_COUNTS))
    blended = replace(
        columns,
        faces=replace(
            faces,
            labels=(_WANTED, _REST),
            probabilities=np.stack([values, 1 - values], axis=1),
        ),
    )
    rule = Rule.MEAN if question.rule is Rule.SHARE else question.rule
    found = rank(blended, replace(question, emotion=_WANTED, labels=Labels.SEVEN, rule=rule))
    return found if fitting is None else replace(found, counted=fitting.counted)


def face_values(faces: FaceColumns, question: Question) -> FloatColumn:
    """What each face of the album brings into its photo's score: float64 ``(faces,)``, 0 to 1.

    The sum of its probabilities times their weights, or with the rule ``share`` the weight of its
    first label; the highest weight counts as 1.

    Raises
    ------
    UsageError
        If a label is unknown, a weight is not from 0 to 1, or none is above 0.
    """
    labels, probabilities = probabilities_of(faces, question.labels)
    weights = dict(question.weights)
    for label, weight in weights.items():
        if label not in labels:
            raise UsageError(
                f"there is no emotion {label!r} among these labels",
                where="weights",
                hint=did_you_mean(label, labels),
            )
        if not 0 <= weight <= 1:
            raise UsageError(f"{label} weighs {weight}, expected 0 to 1", where="weights")
    highest = max(weights.values(), default=0.0)
    if highest <= 0:
        raise UsageError(
            "no emotion has a weight", where="weights", hint="give at least one of them more than 0"
        )
    scaled = np.array([weights.get(label, 0.0) / highest for label in labels])
    if question.rule is Rule.SHARE:
        of_first: FloatColumn = scaled[probabilities.argmax(axis=1)]
        return of_first
    if np.count_nonzero(scaled) == 1:  # Not one rounding away from what ``rank`` gives.
        alone: FloatColumn = probabilities[:, int(scaled.argmax())]
        return alone
    mixed: FloatColumn = np.clip(probabilities @ scaled, 0.0, 1.0)
    return mixed
