"""A real server, a real Chromium with a fake camera, and a page that must not misbehave."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from mien.server.app import create_app
from mien.server.settings import Settings

from .made_video import crossing, write_mjpeg

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
uvicorn = pytest.importorskip("uvicorn")

CROSSING_SECONDS = 6.0

# Playwright does not tell of binary messages that a page sends as blobs.
COUNT_SENT = """window.sentMessages = 0;
  const sendMessage = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    window.sentMessages += 1;
    sendMessage.call(this, data);
  };"""


@dataclass
class Running:
    """A server that answers at ``url``, until ``stop``."""

    url: str
    stop: Callable[[], None]


@dataclass
class Watched:
    """A page, and what it did that is worth a look."""

    page: Any
    hosts: set[str] = field(default_factory=set)
    console: list[str] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    complaints_expected: bool = False

    def sent(self) -> int:
        """Number of messages that the page has sent since it was loaded."""
        count: int = self.page.evaluate("sentMessages")
        return count


def run_server(settings: Settings) -> Running:
    listening = socket.create_server((settings.host, settings.port))
    # The page keeps connections open; without a limit a stop would wait for them.
    config = uvicorn.Config(
        create_app(settings),
        ws="websockets-sansio",
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)

    def stop() -> None:
        server.should_exit = True
        thread.join(60)
        listening.close()

    return Running(f"http://127.0.0.1:{listening.getsockname()[1]}/", stop)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Address of a server without a token."""
    running = run_server(Settings(port=0, threads=2))
    yield running.url
    running.stop()


@pytest.fixture(scope="session")
def browser(tmp_path_factory, launch_chromium) -> Any:
    """Chromium whose camera shows two people who cross."""
    film = write_mjpeg(
        tmp_path_factory.mktemp("camera") / "crossing.mjpeg", crossing(CROSSING_SECONDS)
    )
    return launch_chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


def note_complaints(page: Any, console: list[str]) -> None:
    """Write down the errors and warnings of a page, its own and the browser's about it."""
    page.on("pageerror", lambda error: console.append(str(error)))
    page.on(
        "console",
        lambda message: (
            console.append(message.text) if message.type in ("error", "warning") else None
        ),
    )


@pytest.fixture
def open_page(browser) -> Callable[..., Any]:
    """Open pages; after the test: nothing left this computer, no error, no broken policy."""

    @contextmanager
    def opened(url: str, *, init: str = "", width: int = 1200, **options: Any) -> Iterator[Watched]:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, accept_downloads=True, **options
        )
        page = context.new_page()
        watched = Watched(page)
        page.on("request", lambda request: watched.hosts.add(_host(request.url)))
        page.on("websocket", lambda socket: _watch(socket, watched))
        note_complaints(page, watched.console)
        page.add_init_script(COUNT_SENT + init)
        page.goto(url)
        try:
            yield watched
        finally:
            context.close()
        assert watched.hosts <= {"127.0.0.1", ""}
        assert watched.complaints_expected or watched.console == []

    return opened


def _host(url: str) -> str:
    """Empty for what the page itself holds: blob: and data:."""
    parts = urlsplit(url)
    return parts.hostname or ""


def _watch(socket: Any, watched: Watched) -> None:
    watched.hosts.add(_host(socket.url))
    socket.on("framereceived", lambda text: watched.answers.append(json.loads(text)))


def set_box(page: Any, name: str, on: bool = True) -> None:
    """Check or uncheck a setting in its drawer, and close the drawer again."""
    page.click("[data-opens=settings]")
    page.set_checked(f"#{name}", on)
    page.keyboard.press("Escape")


def wait_for(page: Any, true: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What ``true`` gives as soon as it gives something; the page goes on meanwhile."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {seconds:g} s")
