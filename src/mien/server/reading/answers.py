"""The form of the answers, for the description of the API (OpenAPI)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mien.card import Fraction, Score
from mien.server.answer_form import AnswerForm


class Explanation(AnswerForm):
    """The crop that the model saw, and where it looked, by expression: 12×12 numbers, 0 to 1."""

    crop: str
    maps: dict[str, list[list[Fraction]]]


class SignAnswer(AnswerForm):
    """One thing that is visible."""

    name: str
    sentence: str
    strength: Fraction
    region: Literal["mouth", "eyes", "brows", "head"]
    side: Literal["left", "right"] | None
    action_units: list[int]
    speaks_for: str | None


class DistanceAnswer(AnswerForm):
    """Metres from the camera, with the interval for 90 of 100."""

    metres: float
    low: float
    high: float
    by: Literal["iris", "head"]
    focal_pixels: float
    focal_from: Literal["given", "exif", "assumed"]


class SignsAnswer(AnswerForm):
    """What is visible in a face; every key is described in docs/schema.md."""

    sentences: list[str]
    signs: list[SignAnswer]
    covered: list[Literal["mouth", "left_eye", "right_eye", "left_brow", "right_brow"]]
    head: dict[Literal["yaw", "pitch", "roll"], float]
    gaze: dict[Literal["yaw", "pitch"], float] | None
    eyes_open: dict[Literal["left", "right"], float]
    eyes_closed: bool
    distance: DistanceAnswer
    presence: Fraction
    blendshapes: dict[str, Fraction]


class FaceAnswer(AnswerForm):
    """A face; every key is described in docs/schema.md."""

    xyxy: tuple[float, float, float, float]
    score: Fraction
    landmarks: dict[str, tuple[float, float]] | None
    label: str
    top_emotion: str
    confidence: Fraction
    unsure: bool
    unsure_because: Literal["illegible", "undecided"] | None
    probabilities: dict[str, Fraction]
    ferplus: dict[str, Fraction]
    signs: SignsAnswer | None = None
    no_signs_because: str | None = None
    explanation: Explanation | None = None


class TimingAnswer(AnswerForm):
    """Milliseconds."""

    wait: float
    decode: float
    analyze: float
    total: float
    explain: float | None = None


class FrameAnswer(AnswerForm):
    """A picture and its faces, largest first."""

    # ``schema`` is taken by pydantic.
    schema_: Literal["mien.frame/2"] = Field(alias="schema")
    path: None
    width: int
    height: int
    detector: str
    model: str
    reading: str
    faces: list[FaceAnswer]
    incomplete: bool = False
    preview_of: str | None = None
    page: int | None = None
    pages: int | None = None
    timing_ms: TimingAnswer


class ModelAnswer(AnswerForm):
    """What a model's card says, in short."""

    name: str
    summary: str
    labels: list[str]
    reading: str
    unsure_below: Fraction
    parameters: int
    macs: int
    licence: str
    limits: str
    scores: list[Score]
    default: bool


class LimitsAnswer(AnswerForm):
    """What the server takes; see docs/guides/server.md."""

    max_bytes: int
    max_pixels: int
    max_requests: int
    max_fps: float


class ModelsAnswer(AnswerForm):
    """The models at hand, and the server's limits."""

    models: list[ModelAnswer]
    limits: LimitsAnswer


class HealthAnswer(AnswerForm):
    """Whether the server works."""

    status: Literal["ok"]
