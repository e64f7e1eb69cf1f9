"""The form of every JSON answer and of errors, for the description of the API (OpenAPI)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class AnswerForm(BaseModel):
    """A JSON answer: what its class names, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class Problem(AnswerForm):
    """What went wrong: the HTTP status again, what is wrong, and what to do about it."""

    status: int
    what: str
    hint: str | None


class ErrorAnswer(AnswerForm):
    """The answer to every request that failed."""

    error: Problem


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
