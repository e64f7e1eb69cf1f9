"""The small routes: models, session, health, metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from mien.card import ModelCard
from mien.server.answer_form import error_responses
from mien.server.error_answers import ApiError
from mien.server.limits import Slots
from mien.server.metrics import Metrics
from mien.server.reading.answers import HealthAnswer, LimitsAnswer, ModelAnswer, ModelsAnswer
from mien.server.session import COOKIE, SESSION_SECONDS, Gate
from mien.server.settings import Settings
from mien.vision.reading import BALANCED, Reader

_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
_GUARDED = error_responses(400, 401, 403, 421, 422, 500)


def other_router(
    settings: Settings, reader: Reader, card: ModelCard, gate: Gate, slots: Slots, metrics: Metrics
) -> APIRouter:
    """The routes, for ``app.include_router``; ``slots`` are those of the analyses."""
    router = APIRouter()

    @router.get(
        "/v1/models", summary="The model in use, and the server's limits", responses=_GUARDED
    )
    async def models() -> ModelsAnswer:
        return ModelsAnswer(
            models=[model_answer(card, reader)],
            limits=LimitsAnswer(
                max_bytes=settings.max_bytes,
                max_pixels=settings.max_pixels,
                max_requests=settings.max_requests,
                max_fps=settings.max_fps,
            ),
        )

    @router.post(
        "/v1/session",
        summary="Exchange the token for a cookie",
        status_code=204,
        response_class=Response,
        responses=_GUARDED,
    )
    async def session(request: Request) -> Response:
        """For browsers, which cannot send a token with a WebSocket. The cookie holds 12 hours."""
        response = Response(status_code=204)
        if not gate.is_open:
            response.set_cookie(
                COOKIE,
                gate.new_cookie(),
                max_age=SESSION_SECONDS,
                path="/",
                httponly=True,
                samesite="strict",
                # Only a page that came by TLS can say so; its cookie must not travel without.
                secure=request.headers.get("origin", "").startswith("https://"),
            )
        return response

    @router.get(
        "/healthz",
        summary="Whether the server works",
        responses=error_responses(400, 421, 422, 503),
    )
    async def health() -> HealthAnswer:
        if slots.closed:
            raise ApiError(503, "the server is stopping", "try again later")
        return HealthAnswer(status="ok")

    @router.get(
        "/metrics",
        summary="Counters in Prometheus' text format",
        response_class=Response,
        responses={
            200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
            **_GUARDED,
        },
    )
    async def numbers() -> Response:
        return Response(metrics.to_text(), media_type=_PROMETHEUS)

    return router


def model_answer(card: ModelCard, reader: Reader) -> ModelAnswer:
    """The short form of a card, at the reading that is in use."""
    at = card.balanced
    return ModelAnswer(
        name=card.name,
        summary=card.summary,
        labels=list(next(iter(card.heads.values())).labels),
        reading=reader.name,
        unsure_below=reader.trusted_from,
        parameters=card.parameters,
        macs=card.macs,
        licence=card.licence,
        limits=card.limits,
        scores=list(at.scores if at is not None and reader.name == BALANCED else card.scores),
        default=True,
    )
