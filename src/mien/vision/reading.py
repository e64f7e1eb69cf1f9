"""Readings: how the outputs of a model become the probabilities and the word that are shown.

A model has several heads that were taught different things: FER2013's labels call many ordinary
faces sad or angry that ten annotators (FER+) call neutral, and people who look at everyday photos
agree with the annotators. Which reading is right depends on what it is for: see
docs/decisions/0010-readings.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.card import Legibility, ModelCard, Trust
from mien.emotions import LABEL_SETS, translate
from mien.errors import ModelFileError, UsageError, did_you_mean
from mien.options import kind_of

EVERYDAY = "everyday"
"""The default, for what people are shown: the heads put together as everyday photos want it."""

BALANCED = "balanced"
"""The first head's second operating point, at which rare expressions are found more often."""

ILLEGIBLE, UNDECIDED = "illegible", "undecided"
"""Why a face is *unsure*: the crop shows no face that can be read, or no word is likely enough."""

_LEAST = 1e-6
"""Probabilities are raised to this before the logarithm."""

Probabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Readings:
    """What is read of ``n`` faces.

    Attributes
    ----------
    probabilities : float64 ndarray of shape (n, labels)
        Rows sum to 1; labels are those of the model's first head.
    doubts : float64 ndarray of shape (n, 3)
        By how much the heads disagree and by how much the crop and its mirror image do (both
        Jensen-Shannon divergences, 0 to the logarithm of how many are compared), and the score of
        legibility; 0 for what the reading does not look at.
    """

    probabilities: Probabilities
    doubts: NDArray[np.float64]

    def of(self, position: int) -> Readings:
        """Those of one face."""
        only = slice(position, position + 1)
        return Readings(self.probabilities[only], self.doubts[only])

    def towards(self, other: Readings, share: float) -> Readings:
        """These moved by a share, 0 to 1, of the way to those of ``other``."""
        return Readings(
            self.probabilities + share * (other.probabilities - self.probabilities),
            self.doubts + share * (other.doubts - self.doubts),
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """One reading of one model.

    Attributes
    ----------
    name : str
    labels : tuple of str
        Of the probabilities.
    weights : dict of str to float
        By head, its share in the mean of log probabilities.
    columns : dict of str to tuple of int
        By head, where its output has each of ``labels``.
    mirrored : bool
        Whether the mirror image is read, too.
    factors : tuple of float or None
        By label, what probabilities are multiplied by.
    unsure_below : float
        Threshold on the top probability, where there is no ``trust``.
    trust : Trust or None
    legibility : Legibility or None
    """

    name: str
    labels: tuple[str, ...]
    weights: dict[str, float]
    columns: dict[str, tuple[int, ...]]
    mirrored: bool
    factors: tuple[float, ...] | None
    unsure_below: float
    trust: Trust | None
    legibility: Legibility | None

    def read(
        self,
        straight: dict[str, NDArray[np.float32]],
        mirrored: dict[str, NDArray[np.float32]] | None,
        embeddings: NDArray[np.float32] | None,
    ) -> Readings:
        """Put the heads together.

        Parameters
        ----------
        straight : dict of str to ndarray of shape (n, labels of the head)
            Calibrated probabilities of the crops, by head.
        mirrored : dict like ``straight``, or None
            Of the crops' mirror images; needed if ``self.mirrored``.
        embeddings : ndarray of shape (n, D), or None
            Needed if the reading looks at legibility.
        """
        one = {head: self._shares(straight, head) for head in self.weights}
        both, doubts = one, np.zeros((len(next(iter(one.values()))), 3))
        if self.mirrored:
            assert mirrored is not None
            other = {head: self._shares(mirrored, head) for head in self.weights}
            both = {head: (one[head] + other[head]) / 2 for head in self.weights}
            doubts[:, 1] = divergence(self._joined(one), self._joined(other))
        if len(both) > 1:
            doubts[:, 0] = divergence(*both.values())
        if self.legibility is not None:
            assert embeddings is not None
            weights = np.array(self.legibility.weights)
            doubts[:, 2] = embeddings @ weights + self.legibility.intercept
        return Readings(self._joined(both), doubts)

    def trust_in(self, found: Readings) -> NDArray[np.float64]:
        """How likely the top label is right, 0 to 1, ``(n,)``: by ``trust``, else its probability.

        Legibility is apart: see ``why_unsure``.
        """
        if self.trust is None:
            top: NDArray[np.float64] = found.probabilities.max(axis=1)
            return top
        weights = (self.trust.top, self.trust.margin, self.trust.heads, self.trust.mirror)
        odds = self.trust.intercept + trust_evidence(found) @ np.array(weights)
        trusted: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
        return trusted

    @property
    def trusted_from(self) -> float:
        """Least trust at which a word is said."""
        return self.unsure_below if self.trust is None else self.trust.below

    def why_unsure(self, found: Readings, margin: float = 0) -> list[str | None]:
        """Of each face: ``ILLEGIBLE``, ``UNDECIDED``, or None where the word is said.

        ``margin`` is what the trust has to be above its threshold; a trust of 1 is always enough.
        """
        undecided = self.trust_in(found) < min(self.trusted_from + margin, 1.0)
        illegible = np.zeros(len(undecided), bool)
        if self.legibility is not None:
            illegible = found.doubts[:, 2] < self.legibility.below
        return [
            ILLEGIBLE if unreadable else UNDECIDED if doubtful else None
            for unreadable, doubtful in zip(illegible, undecided, strict=True)
        ]

    def _shares(self, by_head: dict[str, NDArray[np.float32]], head: str) -> Probabilities:
        """A head's probabilities of ``labels``, rows summing to 1."""
        shares = by_head[head][:, list(self.columns[head])].astype(np.float64)
        shares /= shares.sum(axis=1, keepdims=True).clip(_LEAST)
        return shares

    def _joined(self, by_head: dict[str, Probabilities]) -> Probabilities:
        if self.factors is None and len(by_head) == 1:
            return next(iter(by_head.values()))
        logs = sum(
            weight * np.log(by_head[head].clip(_LEAST)) for head, weight in self.weights.items()
        )
        if self.factors is not None:
            logs = logs + np.log(self.factors)
        joined: Probabilities = np.exp(logs - np.max(logs, axis=1, keepdims=True, initial=-np.inf))
        joined /= joined.sum(axis=1, keepdims=True)
        return joined


def reading_names(card: ModelCard) -> tuple[str, ...]:
    """The readings of a model, its default first."""
    balanced = (BALANCED,) if card.balanced is not None else ()
    return (*card.readings, next(iter(card.heads)), *balanced)


def make_reader(card: ModelCard, name: str | None = None) -> Reader:
    """The reading of this name; the model's default when None.

    Parameters
    ----------
    card : ModelCard
    name : str, optional
        One of ``reading_names(card)``: ``"everyday"`` where the card has it, the first head's name
        (``"fer2013"``) for that head alone, ``"balanced"`` for its second operating point.

    Raises
    ------
    UsageError
        If the model has no such reading.
    ModelFileError
        If the card's reading names heads or labels that the model has not.
    """
    if name is not None and not isinstance(name, str):
        raise UsageError(f"reading is {kind_of(name)}, expected text")
    known = reading_names(card)
    name = known[0] if name is None else name
    if name not in known:
        raise UsageError(
            f"{card.name} has no reading {name!r}",
            hint=did_you_mean(name, known) or f"one of {', '.join(known)}",
        )
    main = next(iter(card.heads))
    labels = card.heads[main].labels
    found = card.readings.get(name)
    weights = {main: 1.0} if found is None else dict(found.weights)
    balanced = card.balanced if name == BALANCED and found is None else None
    return Reader(
        name=name,
        labels=labels,
        weights=weights,
        columns={head: _columns(card, head, labels) for head in weights},
        mirrored=found is not None and found.mirrored,
        factors=None if balanced is None else balanced.factors,
        unsure_below=card.unsure_below if balanced is None else balanced.unsure_below,
        trust=None if found is None else found.trust,
        legibility=None if found is None else card.legibility,
    )


def divergence(*opinions: Probabilities) -> NDArray[np.float64]:
    """Jensen-Shannon divergence of two or more ``(n, labels)``, row by row (Lin 1991).

    In nats: 0 to the logarithm of how many there are, each counting the same.
    """
    middle: Probabilities = np.mean(opinions, axis=0)

    def towards(shares: Probabilities) -> NDArray[np.float64]:
        ratio = np.log(shares.clip(_LEAST)) - np.log(middle.clip(_LEAST))
        summed: NDArray[np.float64] = (shares * ratio).sum(axis=1)
        return summed

    apart: NDArray[np.float64] = np.mean([towards(each) for each in opinions], axis=0)
    return np.maximum(apart, 0)


def trust_evidence(found: Readings) -> NDArray[np.float64]:
    """What the trust is told of each face, ``(n, 4)``: log odds, lead, heads, mirror image."""
    ordered = np.sort(found.probabilities, axis=1)
    top, second = ordered[:, -1], ordered[:, -2]
    return np.column_stack([log_odds(top), top - second, found.doubts[:, :2]])


def log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """``log(p / (1 - p))``, bounded to ±9.2 (p from 0.0001 to 0.9999)."""
    bounded = probability.clip(1e-4, 1 - 1e-4)
    odds: NDArray[np.float64] = np.log(bounded / (1 - bounded))
    return odds


def _columns(card: ModelCard, head: str, labels: tuple[str, ...]) -> tuple[int, ...]:
    if head not in card.heads:
        raise ModelFileError(f"a reading of {card.name} names the head {head!r}, which it has not")
    has = card.heads[head].labels
    target = LABEL_SETS.get(head)
    named = [label if target is None else translate(label, target) for label in labels]
    missing = [label for label, there in zip(labels, named, strict=True) if there not in has]
    if missing:
        raise ModelFileError(
            f"a reading of {card.name} wants {', '.join(missing)} of the head {head!r}"
        )
    return tuple(has.index(label) for label in named if label is not None)
