"""``create_app``: the server's application, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from mien.media.outlets.outlets import Outlets
from mien.packaged import ASTRONAUT, find_model
from mien.server.album.desk import AlbumDesk
from mien.server.album.filling.allowed_folders import AllowedFolders
from mien.server.album.filling.filler import Filler
from mien.server.album.page import album_page_router
from mien.server.album.routes import album_router
from mien.server.error_answers import install_error_handlers
from mien.server.journal.journal_routes import journal_router
from mien.server.lan.phone_page import phone_router
from mien.server.limits import Arriving, Slots
from mien.server.metrics import Metrics, Observer
from mien.server.parameters import no_unknown_parameters
from mien.server.reading.analyze_route import analyze_router
from mien.server.reading.engine import Engine
from mien.server.reading.live_route import LiveClients, live_router
from mien.server.reading.other_routes import other_router
from mien.server.reference import reference_router
from mien.server.security import Guard
from mien.server.session import Gate
from mien.server.settings import Settings
from mien.server.video.video_desk import VideoDesk
from mien.server.video.video_routes import video_router
from mien.version import __version__

PAGE = Path(__file__).parent / "page"
"""Folder of the live page: static files."""

SAMPLES = ASTRONAUT.path.parent
"""Folder of the photo that comes with Mien."""

_NOT_IN_OPENAPI = ("/v1/live", "/docs", "/openapi.json", "/album", "/phone", "/mien.crt")
_files = StaticFiles(directory=PAGE, html=True, check_dir=False)


class MienApp(FastAPI):
    """The application, and what has to be told when it stops."""

    analyses: Slots
    connections: Slots
    clients: LiveClients
    lan_port: int = 0

    async def stop_taking(self) -> None:
        """Refuse new analyses and connections; close the live ones with status 1001."""
        self.analyses.closed = self.connections.closed = True
        await self.clients.close()


def create_app(settings: Settings) -> MienApp:
    """The application of ``mien serve`` and ``mien live``, with its models loaded.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    MienApp
        An ASGI application. Its lifespan ends the threads that analyse.

    Raises
    ------
    ModelFileError
        If a model file cannot be used.
    """
    engine = Engine(settings)
    labels = tuple(next(iter(engine.card.heads.values())).labels)
    outlets = Outlets(labels, lsl=settings.lsl, osc=settings.osc)
    desk = None if settings.album is None else AlbumDesk(settings.album)
    videos = VideoDesk(settings) if settings.video else None
    allowed = AllowedFolders(settings.photos)
    filler = (
        None
        if settings.album is None
        else Filler(settings.album, settings.model or find_model(None), lambda: allowed.real)
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        engine.close()
        outlets.close()
        if filler is not None:
            await run_in_threadpool(filler.close)
        if desk is not None:
            desk.close()
        if videos is not None:
            await run_in_threadpool(videos.forget)

    app = MienApp(
        title="Mien",
        version=__version__,
        summary="Reads facial expressions in pictures. Nothing that is sent is kept.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.analyses = Slots(settings.max_requests, "analyses")
    app.connections = Slots(settings.max_requests, "live connections")
    app.clients = LiveClients()
    arriving = Arriving(settings.max_requests * settings.max_bytes)
    gate = Gate(settings.token if settings.lan is None else settings.lan.token)
    metrics = Metrics()
    strict = [Depends(no_unknown_parameters)]
    app.include_router(
        analyze_router(settings, engine, app.analyses, arriving, metrics), dependencies=strict
    )
    app.include_router(
        live_router(settings, engine, app.connections, app.clients, metrics, outlets)
    )
    app.include_router(
        other_router(settings, engine.reader, engine.card, gate, app.analyses, metrics),
        dependencies=strict,
    )
    if desk is not None and filler is not None:
        routes = album_router(settings, desk, filler, allowed, arriving)
        app.include_router(routes, dependencies=strict)
    if settings.journal is not None:
        app.include_router(
            journal_router(settings, settings.journal, engine, arriving), dependencies=strict
        )
    if videos is not None:
        app.include_router(video_router(settings, videos), dependencies=strict)
    app.include_router(album_page_router())
    if settings.lan is not None:
        app.include_router(phone_router(settings.lan))
    app.include_router(reference_router(app))
    # The photo to try the page with, and where it is from.
    app.mount("/samples", StaticFiles(directory=SAMPLES, check_dir=False))
    app.router.redirect_slashes = False
    # Not mounted: a mount at "/" would take the wrong methods of the routes too.
    app.router.default = _page
    install_error_handlers(app)
    app.add_middleware(Guard, settings=settings, gate=gate)
    # The last one added is the outermost: it sees what the guard refuses too.
    app.add_middleware(
        Observer, metrics=metrics, routes=frozenset((*app.openapi()["paths"], *_NOT_IN_OPENAPI))
    )
    return app


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    """The live page's files, for every path without a route."""
    if scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1000})
        return
    if scope["path"].startswith("/v1/"):
        # The files would answer 405 to a POST.
        raise HTTPException(404)
    await _files(scope, receive, send)
