"""The form of the answers, for the description of the API (OpenAPI)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mien.card import Fraction, Score


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Answer):
    """What went wrong: the HTTP status again, what is wrong, and what to do about it."""

    status: int
    what: str
    hint: str | None


class ErrorAnswer(_Answer):
    """The answer to every request that failed."""

    error: Problem


class Explanation(_Answer):
    """The crop that the model saw, and where it looked, by expression: 12×12 numbers, 0 to 1."""

    crop: str
    maps: dict[str, list[list[Fraction]]]


class FaceAnswer(_Answer):
    """A face; every key is described in docs/schema.md."""

    xyxy: tuple[float, float, float, float]
    score: Fraction
    landmarks: dict[str, tuple[float, float]] | None
    label: str
    top_emotion: str
    confidence: Fraction
    unsure: bool
    probabilities: dict[str, Fraction]
    ferplus: dict[str, Fraction]
    explanation: Explanation | None = None


class TimingAnswer(_Answer):
    """Milliseconds."""

    wait: float
    decode: float
    analyze: float
    total: float
    explain: float | None = None


class FrameAnswer(_Answer):
    """A picture and its faces, largest first."""

    # ``schema`` is taken by pydantic.
    schema_: Literal["mien.frame/1"] = Field(alias="schema")
    path: None
    width: int
    height: int
    detector: str
    model: str
    faces: list[FaceAnswer]
    timing_ms: TimingAnswer


class ModelAnswer(_Answer):
    """What a model's card says, in short."""

    name: str
    summary: str
    labels: list[str]
    unsure_below: Fraction
    parameters: int
    macs: int
    licence: str
    limits: str
    scores: list[Score]
    default: bool


class LimitsAnswer(_Answer):
    """What the server takes; see docs/guides/server.md."""

    max_bytes: int
    max_pixels: int
    max_requests: int
    max_fps: float


class ModelsAnswer(_Answer):
    """The models at hand, and the server's limits."""

    models: list[ModelAnswer]
    limits: LimitsAnswer


class HealthAnswer(_Answer):
    """Whether the server works."""

    status: Literal["ok"]


Responses = dict[int | str, dict[str, Any]]


def error_responses(*statuses: int) -> Responses:
    """The answers with these statuses, for the description of a route."""
    return {status: {"model": ErrorAnswer, "description": _MEANINGS[status]} for status in statuses}


_MEANINGS = {
    400: "The request or its form is damaged",
    401: "The token is missing or wrong",
    403: "Another web page asked",
    408: "The body took too long",
    413: "Too many bytes or pixels",
    415: "Neither a picture nor a form with one",
    421: "The server is not known under this name",
    422: "The picture cannot be read, or a parameter is wrong",
    429: "Too many pictures a second; Retry-After says when to come again",
    500: "The server is at fault; its log says where",
    501: "The model has no maps inside",
    503: "Too many requests at once, or the server stops; Retry-After says when to come again",
}
