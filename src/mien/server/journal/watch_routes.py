"""Looking at somebody before the camera: pictures in, numbers out, and nothing kept."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from mien.journal.kept.check_in import poorness
from mien.journal.measuring import Measuring
from mien.server.error_answers import ApiError
from mien.server.journal.journal_desk import GONE
from mien.server.journal.journal_forms import MeasuresAnswer, WatchedAnswer, journal_responses
from mien.server.limits import Arriving, limited_body
from mien.server.reading.engine import Engine
from mien.server.settings import Settings

_MOST = 4
"""People who are looked at at once: each window may have one."""

_IDLE_SECONDS = 300.0

_Name = Annotated[
    str, Query(min_length=8, max_length=64, pattern="^[0-9A-Za-z-]+$", description="By the page")
]


class Watched:
    """One stretch before the camera: a stream, its numbers so far, no picture."""

    def __init__(self, engine: Engine) -> None:
        self._stream = engine.new_stream()
        self._stream.configure(signs=True)
        self._engine = engine
        self._began = self.used = time.monotonic()
        self._one_by_one = asyncio.Lock()
        self.measuring = Measuring()
        self.has_face = False

    async def look(self, content: bytes) -> None:
        """Take the numbers of one picture; ``ApiError`` if it cannot be read."""
        async with self._one_by_one:
            arrived = time.perf_counter()
            self.used = time.monotonic()
            reading, image = await self._engine.read_watched(
                content, self._stream, self.used - self._began, arrived
            )
            self.measuring.add(reading.frame, image)
            self.has_face = any(face.signs is not None for face in reading.frame.faces)


def watch_router(settings: Settings, engine: Engine, arriving: Arriving) -> APIRouter:
    """The routes, for ``router.include_router``."""
    router = APIRouter()
    watched: dict[str, Watched] = {}

    def one(name: str) -> Watched:
        now = time.monotonic()
        for each in [each for each in watched if now - watched[each].used > _IDLE_SECONDS]:
            del watched[each]
        if name not in watched:
            if len(watched) >= _MOST:
                raise ApiError(503, f"{_MOST} windows look at somebody already", "close one")
            watched[name] = Watched(engine)
        return watched[name]

    @router.post(
        "/v1/journal/watch",
        summary="Take the numbers of one picture",
        responses={
            200: {"model": WatchedAnswer, "description": "How far it is"},
            **journal_responses(),
        },
        response_class=JSONResponse,
    )
    async def watch(request: Request, name: _Name) -> JSONResponse:
        """The body is a picture. It is let go as soon as it was looked at."""
        body = limited_body(
            request, arriving, max_bytes=settings.max_bytes, seconds=settings.upload_seconds
        )
        content = b"".join([piece async for piece in body])
        found = one(name)
        await found.look(content)
        measuring = found.measuring
        return JSONResponse(
            {
                "seconds": measuring.seconds,
                "face": found.has_face,
                "face_seen": measuring.face_seen,
                "light": measuring.light,
            }
        )

    @router.post(
        "/v1/journal/watch/finish",
        summary="The numbers of all pictures",
        responses={
            200: {"model": MeasuresAnswer, "description": "For a check-in"},
            **journal_responses(410),
        },
        response_class=JSONResponse,
    )
    async def finish(name: _Name) -> JSONResponse:
        """They are forgotten here."""
        found = watched.pop(name, None)
        if found is None:
            raise ApiError(GONE, "what the camera saw is not here any more", "look once more")
        measures = found.measuring.finish()
        return JSONResponse({"measures": measures.to_dict(), "poor": poorness(measures)})

    @router.post(
        "/v1/journal/watch/leave",
        summary="Forget the numbers",
        status_code=204,
        response_class=Response,
        responses=journal_responses(),
    )
    async def leave(name: _Name) -> Response:
        watched.pop(name, None)
        return Response(status_code=204)

    return router
