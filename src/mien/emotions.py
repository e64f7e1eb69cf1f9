"""Label sets: their order, colours and valence. The order is the order of a model's outputs."""

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

LABEL_SETS: dict[str, LabelSet] = {label_set.name: label_set for label_set in (FER2013, FERPLUS)}

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
    UNSURE: "#FFFFFF",
}
"""One colour a label, ``#RRGGBB``: Okabe and Ito's palette, which colour-blind readers can use."""

VALENCE: dict[str, int] = {
    "angry": -1,
    "disgust": -1,
    "fear": -1,
    "happy": 1,
    "sad": -1,
    "surprise": 0,
    "neutral": 0,
    "contempt": -1,
}
"""Sign of the feeling that the label usually stands for. Surprise is counted as neither."""
