"""Makes the pictures of the live page in this folder: python docs/images/make_live_pictures.py

Needs the development environment, with Chromium. What is seen may be shown: the public-domain photo
that comes with Mien, and faces that the page draws.
"""

from __future__ import annotations

import io
import socket
import threading
import time
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from mien.server.app import create_app
from mien.server.settings import Settings

FOLDER = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
MOVING = (800, 500)
CLIP_SECONDS = 14.0
BETWEEN = 120
HIGH = 720
"""Height in pixels of the pictures."""


SURPRISED = """() => {
  const told = document.getElementById('answer').innerText.toLowerCase();
  const old = document.querySelector('#answer.old, .person.old');
  const wanted = ['surprised', 'mouth', 'just now'].every((words) => told.includes(words));
  return wanted && !told.includes('not visible') && !old;
}"""
"""Whether the answer is fresh and says that the drawn face is surprised, and why."""


def serve() -> tuple[str, uvicorn.Server, threading.Thread]:
    """A server on a free port, once it answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(Settings(port=0)), log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    return f"http://127.0.0.1:{listening.getsockname()[1]}/", server, thread


def until(page: Page, script: str) -> None:
    """Wait for a function of the page to give true."""
    while not page.evaluate(script):
        page.wait_for_timeout(100)


def picture(page: Page) -> Image.Image:
    """What the window shows."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def save(name: str, *pictures: Image.Image) -> None:
    """Write pictures side by side, all equally high."""
    scaled = [each.resize((each.width * HIGH // each.height, HIGH)) for each in pictures]
    gap = 16
    whole = Image.new("RGB", (sum(each.width + gap for each in scaled) - gap, HIGH), "#d8d5cd")
    left = 0
    for each in scaled:
        whole.paste(each, (left, 0))
        left += each.width + gap
    whole.save(FOLDER / name, quality=80, method=6)


def live(page: Page) -> Image.Image:
    """The sample clip when its drawn face is surprised, with a sign."""
    page.click("#try-clip")
    while True:
        until(page, SURPRISED)
        taken = picture(page)
        # A busy computer is late: then the next time.
        if page.evaluate(SURPRISED):
            return taken


def practice(page: Page) -> Image.Image:
    """A question, answered with another word."""
    page.click("#tab-practice")
    page.locator("#guess-choices button").nth(1).click()
    page.evaluate("scrollTo(0, 0)")
    return picture(page)


def afterwards(page: Page) -> Image.Image:
    """What the clip showed in 40 seconds."""
    page.click("#try-clip")
    page.wait_for_timeout(40_000)
    page.click("#tab-review")
    page.locator(".name").first.fill("Mei")
    page.keyboard.press("Tab")
    page.evaluate("scrollTo(0, 0)")
    return picture(page)


def moving(page: Page) -> list[Image.Image]:
    """The sample clip once through, from where its drawn face is at rest."""
    page.click("#try-clip")
    until(page, "() => document.querySelectorAll('.person .signs li').length > 1")
    until(page, "() => document.getElementById('answer').innerText.includes('happy')")
    frames = []
    begun = time.monotonic()
    while time.monotonic() - begun < CLIP_SECONDS:
        taken = picture(page).resize(MOVING)
        # What is marked as old shows how busy this computer is, and not the page.
        if not page.evaluate("document.querySelector('.old') !== null"):
            frames.append(taken)
        page.wait_for_timeout(BETWEEN)
    return frames


def main() -> None:
    """Make all of them."""
    address, server, thread = serve()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, take in (("live", live), ("practice", practice), ("afterwards", afterwards)):
            taken = []
            for size in (DESKTOP, PHONE):
                page = browser.new_page(viewport=size, locale="en-GB")
                page.add_init_script("Math.random = () => 0.4;")
                page.goto(address)
                taken.append(take(page))
                page.close()
            save(f"{name}.webp", *taken)
        page = browser.new_page(viewport=DESKTOP, locale="en-GB")
        page.goto(address)
        first, *others = moving(page)
        first.save(
            FOLDER / "live-moving.webp",
            save_all=True,
            append_images=others,
            duration=round(1000 * CLIP_SECONDS / (1 + len(others))),
            loop=0,
            quality=60,
            method=6,
        )
        browser.close()
    server.should_exit = True
    thread.join(60)


if __name__ == "__main__":
    main()
