"""What the server counts and logs of itself: never what was sent to it."""

from __future__ import annotations

import logging
import time
import traceback

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mien.results import Frame
from mien.server.error_answers import ApiError

LOG = logging.getLogger("mien.server")

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The server's counters, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = self._registry = CollectorRegistry()
        self.requests = Counter(
            "mien_requests", "Requests answered", ("route", "status"), registry=registry
        )
        self.seconds = Histogram(
            "mien_request_seconds",
            "Time to answer a request",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "mien_requests_in_flight", "Requests that are being answered", registry=registry
        )
        self.live_clients = Gauge("mien_live_clients", "Open live connections", registry=registry)
        self.frames = Counter(
            "mien_frames_analyzed", "Pictures analysed", ("source",), registry=registry
        )
        self.dropped = Counter(
            "mien_frames_dropped",
            "Live pictures left out because a newer one had come",
            registry=registry,
        )
        self.faces = Counter("mien_faces", "Faces found", ("source",), registry=registry)
        ProcessCollector(registry=registry)

    def count_frame(self, frame: Frame, source: str) -> None:
        """Count an analysed picture of ``"photo"`` or ``"live"``."""
        self.frames.labels(source).inc()
        self.faces.labels(source).inc(len(frame.faces))

    def to_text(self) -> bytes:
        """All of them in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)


class Observer:
    """ASGI middleware that counts and logs requests, and answers 500 when a route fails.

    A line of the log has the method, the route, the status and the time; no address of the
    client, no query, nothing that was sent. Of an unforeseen error it says which kind and where
    in the code, not its text, which could quote what was sent.

    Parameters
    ----------
    app : ASGI application
    metrics : Metrics
    routes : frozenset of str
        Paths of the routes. Everything else is called *page* or *unknown*, so that nobody can fill
        the log or the counters with names of their own.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, routes: frozenset[str]) -> None:
        self._app, self._metrics, self._routes = app, metrics, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        live = scope["type"] == "websocket"
        method = "WS" if live else scope["method"][:16]
        status: int | None = None
        started = time.perf_counter()

        def answered(found: int) -> None:
            nonlocal status
            status = found
            route = self._route(scope["path"], status)
            seconds = time.perf_counter() - started
            self._metrics.requests.labels(route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(seconds)
            LOG.info("%s %s %d %.0f ms", method, route, status, seconds * 1e3)

        async def watched_send(message: Message) -> None:
            if status is None:
                if message["type"] in ("http.response.start", "websocket.http.response.start"):
                    answered(message["status"])
                elif message["type"] == "websocket.accept":
                    answered(101)
                elif message["type"] == "websocket.close":
                    answered(403)
            await send(message)

        if not live:
            self._metrics.in_flight.inc()
        try:
            await self._app(scope, receive, watched_send)
        except Exception as error:
            LOG.error("internal error: %s", describe(error))
            if status is not None:
                # The beginning of an answer is out, and cannot be called back.
                raise ConnectionAbortedError("an answer broke off") from None
            failure = ApiError(500, "internal error of the server", "see the server's log")
            await failure.response()(scope, receive, watched_send)
        finally:
            if not live:
                self._metrics.in_flight.dec()

    def _route(self, path: str, status: int) -> str:
        if path in self._routes:
            return path
        return "page" if status < 400 else "unknown"


def describe(error: BaseException) -> str:
    """Kind of an error and the place in the code it comes from, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
