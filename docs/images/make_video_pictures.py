"""Makes the pictures of a video in the page: python docs/images/make_video_pictures.py

Needs the development environment, with Chromium. What is seen may be shown: the public-domain photo
that comes with Mien.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import av
import cv2
import numpy as np
from make_live_pictures import CHROMIUM, DESKTOP, PHONE, picture, save, serve, until
from playwright.sync_api import Page, sync_playwright

from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path

FRAMES = 150
FPS = 25
READING = """() => document.getElementById('video-status').innerText.startsWith('Reading')
  && document.getElementById('video-done').value > 0.1"""
SIDE = 360


def write_film(path: Path) -> None:
    """Two copies of the photo's face that sway, turn and are covered for a while."""
    head = cv2.resize(read_image(packaged_path(ASTRONAUT))[20:230, 120:330], (SIDE, SIDE))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 1024, 576, "yuv420p"
        for number in range(FRAMES):
            image = np.full((576, 1024, 3), (90, 110, 100), np.uint8)
            sway = round(40 * np.sin(number / 20))
            image[110 : 110 + SIDE, 90 + sway : 90 + sway + SIDE] = head
            if not 50 < number < 90:
                image[110 : 110 + SIDE, 570 - sway : 570 - sway + SIDE] = head[:, ::-1] // 2 + 30
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())


def shown(page: Page, film: Path) -> None:
    """The video read, marked and plotted."""
    page.set_input_files("#video-file", str(film))
    page.wait_for_selector("#video-read:not([hidden]) .participant", timeout=120_000)
    page.locator(".name").first.fill("Mei")
    page.locator(".name").first.press("Tab")
    for name, start, end in (("question", "0.5", "1.5"), ("", "4.5", "5.2")):
        page.fill("#mark-from", start)
        page.fill("#mark-to", end)
        page.fill("#mark-name", name)
        page.click("#mark-event" if name else "#mark-exclude")
    page.select_option("#film-column", "confidence")
    page.locator("#film-at").focus()
    for _ in range(2):
        page.keyboard.press("PageUp")
    page.wait_for_timeout(1500)


def main() -> None:
    """Make all of them."""
    address, server, thread = serve()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        film = Path(folder) / "conversation.webm"
        write_film(film)
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        taken = []
        for size in (DESKTOP, PHONE):
            page = browser.new_page(viewport=size, locale="en-GB")
            page.goto(address)
            page.click("#tab-film")
            if size == DESKTOP:
                empty = picture(page)
                page.set_input_files("#video-file", str(film))
                until(page, READING)
                save("video-reading.webp", empty, picture(page))
                page.click("#video-cancel")
                page.wait_for_timeout(1500)
            shown(page, film)
            page.evaluate("scrollTo(0, 0)")
            taken.append(picture(page))
            if size == DESKTOP:
                page.locator("#film-plot").scroll_into_view_if_needed()
                page.evaluate("document.querySelector('#film-column').scrollIntoView()")
                save("video-marks.webp", picture(page))
            page.click("#video-close")
            page.wait_for_timeout(500)
            page.close()
        save("video.webp", *taken)
        browser.close()
    server.should_exit = True
    thread.join(60)


if __name__ == "__main__":
    main()
