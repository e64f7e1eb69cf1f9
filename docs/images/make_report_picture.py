"""Makes the picture of a report that the guide shows, of its beginning, which has no faces in it.

``mien report default --out report/``, then
``python docs/images/make_report_picture.py report/report.html`` writes ``report.webp`` beside this.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from shutil import which

from PIL import Image
from playwright.sync_api import sync_playwright

WIDTH = 1120


def main(report: Path) -> None:
    """Take the page down to the figures of the classes."""
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or which("chromium")
        browser = playwright.chromium.launch(executable_path=path)
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto(report.absolute().as_uri())
        box = page.locator(".plots").first.bounding_box()
        assert box is not None
        clip = {"x": 0.0, "y": 0.0, "width": WIDTH, "height": box["y"] + box["height"] + 12}
        shot = page.screenshot(full_page=True, clip=clip)
        browser.close()
    with Image.open(io.BytesIO(shot)) as picture:
        picture.convert("RGB").save(Path(__file__).with_name("report.webp"), quality=80, method=6)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
