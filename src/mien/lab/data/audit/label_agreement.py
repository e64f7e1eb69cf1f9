"""Whether the labels agree with the FER+ votes, and where they most likely err."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.emotions import FERPLUS, VALENCE_SET, LabelSet, known_label, translate
from mien.errors import DataError
from mien.lab.data.audit.counts import ALL
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.ferplus import VOTE_COLUMNS, majority

RULE = (
    "FER+ majority by Microsoft's rule: single votes are dropped, then the choice with over half "
    "of the rest counts; unknown and not-a-face do not"
)

SUSPECT_MARGIN = 0.8
"""Share of all votes by which the majority has to lead the label of a most likely error."""


@dataclass(frozen=True)
class LabelAgreement:
    """Agreement of the images of one label (or split).

    Attributes
    ----------
    name : str
        The label or split; ``ALL`` for all.
    images : int
    compared : int
        Those with a majority that can be compared.
    agreeing : int
    """

    name: str
    images: int
    compared: int
    agreeing: int

    @property
    def share(self) -> float | None:
        """Share of the images compared that agree, 0 to 1."""
        return self.agreeing / self.compared if self.compared else None

    def to_dict(self) -> dict[str, Any]:
        """Plain types, with the share."""
        share = self.share
        return {**asdict(self), "share": None if share is None else round(share, 6)}


@dataclass(frozen=True)
class Suspect:
    """An image whose label hardly any annotator would give.

    Attributes
    ----------
    row : int
        Position in the data set, from 0.
    split, label : str
    majority : str
        FER+'s name of the majority.
    label_votes, majority_votes, votes : int
        Votes for the label, for the majority, and all.
    """

    row: int
    split: str
    label: str
    majority: str
    label_votes: int
    majority_votes: int
    votes: int


@dataclass(frozen=True)
class AgreementAudit:
    """How the labels agree with the FER+ majority.

    Attributes
    ----------
    rule : str
    overall : LabelAgreement
    by_label, by_split : tuple of LabelAgreement
    cross_table : dict of str to dict of str to int
        Label → FER+ majority → images; "none" for no majority.
    without_counterpart : tuple of str
        Labels that FER+ does not have: not compared.
    not_faces : tuple of int
        Rows that most annotators (over half of all votes) took for no face.
    suspects : tuple of Suspect
        Rows whose majority leads the label by ``SUSPECT_MARGIN`` of the votes or more, the
        greatest lead first.
    """

    rule: str
    overall: LabelAgreement
    by_label: tuple[LabelAgreement, ...]
    by_split: tuple[LabelAgreement, ...]
    cross_table: dict[str, dict[str, int]]
    without_counterpart: tuple[str, ...]
    not_faces: tuple[int, ...]
    suspects: tuple[Suspect, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain types."""
        return {
            "rule": self.rule,
            "overall": self.overall.to_dict(),
            "by_label": [part.to_dict() for part in self.by_label],
            "by_split": [part.to_dict() for part in self.by_split],
            "cross_table": self.cross_table,
            "without_counterpart": list(self.without_counterpart),
            "not_faces": list(self.not_faces),
            "suspects": [asdict(suspect) for suspect in self.suspects],
        }


def find_agreement(data: FaceData) -> AgreementAudit | None:
    """Compare the labels with the FER+ majority; None without votes.

    A majority that the label set has no name for (contempt in FER2013) disagrees with any label;
    in ``VALENCE_SET``, where surprise has no sign, it is not compared.
    """
    if data.votes is None:
        return None
    majorities, counterpart = majority(data.votes), counterparts(data.label_set)
    compared, voted = compare_with_majority(data)
    agrees = compared & (voted == data.labels)
    everything = np.full(len(data), True)
    return AgreementAudit(
        rule=RULE,
        overall=_agreement(ALL, everything, compared, agrees),
        by_label=tuple(
            _agreement(label, data.labels == number, compared, agrees)
            for number, label in enumerate(data.label_set.labels)
        ),
        by_split=tuple(
            _agreement(split, data.splits == code, compared, agrees)
            for code, split in enumerate(SPLITS)
            if np.any(data.splits == code)
        ),
        cross_table=_cross_table(data, majorities),
        without_counterpart=tuple(
            label for number, label in enumerate(data.label_set.labels) if number not in counterpart
        ),
        not_faces=tuple(_not_faces(data.votes).tolist()),
        suspects=_suspects(data, majorities, counterpart, compared & ~agrees),
    )


def compare_with_majority(data: FaceData) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which images can be compared with the FER+ majority, and what that is in their label set.

    Returns
    -------
    compared : ndarray of shape (n,), bool
        There is a majority, and the label has a counterpart in FER+.
    voted : ndarray of shape (n,), int64
        Position of the majority in ``data.label_set.labels``; -1 where that has no name for it.

    Raises
    ------
    DataError
        If the data set has no votes.
    """
    if data.votes is None:
        raise DataError("has no FER+ votes", where=data.name)
    majorities = majority(data.votes)
    counterpart = counterparts(data.label_set)
    compared = (majorities >= 0) & np.isin(data.labels, counterpart[counterpart >= 0])
    if data.label_set == VALENCE_SET:
        compared &= counterpart[majorities] >= 0
    return compared, np.where(majorities >= 0, counterpart[majorities], -1)


def counterparts(label_set: LabelSet) -> NDArray[np.int64]:
    """What each FER+ emotion is in another label set.

    Returns
    -------
    ndarray of shape (8,), int64
        Position in ``label_set.labels`` of each emotion of ``FERPLUS``, or -1.
    """
    found = []
    for emotion in FERPLUS.labels:
        name = translate(emotion, label_set) or next(
            (label for label in label_set.labels if known_label(label) == emotion), None
        )
        found.append(-1 if name is None else label_set.index(name))
    return np.array(found, dtype=np.int64)


def _agreement(
    name: str, chosen: NDArray[np.bool_], compared: NDArray[np.bool_], agrees: NDArray[np.bool_]
) -> LabelAgreement:
    return LabelAgreement(
        name=name,
        images=int(chosen.sum()),
        compared=int((chosen & compared).sum()),
        agreeing=int((chosen & agrees).sum()),
    )


def _cross_table(data: FaceData, majorities: NDArray[np.int64]) -> dict[str, dict[str, int]]:
    counts = np.zeros((len(data.label_set), len(FERPLUS) + 1), dtype=np.int64)
    np.add.at(counts, (data.labels, majorities), 1)  # -1, no majority, is the last column
    return {
        label: dict(zip((*FERPLUS.labels, "none"), row.tolist(), strict=True))
        for label, row in zip(data.label_set.labels, counts, strict=True)
    }


def _not_faces(votes: NDArray[np.uint8]) -> NDArray[np.int64]:
    no_face = votes[:, VOTE_COLUMNS.index("nf")].astype(np.int64)
    return np.flatnonzero(2 * no_face > votes.sum(axis=1))


def _suspects(
    data: FaceData,
    majorities: NDArray[np.int64],
    counterpart: NDArray[np.int64],
    disagrees: NDArray[np.bool_],
) -> tuple[Suspect, ...]:
    assert data.votes is not None
    votes = data.votes.astype(np.int64)
    rows = np.flatnonzero(disagrees)
    # In a coarser set several emotions stand for one label.
    for_label = np.where(
        counterpart[None] == data.labels[rows, None], votes[rows, : len(FERPLUS)], 0
    ).sum(axis=1)
    for_majority = votes[rows, majorities[rows]]
    total = votes[rows].sum(axis=1)
    lead = (for_majority - for_label) / total
    order = np.lexsort((rows, -lead))
    return tuple(
        Suspect(
            row=int(rows[at]),
            split=SPLITS[data.splits[rows[at]]],
            label=data.label_set.labels[data.labels[rows[at]]],
            majority=FERPLUS.labels[majorities[rows[at]]],
            label_votes=int(for_label[at]),
            majority_votes=int(for_majority[at]),
            votes=int(total[at]),
        )
        for at in order
        if lead[at] >= SUSPECT_MARGIN - 1e-9
    )
