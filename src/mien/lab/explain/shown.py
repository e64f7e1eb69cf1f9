"""The images that an explanation shows: rows of a data set, or faces out of photos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.errors import DataError
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.evaluation.subject import Subject

MOST_PREDICTED = 100
"""Images of a class among which a right and a wrong answer are looked for."""


@dataclass(frozen=True)
class Shown:
    """One image to explain.

    Attributes
    ----------
    name : str
        What it is called, for example ``row 17 (PublicTest)`` or ``party.jpg, face 2``.
    image : ndarray of shape (side, side) or (side, side, 3), uint8
    label : str or None
        Where it is known.
    """

    name: str
    image: NDArray[np.uint8]
    label: str | None = None

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The image as RGB, whether it is grey or not: ``(side, side, 3)`` uint8."""
        return np.repeat(self.image[..., None], 3, axis=2) if self.image.ndim == 2 else self.image


def row_to_show(data: FaceData, row: int) -> Shown:
    """One row of a data set.

    Raises
    ------
    DataError
        If there is no such row.
    """
    if not 0 <= row < len(data):
        raise DataError(
            f"{data.name} has no such row, its rows are 0 to {len(data) - 1}", where=f"row:{row}"
        )
    split = SPLITS[data.splits[row]]
    label = data.label_set.labels[data.labels[row]]
    return Shown(f"row {row} ({split})", data.images[row], label)


def rows_to_show(subject: Subject, data: FaceData, rows: NDArray[np.int64]) -> tuple[Shown, ...]:
    """Of each class among ``rows`` one image that is answered rightly and one that is not.

    Drawn at random, the same ones every time; a class of which ``MOST_PREDICTED`` images have no
    right or no wrong answer has one image only.
    """
    main = next(iter(subject.labels))
    shown = []
    for position in range(len(data.label_set)):
        of_class = rows[data.labels[rows] == position]
        drawn = np.random.default_rng(0).permutation(of_class)[:MOST_PREDICTED]
        if not len(drawn):
            continue
        predicted = subject.logits(data.images[drawn], "single")[main].argmax(axis=1)
        right = predicted == position
        for found in (drawn[right][:1], drawn[~right][:1]):
            shown += [row_to_show(data, int(row)) for row in found]
    return tuple(shown)
