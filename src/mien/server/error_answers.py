"""Errors of the server: an HTTP status and one JSON form for all of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from mien.errors import ImageError, MienError

_HINTS = {404: "see /docs for what there is", 405: "see /docs for the methods"}


class ApiError(MienError):
    """A request that is answered with an error.

    Parameters
    ----------
    status : int
        HTTP status, 400 to 599.
    what, hint : str
        As for ``MienError``.
    headers : dict of str to str, optional
        Further headers of the answer, for example ``Retry-After``.
    """

    def __init__(
        self,
        status: int,
        what: str,
        hint: str | None = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(what, hint=hint)
        self.status = status
        self.headers = headers or {}

    def to_dict(self) -> dict[str, Any]:
        """``status``, ``what`` and ``hint``, ready for JSON."""
        return {"status": self.status, "what": self.what, "hint": self.hint}

    def response(self) -> Response:
        """The answer to the request."""
        return JSONResponse({"error": self.to_dict()}, self.status, headers=self.headers)


def unreadable(error: ImageError) -> ApiError:
    """422 for a picture that cannot be read."""
    subject = "the picture " if error.what.startswith(("is ", "has ")) else ""
    if error.what.startswith("is not a picture"):
        subject = "what was sent "
    return ApiError(422, f"{subject}{error.what}", error.hint)


def install_error_handlers(app: FastAPI) -> None:
    """Answer every error that a route or the router raises in the one JSON form."""
    app.add_exception_handler(ApiError, _answer_api_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)


async def _answer_api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error.response()


async def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = HTTPStatus(error.status_code).phrase.lower()
    return ApiError(
        error.status_code,
        what,
        _HINTS.get(error.status_code),
        headers=dict(error.headers or {}),
    ).response()


async def _answer_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    # The value itself is left out: what was sent is nobody's business but the sender's.
    return ApiError(
        422, f"{'.'.join(map(str, first['loc']))}: {first['msg']}", "see /docs"
    ).response()
