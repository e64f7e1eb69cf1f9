"""Makes the pictures of the live page in this folder: python docs/images/make_live_pictures.py

Needs the development environment, with Chromium. What is seen may be shown: the public-domain photo
that comes with Mien, and faces that the page draws.
"""

from __future__ import annotations

import io
import socket
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

import av
import numpy as np
import uvicorn
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path
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
    config = uvicorn.Config(create_app(Settings(port=0, video=True)), log_level="critical")
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


def make_film(path: Path) -> None:
    """The photo's face, near for six seconds, with a second and smaller one in the middle."""
    photo = read_image(packaged_path(ASTRONAUT))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        for at in range(60):
            shown = np.full((540, 960, 3), (96, 112, 116), np.uint8)
            dark = min(1.0, 0.5 + abs(at - 30) / 40)
            shown[28:, 40 + at // 2 : 552 + at // 2] = photo * dark
            if 20 <= at < 45:
                shown[284:, 640:896] = photo[::2, ::-2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        container.mux(stream.encode())


def video(page: Page, film: Path) -> Image.Image:
    """A video that was read, with a name, a part that is left out, and an event."""
    page.click("#tab-film")
    page.set_input_files("#video-file", film)
    page.wait_for_selector("#video-save:not([disabled])", timeout=120_000)
    page.fill("#video-name-1", "Mei")
    page.click("#video-marks summary")
    for start, end, label in (("0", "1", ""), ("2", "4.5", "greeting")):
        page.fill("#video-from", start)
        page.fill("#video-to", end)
        page.fill("#video-label", label)
        page.keyboard.press("Enter")
    page.click("#video-marks summary")
    page.click("#video-plot-box summary")
    page.fill("#video-time", "3.6")
    page.wait_for_selector("#video-plot path", state="attached")
    page.evaluate("scrollTo(0, document.getElementById('video-full').offsetTop - 60)")
    page.wait_for_timeout(500)
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
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        make_film(film)
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, take in (
            ("live", live),
            ("practice", practice),
            ("afterwards", afterwards),
            ("video", partial(video, film=film)),
        ):
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
