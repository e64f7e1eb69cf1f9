"""``ModelCard``: what a model file says of itself. Stored as JSON in the ONNX metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mien.errors import ModelFileError
from mien.installing import how_to_update

CARD_VERSION = 6
METADATA_KEY = "mien.card"
"""Key of the card's JSON in the ONNX file's ``metadata_props``."""

ALL_ROWS = "all"
"""Rule of a score that leaves no row of the split out."""

EMBEDDING, ACTIVATION_MAPS = OTHER_OUTPUTS = ("embedding", "activation_maps")
"""Outputs of a model file beside its heads; files of the first card version have neither."""

MAPS_WANTED = "maps_wanted"
"""Input of a model file, a bool that is false when not given: whether to compute the maps."""

Colour = Literal["grey", "rgb"]

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CropGeometry(_Strict):
    """How a face crop is cut out of a photo, so that it looks like the crops of the training set.

    The crop is a square. Its unit is the geometric mean of the box's width and height: its side is
    ``scale`` units, its centre lies ``shift_y`` units below the box's. With ``align_roll`` it is
    turned towards the eye line, where landmarks are known, until ``roll_tolerance`` degrees are
    left; a face that is rolled by less is cut out as it is. 0 in files of the first three card
    versions.
    """

    scale: Positive
    shift_y: float
    align_roll: bool
    roll_tolerance: Annotated[float, Field(ge=0, lt=180)] = 0


class Head(_Strict):
    """One output of the model file: calibrated probabilities over ``labels``."""

    labels: tuple[str, ...]
    temperature: Positive
    """Divides the logits before softmax (Guo et al. 2017); fitted on PublicTest, in the graph."""


class ActivationMaps(_Strict):
    """The output that says where in a crop the model looks.

    Maps are ``(N, labels of the first head, h, w)`` float32, 0 or more; together they cover the
    central ``side`` × ``side`` pixels of the input. They are only there when the input
    ``MAPS_WANTED`` is true.
    """

    side: int
    method: str


class Score(_Strict):
    """One measured number with all that is needed to make it again."""

    head: str
    metric: str
    split: str
    rule: str
    n: int
    value: float
    low: float | None = None
    high: float | None = None


def find_score(
    scores: Iterable[Score], split: str, metric: str, rule: str = ALL_ROWS
) -> Score | None:
    """The first score with this split, metric and rule, or None."""
    wanted = (split, metric, rule)
    return next((s for s in scores if (s.split, s.metric, s.rule) == wanted), None)


class Balanced(_Strict):
    """A second operating point, at which rare classes are found more often, at some cost.

    The probabilities of the first head are multiplied by ``factors`` (one a label) and divided by
    their sum: post-hoc logit adjustment (Menon et al. 2021, section 4.1) by ``-strength`` times the
    logarithm of how often the model expects each class. ``unsure_below`` and ``scores`` are those
    of this point.
    """

    factors: tuple[Positive, ...]
    strength: Annotated[float, Field(ge=0)]
    unsure_below: Fraction
    scores: tuple[Score, ...] = ()


class Legibility(_Strict):
    """Whether a crop shows a face that can be read at all: upright, uncovered, in a clear picture.

    A linear score of the embedding, ``weights · embedding + intercept``, fitted to tell faces from
    noise, patterns and faces that are upside down or in pieces. Crops ``below`` are *unsure*.
    """

    weights: tuple[float, ...]
    intercept: float
    below: float


class Trust(_Strict):
    """How likely the word is right: a logistic regression on what is seen of a face.

    ``top`` is for the log odds of the highest probability, ``margin`` for its lead over the second,
    ``heads`` and ``mirror`` for the Jensen-Shannon divergence, in nats, between the heads and
    between the crop and its mirror image. A face whose trust is ``below`` is *unsure*.
    """

    intercept: float
    top: float
    margin: float
    heads: float
    mirror: float
    below: Fraction


class Reading(_Strict):
    """How the outputs of a model become the probabilities that people are shown.

    ``weights`` says by head what share its log probabilities have in the mean; labels are those of
    the first head. With ``mirrored`` each head is the mean over the crop and its mirror image.
    """

    weights: dict[str, Annotated[float, Field(ge=0)]]
    mirrored: bool
    trust: Trust


class Training(_Strict):
    """Where the weights come from."""

    recipe: dict[str, Any]
    seed: int
    data: str
    data_sha256: str
    epochs: int
    minutes: float
    torch: str


class ModelCard(_Strict):
    """What a model file says of itself.

    ``name`` and ``summary`` say which model it is; ``created`` is the date of the file and
    ``mien_version`` what wrote it, in the form ``card_version``. ``parameters`` counts weights,
    ``macs`` the multiply-accumulates of one crop. ``licence`` is that of the weights,
    ``training_data`` and ``training`` say where they come from, ``commands`` how to make the file
    again, ``scores`` how good it is and ``limits`` where not to trust it.

    The file takes crops of ``input_height`` × ``input_width`` pixels, grey or RGB as ``colour``
    says; those of the first five card versions take grey ones.

    ``heads`` maps the name of each ONNX output to its labels and temperature. ``unsure_below`` is
    the threshold on the top probability of the first head under which a face is *unsure*.
    ``embedding`` is the number of values of the output of that name, ``activation_maps`` describes
    the other one; None for a file that does not have it. ``balanced`` is a second operating point
    that the runtime can take, None for a file of the first two card versions. ``crop`` is how a
    crop is cut out of a photo. ``readings`` are ways
    to put the heads together, by name, and ``legibility`` says of which crops nothing is said;
    files of the first four card versions have neither.
    """

    card_version: int = CARD_VERSION
    name: str
    summary: str
    created: str
    mien_version: str
    input_height: int
    input_width: int
    colour: Colour = "grey"
    heads: dict[str, Head]
    crop: CropGeometry
    unsure_below: Fraction
    embedding: int | None = None
    activation_maps: ActivationMaps | None = None
    balanced: Balanced | None = None
    readings: dict[str, Reading] = {}
    legibility: Legibility | None = None
    parameters: int
    macs: int
    licence: str
    training_data: str
    limits: str
    training: Training
    scores: tuple[Score, ...]
    commands: tuple[str, ...]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one crop: ``(height, width)``, or ``(height, width, 3)`` for RGB."""
        return (self.input_height, self.input_width, *((3,) if self.colour == "rgb" else ()))

    @property
    def takes(self) -> str:
        """What the file takes, for people: ``uint8 (n, 48, 48)``."""
        return f"uint8 (n, {', '.join(map(str, self.input_shape))})"

    def score(self, split: str, metric: str, rule: str = ALL_ROWS) -> Score | None:
        """The first score of this ``split``, ``metric`` and ``rule``; None when there is none.

        ``rule`` says which images count: all, or for example those ``"without twins"``.
        """
        return find_score(self.scores, split, metric, rule)

    def to_json(self) -> str:
        """The card as one line of JSON."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str, where: object) -> ModelCard:
        """Parse a card from the JSON ``text``; ``where`` names the file in errors.

        Raises
        ------
        ModelFileError
            If the card is from a newer version of Mien or does not have a card's form.
        """
        try:
            raw = json.loads(text)
        except ValueError as error:
            raise ModelFileError("its card is not JSON", where=where) from error
        version = raw.get("card_version") if isinstance(raw, dict) else None
        if isinstance(version, int) and version > CARD_VERSION:
            raise ModelFileError(
                f"its card has version {version}, this Mien reads up to {CARD_VERSION}",
                where=where,
                hint=f"update with: {how_to_update()}",
            )
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise ModelFileError(
                f"its card is not valid: {key or 'card'}: {first['msg']}", where=where
            ) from error
