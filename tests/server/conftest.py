"""A real server on a free port, in a thread of the tests' process."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from PIL import Image as PillowImage

from mien.packaged import ASTRONAUT, packaged_path
from mien.server.app import create_app
from mien.server.server import MienServer, bind
from mien.server.settings import Settings


@dataclass(frozen=True)
class Running:
    port: int

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def live(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/live"

    def client(self) -> httpx.Client:
        # Certificates are not needed, and take long to read.
        return httpx.Client(base_url=self.http, timeout=60, verify=False)


@contextmanager
def running(**options) -> Iterator[Running]:
    """A server with these settings, ended when the block ends."""
    settings = Settings(port=0, **options)
    ready = threading.Event()
    with bind(settings) as listening:
        server = MienServer(create_app(settings), settings, ready.set)
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
        thread.start()
        try:
            assert ready.wait(60)
            yield Running(listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(60)
            assert not thread.is_alive()


def encoded(picture: PillowImage.Image, kind: str = "JPEG", **options) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture(scope="session")
def portrait() -> PillowImage.Image:
    """One happy face, 512×512."""
    with PillowImage.open(packaged_path(ASTRONAUT)) as picture:
        return picture.convert("RGB")


@pytest.fixture(scope="session")
def jpeg(portrait) -> bytes:
    return encoded(portrait)


@pytest.fixture(scope="session")
def bomb() -> bytes:
    """A hundred million pixels in a few kilobytes."""
    return encoded(PillowImage.new("1", (10_000, 10_000)), "PNG")


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    with running(max_fps=1000) as found:
        yield found


@pytest.fixture
def client(server) -> Iterator[httpx.Client]:
    with server.client() as found:
        yield found
