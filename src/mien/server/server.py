"""``serve``: run the application until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import FrameType

import uvicorn

from mien.errors import MienError
from mien.server.app import MienApp, create_app
from mien.server.lan.phone_page import phone_address
from mien.server.metrics import LOG
from mien.server.refused_sockets import RefusingProtocol
from mien.server.settings import LanSettings, Settings
from mien.server.slow_clients import patient_protocol

STOP_SECONDS = 10
"""Time that running requests get to end when the server is told to stop."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# What goes before a picture in a message of a live connection.
_CLOCK_BYTES = 8


class MienServer(uvicorn.Server):
    """Uvicorn's server, which closes live connections as RFC 6455 has it before it stops.

    ``run(sockets=[bind(settings)])`` runs it.

    Parameters
    ----------
    app : MienApp
    settings : Settings
    on_ready : callable, optional
        Called when it answers.
    lan : LanSettings, optional
        Answer phones: by TLS, beside another server of the same application, with which it stops.

    Raises
    ------
    MienError
        If the certificate cannot be used.
    """

    def __init__(
        self,
        app: MienApp,
        settings: Settings,
        on_ready: Callable[[], None] = lambda: None,
        *,
        lan: LanSettings | None = None,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=patient_protocol(settings.upload_seconds),
            loop="asyncio",
            ws=RefusingProtocol,
            ws_max_size=settings.max_bytes + _CLOCK_BYTES,
            # JPEGs do not get smaller, and the answers are short.
            ws_per_message_deflate=False,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            ssl_certfile=None if lan is None else lan.certificate,
            ssl_keyfile=None if lan is None else lan.key,
            lifespan="on" if lan is None else "off",
        )
        try:
            config.load()
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError.
            raise MienError(
                f"the certificate cannot be used ({error})",
                where=None if lan is None else lan.certificate,
                hint="delete it and its key, and a new one is made",
            ) from error
        super().__init__(config)
        self._app, self._on_ready = app, on_ready
        self.others: list[MienServer] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at a signal, and those beside it, too."""
        super().handle_exit(sig, frame)
        for other in self.others:
            other.should_exit, other.force_exit = self.should_exit, self.force_exit

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let running requests end, up to ``STOP_SECONDS``."""
        await self._app.stop_taking()
        await super().shutdown(sockets)


def serve(
    settings: Settings,
    *,
    on_ready: Callable[[str, str | None], None] | None = None,
    log: bool = True,
) -> None:
    """Run the server until SIGINT or SIGTERM.

    It then takes no new requests, gives running ones up to 10 seconds, closes live connections
    with status 1001, and returns. A second SIGINT does not wait.

    Parameters
    ----------
    settings : Settings
    on_ready : callable, optional
        Called with the server's address, for example ``http://127.0.0.1:8765``, when it answers,
        and with the one that phones open, which has the token in it, if there is one.
    log : bool
        Whether to write a line for each request on standard error. Errors are always written.

    Raises
    ------
    MienError
        If the address cannot be bound.
    ModelFileError
        If a model file cannot be used.
    """
    app = create_app(settings)
    with ExitStack() as stack:
        listening = stack.enter_context(bind(settings))
        address = _address(settings.host, listening.getsockname()[1])
        waiting = 1 if settings.lan is None else 2

        def ready() -> None:
            nonlocal waiting
            waiting -= 1
            if not waiting and on_ready is not None:
                lan = settings.lan
                on_ready(address, None if lan is None else phone_address(lan, app.lan_port))

        servers = [(MienServer(app, settings, ready), listening)]
        if settings.lan is not None:
            phones = stack.enter_context(_bind_for_phones(settings, settings.lan))
            app.lan_port = phones.getsockname()[1]
            servers.append((MienServer(app, settings, ready, lan=settings.lan), phones))
        with _logging(logging.INFO if log else logging.ERROR), _stopping_is_no_error():
            asyncio.run(_serve_all(servers))


async def _serve_all(servers: list[tuple[MienServer, socket.socket]]) -> None:
    for server, _ in servers:
        server.others = [other for other, _ in servers if other is not server]
    await asyncio.gather(*(server.serve(sockets=[listening]) for server, listening in servers))


def _bind_for_phones(settings: Settings, lan: LanSettings) -> socket.socket:
    """A listening socket for phones, at the same port if it is free there."""
    at = replace(settings, host=lan.host, token=lan.token, journal=None, lan=None)
    try:
        return bind(at)
    except MienError:
        return bind(replace(at, port=0))


def bind(settings: Settings) -> socket.socket:
    """A listening socket at the settings' address; raises ``MienError`` when there can be none."""
    where = f"{settings.host}:{settings.port}"
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((settings.host, settings.port), family=family, backlog=128)
    except (OSError, UnicodeError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise MienError(
                "another program, or another Mien, listens there already",
                where=where,
                hint="give another --port; --port 0 takes a free one",
            ) from error
        reason = getattr(error, "strerror", None) or str(error)
        raise MienError(
            f"cannot listen there ({reason})",
            where=where,
            hint="give another --host or --port; --port 0 takes a free one",
        ) from error


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


@contextmanager
def _stopping_is_no_error() -> Iterator[None]:
    """Uvicorn raises the signal again that stopped it; here it has done its work by then."""
    before = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _OneLine(logging.Formatter):
    """Time, level and message, without the traceback, whose text may quote what was sent."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self.formatTime(record)} {record.levelname.lower()} {record.getMessage()}"
        return " ".join(line.split())


@contextmanager
def _logging(level: int) -> Iterator[None]:
    """Lines of the server on standard error while it runs."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    chosen = ((LOG, level), (logging.getLogger("uvicorn.error"), logging.WARNING))
    before = [(logger, logger.level, logger.propagate) for logger, _ in chosen]
    for logger, wanted in chosen:
        logger.addHandler(handler)
        logger.setLevel(wanted)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, wanted, propagate in before:
            logger.removeHandler(handler)
            logger.setLevel(wanted)
            logger.propagate = propagate
