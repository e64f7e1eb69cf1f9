"""The built page on a static server, in a real Chromium with a fake camera."""

from __future__ import annotations

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from apps.live_page.made_video import crossing, write_mjpeg

WEB = Path(__file__).resolve().parents[2] / "web"


@pytest.fixture(scope="session")
def dist(tmp_path_factory) -> Path:
    """The folder that ``npm run build`` makes, built anew."""
    if shutil.which("npm") is None or not (WEB / "node_modules").is_dir():
        pytest.skip("the page is not built: there is no npm, or nobody ran npm ci in web/")
    folder = tmp_path_factory.mktemp("web") / "dist"
    subprocess.run(["npm", "run", "--silent", "build", "--", str(folder)], cwd=WEB, check=True)
    return folder


@dataclass
class Site:
    """A folder on a plain static server, as ``python -m http.server`` serves it."""

    url: str
    stop: Callable[[], None]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


def serve(folder: Path) -> Site:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return Site(f"http://127.0.0.1:{server.server_port}/", stop)


@pytest.fixture
def site(dist) -> Iterator[Site]:
    """The built page, served."""
    served = serve(dist)
    yield served
    served.stop()


@pytest.fixture(scope="session")
def camera(tmp_path_factory) -> Path:
    """What a fake camera shows: two people who cross."""
    return write_mjpeg(tmp_path_factory.mktemp("camera") / "crossing.mjpeg", crossing(6))


@pytest.fixture(scope="session")
def browser(launch_chromium, camera) -> Any:
    """Chromium whose camera may be used."""
    return launch_chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    )


@dataclass
class Watched:
    """A page, its browser context, and what it did that is worth a look."""

    page: Any
    context: Any
    origins: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def open_page() -> Callable[..., Any]:
    """Open pages; every request of pages, workers and service workers is noted."""

    @contextmanager
    def opened(browser: Any, url: str, *, init: str = "", **options: Any) -> Iterator[Watched]:
        context = browser.new_context(viewport={"width": 1200, "height": 900}, **options)
        page = context.new_page()
        watched = Watched(page, context)

        def note(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.scheme in ("http", "https", "ws", "wss"):
                watched.origins.add(f"{parts.scheme}://{parts.netloc}/")

        context.on("request", note)
        page.on("websocket", lambda socket: watched.origins.add(socket.url))
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                watched.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )
        page.add_init_script(init)
        page.goto(url)
        try:
            yield watched
        finally:
            context.close()

    return opened
