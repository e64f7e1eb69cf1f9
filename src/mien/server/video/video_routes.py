"""``/v1/video``: a video from the page to a private folder, and what was found in it."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from mien.errors import MienError, OutputError, VideoError
from mien.media.results.output import output_error
from mien.processors import cores
from mien.server.answer_form import AnswerForm, Problem, error_responses
from mien.server.error_answers import ApiError
from mien.server.limits import Arriving, limited_body
from mien.server.settings import Settings
from mien.server.video.video_edits import VideoEdits
from mien.server.video.video_reading import State, VideoReading
from mien.server.video.video_tables import (
    VideoTable,
    curves,
    numeric_columns,
    summary_answer,
    write_table,
)
from mien.vision.stream import StreamAnalyzer

MAX_VIDEO_BYTES = 4_000_000_000
"""Bytes of a video file."""

_UPLOAD_SECONDS = 3600.0
_NO_NAME = "video"
_LONGEST_NAME = 255
_MOST_FRAMES = 500
_GUARDED = error_responses(400, 401, 403, 404, 409, 413, 421, 422, 500, 503, 507)
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Key = Annotated[str, Path(max_length=100)]


class VideoState(AnswerForm):
    """How far a video has been read; ``seconds`` is its length, None when nobody knows."""

    key: str
    name: str
    state: State
    at: float
    seconds: float | None
    frames: int
    width: int
    height: int
    columns: list[str]
    losses: list[str]
    error: Problem | None


class VideoDesk:
    """The one video that is open; a page that brings a second is told so."""

    def __init__(self, settings: Settings) -> None:
        self.max_bytes = MAX_VIDEO_BYTES
        self._settings = settings
        self._open: VideoReading | None = None

    def take(self, name: str) -> VideoReading:
        """A place for a new video; raises ``ApiError`` 409 when there is one."""
        if self._open is not None and not self._open.is_forgotten:
            raise ApiError(
                409, "another video is open here", "close that one first: one at a time is read"
            )
        self._open = VideoReading(secrets.token_urlsafe(12), name)
        return self._open

    def find(self, key: str) -> VideoReading:
        """The open video; raises ``ApiError`` 404 when it is another or gone."""
        reading = self._open
        if reading is None or reading.is_forgotten or reading.key != key:
            raise ApiError(404, "this video is not open any more", "choose it again")
        reading.touch()
        return reading

    def new_analyzer(self) -> StreamAnalyzer:
        """As ``mien video`` has it, on half of the processors: the live picture goes on."""
        return StreamAnalyzer(
            self._settings.model,
            reading=self._settings.reading,
            threads=max(1, cores() // 2),
        )

    def close(self) -> None:
        """Forget the video."""
        if self._open is not None:
            self._open.forget()


def video_router(settings: Settings, desk: VideoDesk) -> APIRouter:
    """The routes, for ``app.include_router``."""
    router = APIRouter(prefix="/v1/video", responses=_GUARDED)
    arriving = Arriving(desk.max_bytes)

    @router.post("", summary="Open a video and begin to read it", openapi_extra=_BODY)
    async def open_one(
        request: Request, name: Annotated[str, Query(max_length=_LONGEST_NAME)] = _NO_NAME
    ) -> VideoState:
        """Takes the bytes of a video file. They lie in a private folder until it is forgotten."""
        with _as_answers():
            reading = desk.take(_plain_name(name))
        try:
            with _as_answers():
                await _receive(request, reading, arriving, desk.max_bytes)
        except BaseException:
            await asyncio.shield(run_in_threadpool(reading.forget))
            raise
        reading.touch()
        reading.begin(desk.new_analyzer)
        return _state(reading)

    @router.get("/{key}", summary="How far a video has been read")
    async def state(key: Key) -> VideoState:
        return _state(desk.find(key))

    @router.get("/{key}/frames", summary="The faces of a stretch of time")
    async def frames(
        key: Key,
        start: Annotated[float, Query(ge=0, le=1e9)] = 0.0,
        end: Annotated[float, Query(ge=0, le=1e9)] = 10.0,
    ) -> JSONResponse:
        reading = desk.find(key)

        def found() -> list[dict[str, Any]]:
            kept: list[dict[str, Any]] = []
            for frame in reading:
                time = frame.time or 0.0
                if time >= end or len(kept) >= _MOST_FRAMES:
                    break
                if time >= start:
                    kept.append({"time": round(time, 4), "faces": [f.to_dict() for f in frame]})
            return kept

        return JSONResponse({"frames": await _in_thread(found)})

    @router.get("/{key}/still", summary="The picture at a time", response_class=Response)
    async def still(key: Key, time: Annotated[float, Query(ge=0, le=1e9)] = 0.0) -> Response:
        reading = desk.find(key)
        return Response(await _in_thread(partial(reading.still, time)), media_type="image/jpeg")

    @router.post("/{key}/summary", summary="Who showed what for how long")
    async def summary(key: Key, edits: VideoEdits) -> JSONResponse:
        reading = _read(desk.find(key), edits)
        return JSONResponse(await _in_thread(partial(summary_answer, reading, edits)))

    @router.post("/{key}/curves", summary="A column of the table, by person")
    async def column(key: Key, name: Annotated[str, Query()], edits: VideoEdits) -> JSONResponse:
        reading = _read(desk.find(key), edits)
        if name not in numeric_columns(reading):
            raise ApiError(422, "there is no column of numbers with this name", "see the state")
        return JSONResponse({"curves": await _in_thread(partial(curves, reading, edits, name))})

    @router.post("/{key}/tables/{table}", summary="A table to take away", response_class=Response)
    async def take(key: Key, table: VideoTable, edits: VideoEdits) -> Response:
        reading = _read(desk.find(key), edits)
        content = await _in_thread(partial(write_table, reading, edits, table))
        return Response(content, media_type="application/octet-stream")

    @router.post("/{key}/forget", summary="Stop reading, and remove the video", status_code=204)
    async def forget(key: Key) -> Response:
        await run_in_threadpool(desk.find(key).forget)
        return Response(status_code=204)

    return router


async def _receive(
    request: Request, reading: VideoReading, arriving: Arriving, max_bytes: int
) -> None:
    body = limited_body(request, arriving, max_bytes=max_bytes, seconds=_UPLOAD_SECONDS)
    try:
        async with aclosing(body):
            with reading.file.open("wb", buffering=0) as file:
                async for piece in body:
                    rest = memoryview(piece)
                    while rest:
                        rest = rest[await run_in_threadpool(file.write, rest) :]
    except OSError as error:
        raise output_error(error, "the folder for temporary files") from error
    except ApiError as error:
        if error.status != 413:
            raise
        hint = "cut it, or read it with: mien video"
        raise ApiError(413, f"the video is larger than {max_bytes:,} bytes", hint) from error
    if not reading.file.stat().st_size:
        raise ApiError(422, "there is no video in the request", "send the bytes of one")


def _state(reading: VideoReading) -> VideoState:
    error = reading.error
    what = None
    if error is not None:
        what = Problem(status=422, what=error.what, hint=error.hint)
    done = reading.state == "done"
    return VideoState(
        key=reading.key,
        name=reading.name,
        state=reading.state,
        at=round(reading.at, 3),
        seconds=reading.seconds,
        frames=reading.frames,
        width=reading.width,
        height=reading.height,
        columns=numeric_columns(reading) if done else [],
        losses=list(reading.losses) if done else [],
        error=what,
    )


def _read(reading: VideoReading, edits: VideoEdits) -> VideoReading:
    edits.check()
    if reading.state != "done":
        raise ApiError(409, "the video has not been read to its end", "wait until it has")
    return reading


async def _in_thread(call: Any) -> Any:
    with _as_answers():
        return await run_in_threadpool(call)


class _as_answers:  # noqa: N801
    """Errors of the files as answers."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OutputError):
            raise ApiError(507, str(error)) from error
        if isinstance(error, VideoError):
            raise ApiError(422, error.what, error.hint) from error
        if isinstance(error, FileNotFoundError):
            raise ApiError(404, "this video is not open any more", "choose it again") from error
        if isinstance(error, MienError) and not isinstance(error, ApiError):
            raise ApiError(422, error.what, error.hint) from error


def _plain_name(name: str) -> str:
    """A name without folders and control characters; it is only shown and written to tables."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(each for each in last if each.isprintable()).strip() or _NO_NAME
