"""``WS /v1/live``: camera frames in, what was found in the newest one out."""

from __future__ import annotations

import asyncio
import math
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocketDisconnect, WebSocketState

from mien.media.outlets.outlets import Outlets
from mien.server.error_answers import ApiError
from mien.server.limits import Slots, client_of
from mien.server.metrics import LOG, Metrics, describe
from mien.server.parameters import check_parameters
from mien.server.reading.engine import Engine
from mien.server.settings import Settings

_CLOCK = struct.Struct("<d")
_SEND_SECONDS = 10.0
_LONGEST_TEXT = 1000
GOING_AWAY, INTERNAL_ERROR, TOO_SLOW = 1001, 1011, 1008


class LiveSettings(BaseModel):
    """A text message of a client: how its pictures are read from now on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["settings"]
    smooth_seconds: Annotated[float, Field(ge=0, le=60)] | None = None
    detect_every: Annotated[int, Field(ge=1, le=100)] | None = None
    signs: bool | None = None


@dataclass(frozen=True, slots=True)
class _Picture:
    sent: float
    content: bytes
    arrived: float


class LiveClients:
    """The open live connections, so that they can be closed when the server stops."""

    def __init__(self) -> None:
        self._open: set[WebSocket] = set()

    @contextmanager
    def listed(self, websocket: WebSocket) -> Iterator[None]:
        """Count a connection among them."""
        self._open.add(websocket)
        try:
            yield
        finally:
            self._open.discard(websocket)

    async def close(self) -> None:
        """Tell all of them that the server goes away (RFC 6455, 7.4.1: status 1001)."""
        for websocket in tuple(self._open):
            await _close(websocket, GOING_AWAY, "the server is stopping")


class _Connection:
    """One client: at most one picture is analysed and one waits, the newest."""

    def __init__(
        self,
        websocket: WebSocket,
        settings: Settings,
        engine: Engine,
        metrics: Metrics,
        outlets: Outlets,
    ) -> None:
        self._websocket, self._engine, self._metrics = websocket, engine, metrics
        self._stream = engine.new_stream()
        self._outlets = outlets
        self._interval = 1 / settings.max_fps
        self._opened = time.perf_counter()
        self._waiting: _Picture | None = None
        self._came = asyncio.Event()
        self._dropped = 0

    async def run(self) -> None:
        """Receive and analyse side by side until the client goes."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._receive())
                group.create_task(self._analyze())
        except* WebSocketDisconnect:
            pass

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            try:
                if message.get("bytes") is not None:
                    self._take_picture(message["bytes"])
                else:
                    self._take_settings(message.get("text") or "")
            except ApiError as error:
                await self._send_error(error)

    def _take_picture(self, message: bytes) -> None:
        if len(message) <= _CLOCK.size:
            raise ApiError(
                422, "the message has no picture", "send 8 bytes of a clock and then a JPEG"
            )
        (sent,) = _CLOCK.unpack_from(message)
        if not math.isfinite(sent):
            raise ApiError(422, "the clock before the picture is not a number", "send milliseconds")
        if self._waiting is not None:
            self._dropped += 1
            self._metrics.dropped.inc()
        self._waiting = _Picture(sent, message[_CLOCK.size :], time.perf_counter())
        self._came.set()

    def _take_settings(self, text: str) -> None:
        try:
            if len(text) > _LONGEST_TEXT:
                raise ValueError("too long")
            wanted = LiveSettings.model_validate_json(text)
        except ValueError as error:
            what = "a text message must be settings"
            if isinstance(error, ValidationError):
                first = error.errors()[0]
                what = f"{'.'.join(map(str, first['loc'])) or 'message'}: {first['msg']}"
            raise ApiError(
                422, what, 'for example {"type": "settings", "smooth_seconds": 0.6}'
            ) from None
        self._stream.configure(
            detect_every=wanted.detect_every,
            smooth_seconds=wanted.smooth_seconds,
            signs=wanted.signs,
        )

    async def _analyze(self) -> None:
        begin = 0.0
        while True:
            await self._came.wait()
            # Until its turn comes a newer picture may take the place of the one that waits.
            await asyncio.sleep(begin - time.perf_counter())
            begin = max(begin + self._interval, time.perf_counter())
            picture, dropped = self._waiting, self._dropped
            assert picture is not None
            self._waiting, self._dropped = None, 0
            self._came.clear()
            try:
                reading = await self._engine.read_live(
                    picture.content,
                    self._stream,
                    picture.arrived - self._opened,
                    picture.arrived,
                )
            except ApiError as error:
                self._dropped += dropped
                await self._send_error(error, sent=picture.sent)
                continue
            self._metrics.count_frame(reading.frame, "live")
            self._outlets.send(reading.frame)
            await self._send(
                {
                    "type": "frame",
                    "sent": picture.sent,
                    "dropped": dropped,
                    "timing_ms": reading.timing.to_dict(),
                    "frame": reading.frame.to_dict(),
                }
            )

    async def _send_error(self, error: ApiError, **further: Any) -> None:
        await self._send({"type": "error", **error.to_dict(), **further})

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await self._websocket.send_json(message)
        except TimeoutError:
            raise WebSocketDisconnect(TOO_SLOW, "the client does not read") from None
        except RuntimeError:  # What is sent after the closing message.
            raise WebSocketDisconnect from None


def live_router(
    settings: Settings,
    engine: Engine,
    slots: Slots,
    clients: LiveClients,
    metrics: Metrics,
    outlets: Outlets,
) -> APIRouter:
    """The route, for ``app.include_router``."""
    router = APIRouter()

    @router.websocket("/v1/live")
    async def live(websocket: WebSocket) -> None:
        with suppress(WebSocketDisconnect), ExitStack() as held:
            try:
                check_parameters(websocket.query_params, ())
                slots.check_open()
                held.enter_context(slots.place(client_of(websocket)))
            except ApiError as error:
                await websocket.send_denial_response(error.response())
                return
            await websocket.accept()
            held.enter_context(metrics.live_clients.track_inprogress())
            held.enter_context(clients.listed(websocket))
            try:
                await _Connection(websocket, settings, engine, metrics, outlets).run()
            except* Exception as failed:
                for cause in failed.exceptions:
                    LOG.error("internal error: %s", describe(cause))
                await _close(websocket, INTERNAL_ERROR, "internal error of the server")

    return router


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    # It may have gone already, or be about to go.
    with suppress(RuntimeError, WebSocketDisconnect):
        if websocket.application_state is WebSocketState.CONNECTED:
            await websocket.close(code, reason)
