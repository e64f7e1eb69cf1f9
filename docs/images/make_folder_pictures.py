"""Makes the pictures of a folder read in the browser: python docs/images/make_folder_pictures.py

Needs the development environment, with Chromium and what ``npm ci`` in ``web`` puts there. What is
seen may be shown: the public-domain photo that comes with Mien, and faces that its page draws.
"""

from __future__ import annotations

import functools
import http.server
import io
import subprocess
import tempfile
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from side_by_side import CHROMIUM, FOLDER, picture, save

from mien.packaged import ASTRONAUT, packaged_path

WEB = FOLDER.parents[1] / "web"
DESKTOP = {"width": 1280, "height": 844}
PHONE = {"width": 390, "height": 844}
HIGH = 720
"""Height in pixels of the picture."""
DRAWN = 24


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


def serve(folder: Path) -> tuple[str, http.server.ThreadingHTTPServer]:
    """The built page on a free port."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/", server


def draw_photos(browser: Browser, url: str, folder: Path) -> None:
    """Photos of the faces that the page draws for guessing, and the astronaut twice."""
    with browser.new_page(viewport=DESKTOP, device_scale_factor=2) as page:
        page.goto(url)
        page.click("#tab-practice")
        for number in range(DRAWN):
            face = Image.open(io.BytesIO(page.locator("#guess-picture svg").screenshot()))
            backdrop = face.convert("RGB").getpixel((face.width // 20, face.height // 4))
            photo = Image.new("RGB", (1200, 900), backdrop)
            photo.paste(face, ((1200 - face.width) // 2, 900 - face.height))
            photo.save(folder / f"drawn {number + 1:02}.jpg", quality=90)
            page.locator("#guess-choices button").first.click()
            page.click("#guess-next")
    astronaut = Image.open(packaged_path(ASTRONAUT)).convert("RGB")
    astronaut.save(folder / "astronaut.jpg", quality=90)
    (folder / "a film.CR2").write_bytes(b"II*")


def read(page: Page, url: str, folder: Path) -> Image.Image:
    """What the window shows when the folder has been read."""
    page.goto(url)
    page.click("#tab-folder")
    page.set_input_files("#folder-files", str(folder))
    page.wait_for_selector("#folder-tiles img[src^=blob]")
    page.wait_for_selector("#folder-progress", state="hidden")
    page.wait_for_timeout(1500)
    page.evaluate("scrollTo(0, 0)")
    return picture(page)


def main() -> None:
    """Build the page, draw photos, read them, and write ``folder.webp``."""
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        dist, photos = Path(made) / "dist", Path(made) / "holiday"
        photos.mkdir()
        build = ["npm", "run", "--silent", "build", "--", str(dist)]
        subprocess.run(build, cwd=WEB, check=True, stdout=subprocess.DEVNULL)
        url, server = serve(dist)
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        draw_photos(browser, url, photos)
        shown = []
        for viewport, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            context = browser.new_context(
                viewport=viewport, color_scheme=scheme, bypass_csp=True, service_workers="block"
            )
            shown.append(read(context.new_page(), url, photos))
            context.close()
        save("folder.webp", *shown, high=HIGH)
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
