"""How many images each class has in each split."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mien.lab.data.faces import SPLITS, FaceData

ALL = "all"
"""Stands for all splits, or for all labels."""


@dataclass(frozen=True)
class ClassCounts:
    """The images of one split by class.

    Attributes
    ----------
    split : str
        Of ``SPLITS``, or ``ALL``.
    images : int
    counts : dict of str to int
        Images of every label of the set, zeros too.
    imbalance_ratio : float or None
        Largest class over smallest, among the classes with images; None with fewer than two such.
    """

    split: str
    images: int
    counts: dict[str, int]
    imbalance_ratio: float | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Labels without an image."""
        return tuple(label for label, count in self.counts.items() if not count)

    def share(self, label: str) -> float:
        """Share of a label, 0 to 1."""
        return self.counts[label] / self.images if self.images else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain types, with shares and missing labels."""
        return {
            **asdict(self),
            "shares": {label: round(self.share(label), 6) for label in self.counts},
            "missing": list(self.missing),
        }


def class_counts(data: FaceData) -> tuple[ClassCounts, ...]:
    """Class counts of every split with images, in the order of ``SPLITS``, then of all."""
    found = []
    for split in (*SPLITS, ALL):
        chosen = data.labels if split == ALL else data.labels[data.splits == SPLITS.index(split)]
        if not len(chosen):
            continue
        counts = np.bincount(chosen, minlength=len(data.label_set)).tolist()
        present = [count for count in counts if count]
        found.append(
            ClassCounts(
                split=split,
                images=len(chosen),
                counts=dict(zip(data.label_set.labels, counts, strict=True)),
                imbalance_ratio=max(present) / min(present) if len(present) > 1 else None,
            )
        )
    return tuple(found)
