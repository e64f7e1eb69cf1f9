"""Makes the pictures of the live page in this folder: python docs/images/make_live_pictures.py

Needs the development environment, with Chromium. What is seen may be shown: the public-domain photo
that comes with Mien, and faces that the page draws.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

import av
import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from side_by_side import CHROMIUM, FOLDER, picture, save, served

from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path
from mien.server.settings import Settings

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


def until(page: Page, script: str) -> None:
    """Wait for a function of the page to give true."""
    while not page.evaluate(script):
        page.wait_for_timeout(100)


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
    with (
        served(Settings(port=0, video=True)) as address,
        sync_playwright() as driver,
        tempfile.TemporaryDirectory() as folder,
    ):
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
            save(f"{name}.webp", *taken, high=HIGH)
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


if __name__ == "__main__":
    main()
