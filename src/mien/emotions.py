"""Label sets: their order, colours, valence and what a label of one is called in another.

The order of a set is the order of a model's outputs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelSet:
    """An ordered set of expression labels.

    Attributes
    ----------
    name : str
        Key of the set, for example ``"fer2013"``.
    labels : tuple of str
        Labels in the order of the model's outputs.
    """

    name: str
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def index(self, label: str) -> int:
        """Position of ``label``; raises ``ValueError`` for an unknown one."""
        return self.labels.index(label)


FER2013 = LabelSet("fer2013", ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"))
"""The seven classes of FER2013 in its own numbering 0 to 6 (Goodfellow et al. 2013)."""

FERPLUS = LabelSet(
    "ferplus", ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt")
)
"""The eight emotions of FER+ in the order of its vote columns (Barsoum et al. 2016)."""

FOUR = LabelSet("four", ("angry", "happy", "sad", "neutral"))
"""The four emotions that are told apart best, as photo albums use them."""

VALENCE_SET = LabelSet("valence", ("positive", "negative", "neutral"))
"""The sign of the feeling as a label set; ``VALENCE`` says which emotion has which."""

POSITIVE_NEGATIVE = LabelSet("positive-negative", ("positive", "negative"))
"""The sign of the feeling where there is one: neutral faces are no part of it."""

LABEL_SETS: dict[str, LabelSet] = {
    label_set.name: label_set
    for label_set in (FER2013, FERPLUS, FOUR, VALENCE_SET, POSITIVE_NEGATIVE)
}

UNSURE = "unsure"
"""Label of a face whose top probability is below the model's threshold."""

COLOURS: dict[str, str] = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#F0E442",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#BBBBBB",
    "contempt": "#E69F00",
    "positive": "#44AA99",
    "negative": "#882255",
    UNSURE: "#FFFFFF",
}
"""One colour a label, ``#RRGGBB``, which colour-blind readers can tell apart inside a label set.

Okabe and Ito's palette, and for *positive* and *negative* two of Paul Tol's muted scheme.
"""

OTHER_COLOUR = "#BBBBBB"
"""Colour of a label that has none of its own: what other people's models call a face."""

VALENCE: dict[str, int] = {
    "angry": -1,
    "disgust": -1,
    "fear": -1,
    "happy": 1,
    "sad": -1,
    "surprise": 0,
    "neutral": 0,
    "contempt": -1,
    "positive": 1,
    "negative": -1,
}
"""Sign of the feeling that the label usually stands for. Surprise is counted as neither."""

SYNONYMS: dict[str, str] = {
    "anger": "angry",
    "disgusted": "disgust",
    "afraid": "fear",
    "fearful": "fear",
    "scared": "fear",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "surprised": "surprise",
    "contemptuous": "contempt",
}
"""Other names that data sets give to the labels above."""


def known_label(name: str) -> str | None:
    """The label that ``name`` stands for, whatever its case; None for a name nobody knows.

    >>> known_label("Happiness")
    'happy'
    """
    name = name.strip().lower()
    name = SYNONYMS.get(name, name)
    return name if name in VALENCE else None


def translate(label: str, target: LabelSet) -> str | None:
    """What ``label`` of any set is called in ``target``; None where it has no counterpart.

    In ``VALENCE_SET`` an emotion becomes its sign, and only *neutral* is neutral: *surprise*, which
    is neither positive nor negative but no neutral face either, has no counterpart. In
    ``POSITIVE_NEGATIVE`` *neutral* has none either.

    >>> translate("contempt", VALENCE_SET), translate("contempt", FER2013)
    ('negative', None)
    """
    known = known_label(label)
    by_sign = target in (VALENCE_SET, POSITIVE_NEGATIVE)
    if by_sign and known is not None and known not in target.labels:
        return {1: "positive", -1: "negative"}.get(VALENCE[known])
    return next((name for name in (label, known) if name in target.labels), None)
