"""What an album is asked. The choices, defaults and limits of a question stand here, once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from mien.emotions import FERPLUS, FOUR, VALENCE_SET
from mien.errors import UsageError

LEAST_SCORE = 0.5
"""What ``mien album top`` names: photos of which the emotion is more likely true than not."""

FAINT_SCORE = 0.2
"""What the album's page shows, faded below ``LEAST_SCORE``, unless it is asked for fainter ones."""

MOST_PIXELS = 100_000
"""The highest size that can be asked for."""

MOST_SHARPNESS = 10.0
"""The highest sharpness that can be asked for."""

MOST_BRIGHTNESS = 1.0
"""The highest brightness that there is."""

LONGEST_TEXT = 500
"""Characters of weights, of an expression and of a pattern, where others send them."""


class Rule(StrEnum):
    """How the faces of a photo that count make its score."""

    MEAN = "mean"
    MIN = "min"
    ANY = "any"
    SHARE = "share"


class Labels(StrEnum):
    """The label sets by which photos can be ranked; ``seven`` are the model's own."""

    SEVEN = "seven"
    FOUR = FOUR.name
    FERPLUS = FERPLUS.name
    VALENCE = VALENCE_SET.name


class Bursts(StrEnum):
    """What is shown of a burst, and of photos that are alike: the best photo, or all of them."""

    BEST = "best"
    ALL = "all"


Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the album: by one emotion or expression, or by weights.

    Attributes
    ----------
    emotion : str
        A label of the set, or an expression over labels, faces, size, sharpness and brightness. Not
        looked at when there are weights.
    weights : tuple of (str, float)
        A weight from 0 to 1 for each emotion that counts; empty to ask by ``emotion``.
    expression : str
        With weights: only photos of which it is true; empty for all.
    labels : Labels
    rule : Rule
        ``mean`` and ``min`` of the emotion's probability, ``any`` the highest one, ``share`` the
        share of faces of which it is the first label. An expression is asked of the mean face, of
        every face, of any face, and ``share`` is the share of faces of which it is true.
    faces : tuple of int or None
        Least and most faces that count.
    taken_from, taken_to : float or None
        In seconds since 1970 on the camera's clock; the end is not included.
    folder : bytes or None
        Only photos below this absolute path.
    path : str or None
        Pattern over the whole path, or over its end when it has no ``/`` in front.
    sure : bool
        Faces of which the model is unsure do not count.
    min_size, min_sharpness, min_brightness : float
        Smaller (pixels), less sharp and darker faces do not count: the model sees faces at 48 × 48.
        See ``docs/guides/album.md`` for what the sharpness looks like. Faces of press photos have a
        brightness of 0.4 and more, on any skin; below 0.2 one hardly sees that there is a face.
    bursts : Bursts
        Also of photos that are alike.
    min_score : float
        Photos with a lower score do not fit, unless an expression makes the score.

    Raises
    ------
    UsageError
        If the rule, the set or what is shown of bursts is no choice.
    """

    emotion: str = "happy"
    weights: tuple[tuple[str, float], ...] = ()
    expression: str = ""
    labels: Labels = Labels.SEVEN
    rule: Rule = Rule.MEAN
    faces: tuple[int, int | None] = (1, None)
    taken_from: float | None = None
    taken_to: float | None = None
    folder: bytes | None = None
    path: str | None = None
    sure: bool = False
    min_size: float = 48.0
    min_sharpness: float = 0.05
    min_brightness: float = 0.2
    bursts: Bursts = Bursts.BEST
    min_score: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", _choice(Labels, self.labels, "label set"))
        object.__setattr__(self, "rule", _choice(Rule, self.rule, "rule"))
        object.__setattr__(self, "bursts", _choice(Bursts, self.bursts, "choice of a burst"))

    def to_dict(self) -> dict[str, Any]:
        """What lists say was asked, for JSON."""
        wanted: dict[str, Any] = {"emotion": self.emotion}
        if self.weights:
            wanted = {"weights": dict(self.weights), "expression": self.expression}
        return {**wanted, "labels": self.labels.value, "rule": self.rule.value}


def _choice(choices: type[Choice], text: str, thing: str) -> Choice:
    try:
        return choices(text)
    except ValueError:
        raise UsageError(
            f"there is no {thing} {text!r}", hint=f"one of: {', '.join(choices)}"
        ) from None
