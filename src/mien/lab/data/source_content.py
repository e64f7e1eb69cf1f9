"""``SourceContent``: what a source holds, before its labels are given a meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.lab.section import Section


class Columns(Section):
    """Names of the columns of a CSV or Parquet file; None: the usual ones are looked for."""

    image: str | None = None
    label: str | None = None
    split: str | None = None
    person: str | None = None

    def find(self, role: str, usual: tuple[str, ...], header: list[str]) -> str | None:
        """The column of ``header`` that plays ``role``, whatever its case; None if there is none.

        A column named by the user is not replaced by a usual one.
        """
        named: str | None = getattr(self, role)
        wanted = usual if named is None else (named,)
        for name in wanted:
            for column in header:
                if column.strip().lower() == name.lower():
                    return column
        return None


USUAL_PERSON_COLUMNS = ("person", "subject", "participant", "identity")
"""Who is in an image, where a table says it."""


@dataclass(frozen=True)
class SourceContent:
    """The rows of a source.

    Attributes
    ----------
    images : ndarray of shape (n, side, side) or (n, side, side, 3), uint8
    labels : list of str
        One a row, as the source has them: names or numbers.
    splits : ndarray of shape (n,), uint8
        Positions in ``mien.lab.data.faces.SPLITS``.
    where : callable
        The place of a row, for errors.
    fer2013_numbers : bool
        Whether numbers among the labels can be taken for FER2013's own numbering.
    votes : ndarray of shape (n, 10), uint8, or None
        FER+ votes, where the source holds them.
    notes : tuple of str
        What was decided while reading, a sentence each.
    ordered : bool
        Whether the rows have an order of their own, so that votes can be joined by row.
    sources : tuple of str, or None
        What each row was taken from (a video, a photo), or who it shows, where that is known: the
        rows of one are held out together.
    sources_are : str
        What these are, for people: "file" or "person".
    """

    images: NDArray[np.uint8]
    labels: list[str]
    splits: NDArray[np.uint8]
    where: Callable[[int], str]
    fer2013_numbers: bool = False
    votes: NDArray[np.uint8] | None = None
    notes: tuple[str, ...] = ()
    ordered: bool = True
    sources: tuple[str, ...] | None = None
    sources_are: str = "file"


def persons_of(values: list[str]) -> tuple[str, ...]:
    """The sources of rows whose persons are named; a row without a name is a person of its own."""
    return tuple(value or f"\0row {row}" for row, value in enumerate(values))
