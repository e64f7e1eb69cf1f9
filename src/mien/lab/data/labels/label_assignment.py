"""From a source's own labels to positions in a label set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.emotions import (
    FER2013,
    FERPLUS,
    FOUR,
    POSITIVE_NEGATIVE,
    VALENCE_SET,
    LabelSet,
    known_label,
)
from mien.errors import DataError
from mien.lab.data.labels.label_names import label_hint, plain_label
from mien.lab.data.labels.mapping import DROP, Mapping
from mien.lab.data.source_content import SourceContent

DROPPED = -1
"""Position of a label that the mapping drops."""


def assign_labels(
    reading: SourceContent, mapping: Mapping | None = None
) -> tuple[NDArray[np.int64], LabelSet]:
    """Give the labels of a source their meaning.

    With a mapping: what it says, and nothing else. Without one, FER2013's numbers where the source
    is one that has them; or else names, of which the set follows: *four* if they are exactly its
    labels, *positive-negative* likewise, then the first of *fer2013*, *ferplus*, *valence* that
    has them all.

    Returns
    -------
    labels : ndarray of shape (n,), int64
        Positions in the label set, or ``DROPPED``.
    label_set : LabelSet

    Raises
    ------
    DataError
        If a label has no meaning; it names the label and the first row that has it.
    """
    first_rows: dict[str, int] = {}
    for row, own in enumerate(reading.labels):
        first_rows.setdefault(own, row)
    if mapping is not None:
        label_set, codes = mapping.target, _by_mapping(reading, first_rows, mapping)
    elif reading.fer2013_numbers and any(plain_label(own).isdecimal() for own in first_rows):
        label_set, codes = FER2013, _by_fer2013_number(reading, first_rows)
    else:
        label_set, codes = _by_name(reading, first_rows)
    return np.array([codes[own] for own in reading.labels], dtype=np.int64), label_set


def _by_mapping(
    reading: SourceContent, first_rows: dict[str, int], mapping: Mapping
) -> dict[str, int]:
    codes = {}
    for own, row in first_rows.items():
        if mapping.labels:
            label = mapping.labels.get(plain_label(own))
            known = list(mapping.labels)
        else:
            known = list(mapping.target.labels)
            label = next((name for name in (own.strip(), known_label(own)) if name in known), None)
        if label is None:
            raise DataError(
                f"the mapping does not name the label {own[:40]!r}",
                where=reading.where(row),
                hint=f"{label_hint(own, known)} (to leave it out, map it to {DROP})",
            )
        codes[own] = DROPPED if label == DROP else mapping.target.index(label)
    return codes


def _by_fer2013_number(reading: SourceContent, first_rows: dict[str, int]) -> dict[str, int]:
    numbers = [str(number) for number in range(len(FER2013))]
    for own, row in first_rows.items():
        if plain_label(own) not in numbers:
            raise DataError(
                f"label {own.strip()[:20]!r}, expected {numbers[0]} to {numbers[-1]}",
                where=reading.where(row),
                hint=", ".join(f"{number} {name}" for number, name in enumerate(FER2013.labels)),
            )
    return {own: numbers.index(plain_label(own)) for own in first_rows}


def _by_name(reading: SourceContent, first_rows: dict[str, int]) -> tuple[LabelSet, dict[str, int]]:
    labels: dict[str, str] = {}
    for own, row in first_rows.items():
        label = known_label(own)
        if label is None:
            if plain_label(own).isdecimal():
                raise DataError(
                    f"nobody says what the label {own.strip()[:20]} means",
                    where=reading.where(row),
                    hint="name a mapping: --mapping fer2013 (0 angry … 6 neutral), rafdb, "
                    "affectnet, or a file of yours",
                )
            raise DataError(
                f"unknown label {own[:40]!r}",
                where=reading.where(row),
                hint=f"{label_hint(own, FERPLUS.labels)} (for other labels write a mapping "
                "file and name it with --mapping)",
            )
        labels[own] = label
    found = set(labels.values())
    exact = [each for each in (FOUR, POSITIVE_NEGATIVE) if found == set(each.labels)]
    for label_set in (*exact, FER2013, FERPLUS, VALENCE_SET):
        if found <= set(label_set.labels):
            return label_set, {own: label_set.index(label) for own, label in labels.items()}
    own, row = next(
        (own, row) for own, row in first_rows.items() if labels[own] in VALENCE_SET.labels
    )
    raise DataError(
        f"label {own!r} is a valence, other labels are emotions",
        where=reading.where(row),
        hint="write a mapping file and name it with --mapping",
    )
