"""Makes the pictures of the album's page and of phones that the guides show.

``python docs/images/make_album_pictures.py`` writes WebP files beside itself. It needs what the
tests of the pages need. All photos are made of the demo's, of NASA's astronaut Eileen Collins,
which is in the public domain.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter
from playwright.sync_api import Browser, Page, sync_playwright

from mien.packaged import ASTRONAUT, packaged_path

HERE = Path(__file__).parent
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
QUALITY = 80


def make_photos(folder: Path) -> None:
    """Forty photos before soft walls, some of them small, dark, or in a burst."""
    with Image.open(packaged_path(ASTRONAUT)) as opened:
        whole = opened.convert("RGB")
    portrait = whole.crop((110, 0, 366, 256))
    rng = np.random.default_rng(4)
    for number in range(36):
        light = rng.integers(120, 220, (3, 4, 1))
        wall = np.clip(light + rng.integers(-18, 18, (1, 1, 3)), 0, 255).astype(np.uint8)
        room = Image.fromarray(wall).resize((960, 720), Image.Resampling.BICUBIC)
        side = int(rng.integers(240, 620))
        face = portrait.resize((side, side), Image.Resampling.LANCZOS)
        if number % 2:
            face = face.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        face = ImageEnhance.Brightness(face).enhance(float(rng.uniform(0.35, 1.1)))
        if number % 9 == 5:
            face = face.filter(ImageFilter.GaussianBlur(9))
        room.paste(face, (int(rng.integers(0, 960 - side)), int(rng.integers(0, 720 - side))))
        save(room, folder / "Summer" / f"IMG_{2000 + number}.jpg", f"2024:07:{1 + number % 28:02d}")
    for second in range(4):
        shot = ImageEnhance.Brightness(whole).enhance(1 - 0.03 * second)
        save(shot, folder / "Visit" / f"IMG_300{second}.jpg", "2024:09:02", second)
    (folder / "Visit" / "IMG_3004.jpg").write_bytes(b"\xff\xd8 cut off by a broken card")


def save(picture: Image.Image, path: Path, day: str, second: int = 0) -> None:
    """Write a photo with the time at which it was taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = f"{day} 12:00:{second:02d}"
    picture.save(path, exif=exif, quality=92)


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """The address of ``mien live`` with these options."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mien", "live", "--no-browser", "--port", "0", *options],
        env={**os.environ, "MIEN_DATA": str(folder / "data"), "NO_COLOR": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if " is at " in line:
                yield line.partition(" is at ")[2].split(" ")[0]
                break
    finally:
        process.terminate()
        process.wait()


def keep(page: Page, name: str) -> None:
    """Write what is seen as a WebP file."""
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        shot.convert("RGB").save(HERE / f"{name}.webp", quality=QUALITY, method=6)


def picture_album(browser: Browser, address: str) -> None:
    """From the empty album to its photos, on a computer and on a phone."""
    page = browser.new_page(viewport=WIDE)
    page.goto(f"{address}/album")
    page.click("#add-first")
    page.wait_for_selector(".folder-list li")
    keep(page, "album-choose")
    page.click("#choose-go")
    page.wait_for_function("() => document.querySelectorAll('.tile-frame img.there').length > 5")
    keep(page, "album-reading")
    page.wait_for_selector("#filling-ended li")
    page.click("#filling-ended button")
    page.wait_for_timeout(1500)
    keep(page, "album")
    page.click("#filters summary")
    page.fill("#from", "2024-09-01")
    page.click(".tile.stacked")
    page.wait_for_selector(".stacked-photo img")
    page.wait_for_timeout(1500)
    keep(page, "album-stack")
    page.close()
    page = browser.new_page(viewport=PHONE, color_scheme="dark")
    page.goto(f"{address}/album")
    page.wait_for_selector(".tile-frame img.there")
    if page.is_visible("#filling-ended button"):
        page.click("#filling-ended button")
    page.wait_for_timeout(1500)
    keep(page, "album-phone")
    page.close()


def main() -> None:
    """Make all of them."""
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made)
        make_photos(folder / "Pictures")
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or which("chromium")
        )
        with served(folder, "--photos", str(folder / "Pictures")) as address:
            picture_album(browser, address)
        with served(folder, "--lan") as address:
            page = browser.new_page(viewport=WIDE)
            page.goto(address)
            time.sleep(0.5)
            keep(page, "phone")
        browser.close()


if __name__ == "__main__":
    main()
