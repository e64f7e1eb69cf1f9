"""``POST /v1/analyze``: a picture in, its faces and their expressions out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse

from mien.server.answer_form import error_responses
from mien.server.limits import Arriving, RateLimit, Slots, client_of
from mien.server.metrics import Metrics
from mien.server.reading.answers import FrameAnswer
from mien.server.reading.engine import Engine
from mien.server.reading.upload import FIELDS, FORM, JSON, read_upload
from mien.server.settings import Settings

_BINARY = {"type": "string", "format": "binary"}
_BASE64 = {"type": "string", "description": "Base64, or a data URI"}
_ONE_FIELD = {"type": "object", "minProperties": 1}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {"schema": {**_ONE_FIELD, "properties": dict.fromkeys(FIELDS, _BINARY)}},
            JSON: {
                "schema": {
                    **_ONE_FIELD,
                    "properties": dict.fromkeys(FIELDS, _BASE64),
                }
            },
            "image/*": {"schema": _BINARY},
            "application/octet-stream": {"schema": _BINARY},
        },
    }
}


def analyze_router(
    settings: Settings, engine: Engine, slots: Slots, arriving: Arriving, metrics: Metrics
) -> APIRouter:
    """The route, for ``app.include_router``."""
    router = APIRouter()
    rate = RateLimit(settings.max_fps)

    @router.post(
        "/v1/analyze",
        summary="Find the faces in a picture and say what each expresses",
        responses={
            200: {"model": FrameAnswer, "description": "The picture's faces, largest first"},
            **error_responses(400, 401, 403, 408, 413, 415, 421, 422, 429, 500, 501, 503),
        },
        openapi_extra=_BODY,
        response_class=JSONResponse,
    )
    async def analyze(
        request: Request,
        explain: Annotated[
            bool, Query(description="Add to the 20 largest faces where the model looks.")
        ] = False,
        signs: Annotated[
            bool, Query(description="Add what is visible: mouth, eyes, brows, head, distance.")
        ] = False,
    ) -> JSONResponse:
        """Takes the bytes of a picture, or a form or JSON with the field ``image``; keeps nothing.

        The field may also be called ``file``, ``img``, ``photo`` or ``upload``; in JSON it holds
        base64 or a data URI.
        """
        slots.check_open()
        rate.take(client_of(request))
        # Whoever is still sending keeps nobody from being answered.
        content = await read_upload(request, arriving, settings)
        with slots.place(client_of(request)):
            reading = await engine.read_photo(content, explain=explain, signs=signs)
        metrics.count_frame(reading.frame, "photo")
        return JSONResponse(reading.to_dict())

    return router
