"""Several imported data sets as one."""

from __future__ import annotations

import numpy as np

from mien.errors import DataError, UsageError
from mien.lab.data.faces import SPLITS, FaceData, ImageShape
from mien.lab.data.labels.relabel import relabel


def join_faces(
    parts: list[FaceData],
    name: str,
    *,
    label_set: str | None = None,
    measure_on: str | None = None,
) -> FaceData:
    """Put data sets one after another, each image in the split that it has.

    Images are brought to the smallest size among the parts, and to grey unless all are in colour.
    FER+ votes are kept where every part has them.

    Parameters
    ----------
    parts : list of FaceData
        Two or more, of different names.
    name : str
        Of the joined set.
    label_set : str, optional
        Translate each part to this label set first (see ``relabel``). Without it they must have
        one and the same.
    measure_on : str, optional
        Name of the part whose PublicTest and PrivateTest are the joined set's; those of the others
        are left out. So a figure can be compared with that of a training on this part alone.

    Raises
    ------
    UsageError
        If there are fewer than two different parts, or ``measure_on`` is none of them.
    DataError
        If the parts' label sets differ, or a part cannot be translated.
    """
    names = [part.name for part in parts]
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise UsageError("joining takes two or more data sets, each once")
    if measure_on is not None and measure_on not in names:
        raise UsageError(
            f"{measure_on!r} is none of the sets to join", hint=f"one of {', '.join(names)}"
        )
    if label_set is not None:
        parts = [relabel(part, label_set) for part in parts]
    _check_label_sets(parts)
    shape = ImageShape(
        min(part.image_shape.side for part in parts),
        all(part.image_shape.colour for part in parts),
    )
    parts = [part.fitted(shape) for part in parts]
    if measure_on is not None:
        parts = [part if part.name == measure_on else _training_of(part) for part in parts]
    votes = [part.votes for part in parts]
    known = [each for each in votes if each is not None]
    return FaceData(
        name,
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.splits for part in parts]),
        parts[0].label_set,
        np.concatenate(known) if len(known) == len(parts) else None,
        (_note(parts, measure_on), *_lost_votes(parts), *_notes_of(parts)),
    )


def _check_label_sets(parts: list[FaceData]) -> None:
    first = parts[0]
    for part in parts[1:]:
        if part.label_set != first.label_set:
            raise DataError(
                f"its label set is {part.label_set.name}, that of {first.name} is "
                f"{first.label_set.name}",
                where=part.name,
                hint="name one that all can be translated to, such as --labels positive-negative",
            )


def _training_of(part: FaceData) -> FaceData:
    return part.take(np.flatnonzero(part.splits == SPLITS.index("Training")))


def _note(parts: list[FaceData], measure_on: str | None) -> str:
    counted = ", ".join(f"{part.name} ({len(part):,} images)" for part in parts)
    tested = "" if measure_on is None else f"; PublicTest and PrivateTest are those of {measure_on}"
    return f"joined of {counted}{tested}"


def _lost_votes(parts: list[FaceData]) -> tuple[str, ...]:
    having = [part.name for part in parts if part.votes is not None]
    if not having or len(having) == len(parts):
        return ()
    return (f"the FER+ votes of {', '.join(having)} were left out: not all sets have votes",)


def _notes_of(parts: list[FaceData]) -> list[str]:
    return [f"{part.name}: {note}" for part in parts for note in part.notes]
