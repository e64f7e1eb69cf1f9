"""Whether FER+ votes were joined to the images that they were given for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.lab.data.audit.label_agreement import compare_with_majority
from mien.lab.data.faces import SPLITS, FaceData

FER2013_AGREEMENT = 0.676
"""Share of FER2013's labels that the FER+ majority has too, of 31,409 images with a majority."""

LEAST_KAPPA = 0.3
"""Cohen's kappa of votes and labels below which the import warns: FER2013's is 0.60, that of votes
on the wrong rows 0."""

BLOCK = 1000
"""Rows that are looked at together for a stretch where the join is wrong."""

LEAST_COMPARED = 20
"""Images with a majority that a split or stretch needs to be judged."""

FAR_BELOW = 0.1
"""Votes and labels that agree so much less than FER2013's are worth a word in an audit."""

STANDARD_ERRORS = 4.0
"""A part that is called wrong agrees by so much less than its labels make likely."""


@dataclass(frozen=True)
class VoteJoin:
    """How the votes of a data set fit its labels.

    Attributes
    ----------
    compared : int
        Images with a majority that can be compared with their label.
    share : float
        Share of them that agree, 0 to 1.
    by_chance : float
        Share that would agree if votes and labels had nothing to do with one another.
    wrong_splits : tuple of str
        Splits where the votes fit far worse than in the others.
    wrong_rows : tuple of (int, int), or None
        First and last row, from 0, of the stretches where they do; None when there are none.
    """

    compared: int
    share: float
    by_chance: float
    wrong_splits: tuple[str, ...] = ()
    wrong_rows: tuple[int, int] | None = None

    @property
    def kappa(self) -> float:
        """Cohen's kappa: the agreement beyond chance, 1 when all agree."""
        return 1.0 if self.by_chance >= 1 else (self.share - self.by_chance) / (1 - self.by_chance)

    @property
    def sentence(self) -> str:
        """The agreement in words."""
        return (
            f"they agree with the labels on {self.share:.1%} of {self.compared:,} images "
            f"(FER2013: {FER2013_AGREEMENT:.1%}; by chance {self.by_chance:.1%})"
        )

    @property
    def is_low(self) -> bool:
        """Whether they agree far less than FER2013's do, for whatever reason."""
        return self.compared >= LEAST_COMPARED and self.share < FER2013_AGREEMENT - FAR_BELOW

    @property
    def warning(self) -> str | None:
        """What has to be said when votes seem to be on the wrong rows; None when all is well."""
        advice = "are both files as they were downloaded, none of them sorted, shuffled or cleaned?"
        if self.compared >= LEAST_COMPARED and self.kappa < LEAST_KAPPA:
            return (
                f"the FER+ votes seem to be joined to the wrong images: {self.sentence}; {advice}"
            )
        if self.wrong_splits:
            places = f"in {' and '.join(self.wrong_splits)}"
        elif self.wrong_rows is not None:
            places = f"between rows {self.wrong_rows[0]:,} and {self.wrong_rows[1]:,}"
        else:
            return None
        return (
            f"the FER+ votes seem to be joined to the wrong images {places}: there they agree with "
            f"the labels far less than elsewhere; {advice}"
        )


def check_join(data: FaceData) -> VoteJoin | None:
    """Hold the votes of a data set against its labels, as a whole and part by part.

    Returns
    -------
    VoteJoin or None
        None without votes, or when no label has a counterpart among the emotions of FER+.
    """
    if data.votes is None:
        return None
    compared, voted = compare_with_majority(data)
    if not compared.any():
        return None
    agrees = compared & (voted == data.labels)
    labels = len(data.label_set)
    of_label = np.bincount(data.labels[compared], minlength=labels)
    right = np.bincount(data.labels[agrees], minlength=labels)
    majorities = voted[compared]
    # By label: share of all majorities that stand for it, whosever they are; and what agrees.
    chance = np.bincount(majorities[majorities >= 0], minlength=labels) / compared.sum()
    usual = right / np.maximum(of_label, 1)
    expected, by_chance = usual[data.labels], chance[data.labels]

    def wrong(part: NDArray[np.int64]) -> bool:
        rows = part[compared[part]]
        if len(rows) < LEAST_COMPARED:
            return False
        found, likely = agrees[rows].mean(), expected[rows].mean()
        error = np.sqrt(likely * (1 - likely) / len(rows))
        nearer_to_chance = found < (likely + by_chance[rows].mean()) / 2
        return bool(nearer_to_chance and found < likely - STANDARD_ERRORS * error)

    splits = [np.flatnonzero(data.splits == code) for code in range(len(SPLITS))]
    everything = np.arange(len(data))
    blocks = [everything[start : start + BLOCK] for start in range(0, len(data), BLOCK)]
    wrong_blocks = [block for block in blocks if wrong(block)]
    return VoteJoin(
        int(compared.sum()),
        float(agrees.sum() / compared.sum()),
        float(by_chance[compared].mean()),
        tuple(name for name, rows in zip(SPLITS, splits, strict=True) if wrong(rows)),
        (int(wrong_blocks[0][0]), int(wrong_blocks[-1][-1])) if wrong_blocks else None,
    )
