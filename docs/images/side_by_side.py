"""What the scripts of this folder share: a server, a window's picture, pictures in a row."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Page

from mien.server.app import create_app
from mien.server.settings import Settings

FOLDER = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Address of a server on a free port, once it answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    server.should_exit = True
    thread.join(60)


def picture(page: Page) -> Image.Image:
    """What the window shows."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def save(name: str, *pictures: Image.Image, high: int) -> None:
    """Write pictures side by side, all ``high`` pixels high."""
    scaled = [each.resize((each.width * high // each.height, high)) for each in pictures]
    gap = 16
    whole = Image.new("RGB", (sum(each.width + gap for each in scaled) - gap, high), "#d8d5cd")
    left = 0
    for each in scaled:
        whole.paste(each, (left, 0))
        left += each.width + gap
    whole.save(FOLDER / name, quality=80, method=6)
