"""FER+: ten annotators' votes for each image of FER2013 (Barsoum et al. 2016, arXiv 1608.01041)."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.emotions import FERPLUS, translate
from mien.errors import DataError
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.packed_text import open_text

FILE_NAME = "fer2013new.csv"
EXPECTED = "expected FER+'s fer2013new.csv"

EVERYDAY_HEAD = "everyday"
"""The head that learns FER2013's labels as people use them for everyday faces."""

VOTE_COLUMNS = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "nf",
)
"""Vote columns in FER+'s order: the eight emotions of ``FERPLUS``, *unknown*, *nf* (not a face)."""


def read_votes(path: Path, splits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Read ``fer2013new.csv``, compressed or not, for a data set whose rows have these ``splits``.

    Returns
    -------
    ndarray of shape (n, 10), uint8
        In the order of ``VOTE_COLUMNS``.

    Raises
    ------
    DataError
        If a column is missing, a vote is not a number, the number of rows differs, the Usage of a
        row differs from the data set's, or the images' names are not in their order.
    """
    try:
        with open_text(path, (FILE_NAME,), EXPECTED) as (stream, _):
            rows = [row for row in csv.reader(stream) if row]
    except csv.Error as error:
        raise DataError(f"cannot be read ({error})", where=path) from error
    header = [name.strip().lower() for name in rows[0]] if rows else []
    missing = [name for name in ("usage", *VOTE_COLUMNS) if name not in header]
    if missing:
        raise DataError(f"no column {', '.join(missing)}", where=path, hint=EXPECTED)
    if len(rows) - 1 != len(splits):
        raise DataError(f"{len(rows) - 1} rows, the data set has {len(splits)}", where=path)
    usage_at = header.index("usage")
    columns = [header.index(name) for name in VOTE_COLUMNS]
    names_at = header.index("image name") if "image name" in header else None
    newest = -1
    votes = np.zeros((len(splits), len(VOTE_COLUMNS)), dtype=np.uint8)
    for row, fields in enumerate(rows[1:]):
        at = f"{path}, line {row + 2}"
        try:
            votes[row] = [int(fields[column]) for column in columns]
        except (ValueError, IndexError, OverflowError) as error:
            raise DataError("a vote is missing or not a number from 0 to 255", where=at) from error
        if fields[usage_at].strip() != SPLITS[splits[row]]:
            raise DataError(
                f"Usage {fields[usage_at]!r}, the data set has {SPLITS[splits[row]]}",
                where=at,
                hint="the two files are not of the same order",
            )
        number = None if names_at is None else _image_number(fields[names_at])
        if number is not None:
            if number <= newest:
                raise DataError(
                    f"Image name {fields[names_at or 0].strip()[:40]!r} is out of order",
                    where=at,
                    hint="votes are joined row by row: take fer2013new.csv as it was downloaded, "
                    "not sorted, shuffled or with rows moved",
                )
            newest = number
    return votes


def _image_number(name: str) -> int | None:
    """The number in ``fer0000032.png``; None for an image that FER+ left without a name."""
    digits = re.findall(r"\d+", Path(name.strip()).stem)
    return int(digits[-1]) if digits else None


def majority(votes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Labels by Microsoft's rule: drop single votes, then take the choice with over half the rest.

    Parameters
    ----------
    votes : ndarray of shape (n, 10), uint8

    Returns
    -------
    ndarray of shape (n,), int64
        Position in ``FERPLUS.labels``, or -1 where there is no majority or where it is *unknown*
        or *not a face*. On FER2013's PrivateTest 3,153 images keep a label.
    """
    counts = np.where(votes > 1, votes, 0).astype(np.int64)
    top = counts.argmax(axis=1)
    has_majority = counts.max(axis=1) > 0.5 * counts.sum(axis=1)
    return np.where(has_majority & (top < len(FERPLUS)), top, -1)


def everyday_majority(data: FaceData) -> NDArray[np.int64]:
    """What ``majority`` gives, as positions in the data set's own labels; -1 for none of them."""
    assert data.votes is not None
    named = [translate(label, FERPLUS) for label in data.label_set.labels]
    place = [named.index(label) if label in named else -1 for label in FERPLUS.labels]
    found: NDArray[np.int64] = np.array([*place, -1])[majority(data.votes)]
    return found


def vote_distribution(votes: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Soft FER+ targets and their weights.

    Returns
    -------
    targets : ndarray of shape (n, 8), float32
        The votes on the eight emotions, single votes dropped unless there are only such; rows
        sum to 1, or to 0 where no one voted for an emotion.
    weights : ndarray of shape (n,), float32
        Share of the row's votes that are on an emotion: 0 for what nobody took for a face.
    """
    emotions = votes[:, : len(FERPLUS)].astype(np.float32)
    kept = np.where(emotions > 1, emotions, 0)
    kept = np.where(kept.sum(axis=1, keepdims=True) > 0, kept, emotions)
    total = kept.sum(axis=1, keepdims=True)
    targets = np.divide(kept, total, out=np.zeros_like(kept), where=total > 0)
    all_votes = votes.sum(axis=1).astype(np.float32)
    weights = np.divide(
        emotions.sum(axis=1), all_votes, out=np.zeros_like(all_votes), where=all_votes > 0
    )
    return targets, weights


def everyday_distribution(data: FaceData) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The votes in FER2013's words, as they are, and how many of them are on such a word.

    Unlike ``fer2013_distribution`` it does not ask what FER2013's own label would be: a face that
    ten people call neutral is neutral.

    Returns
    -------
    targets : ndarray of shape (n, labels), float32
        Rows sum to 1, or to 0 where no one voted for a word that the label set has.
    weights : ndarray of shape (n,), float32
        0 to 1.

    Raises
    ------
    DataError
        If the data set has no votes.
    """
    if data.votes is None:
        raise DataError("has no FER+ votes", where=data.name, hint="train with everyday_head=0")
    votes, weights = vote_distribution(data.votes)
    named = [translate(label, FERPLUS) for label in data.label_set.labels]
    shares = votes[:, [FERPLUS.labels.index(label) for label in named if label is not None]]
    total = shares.sum(axis=1, keepdims=True)
    targets = np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)
    return targets, weights * total[:, 0]


def fer2013_distribution(data: FaceData, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """What FER2013 label the votes of each image make likely: P(label | votes).

    A multinomial logistic regression from the ten vote shares to the FER2013 label, fitted on
    ``rows`` only: the Training rows that are trained on.

    Returns
    -------
    ndarray of shape (n, 7), float32
        Rows sum to 1. Other rows are filled too, but nothing was fitted on them.

    Raises
    ------
    DataError
        If the data set has no votes.
    """
    if data.votes is None:
        raise DataError(
            "has no FER+ votes",
            where=data.name,
            hint="import them with --ferplus fer2013new.csv, or train without: data.ferplus=false "
            "loss.ferplus_head=0 loss.ferplus_blend=0 distillation.votes=0",
        )
    # Takes half a second to import, and whoever lists or imports data does not need it.
    from sklearn.linear_model import LogisticRegression

    shares = data.votes / np.maximum(data.votes.sum(axis=1, keepdims=True), 1)
    model = LogisticRegression(max_iter=500)
    model.fit(shares[rows], data.labels[rows])
    distribution = np.zeros((len(data), len(data.label_set)), dtype=np.float32)
    distribution[:, model.classes_] = model.predict_proba(shares)
    return distribution
