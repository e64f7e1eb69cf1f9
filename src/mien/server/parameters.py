"""Parameters in an address that no route has: a misspelt one must not pass for its default."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request

from mien.errors import did_you_mean
from mien.server.error_answers import ApiError

_SHOWN = 40


def no_unknown_parameters(request: Request) -> None:
    """For ``include_router(dependencies=…)``: raises ``ApiError`` 422 for an unknown parameter."""
    paths = request.app.openapi()["paths"]
    described = paths.get(request.scope["route"].path, {}).get(request.method.lower(), {})
    known = [each["name"] for each in described.get("parameters", ()) if each["in"] == "query"]
    check_parameters(request.query_params, known)


def check_parameters(sent: Iterable[str], known: Iterable[str]) -> None:
    """Raise ``ApiError`` 422 for the first of the names that is not known."""
    names = tuple(known)
    for name in sent:
        if name not in names:
            hint = did_you_mean(name[:_SHOWN], names) if names else "there are none here"
            raise ApiError(422, f"there is no parameter {name[:_SHOWN]!r}", hint)
