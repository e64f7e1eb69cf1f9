"""A folder of photos that may be shown: the astronaut, several times, and what is no photo."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from mien.packaged import ASTRONAUT, packaged_path

HOSTILE = "<img src=x onerror=alert(1)> {count} ${name} %00.png"


def astronaut() -> Image.Image:
    return Image.open(packaged_path(ASTRONAUT)).convert("RGB")


def make_folder(folder: Path) -> Path:
    """Three photos with the same face, one without, and a broken, a raw and a hidden file."""
    below = folder / "summer" / "beach"
    below.mkdir(parents=True)
    photo = astronaut()
    photo.save(folder / HOSTILE)
    photo.resize((400, 400)).save(below / "small.jpg")
    photo.crop((60, 0, 400, 320)).save(folder / "summer" / "close.webp")
    Image.new("RGB", (320, 240), "grey").save(folder / "nobody.png")
    (folder / "broken.jpg").write_bytes(bytes(range(256)) * 20)
    (folder / "raw.CR2").write_bytes(b"II*\0")
    (folder / "._close.jpg").write_bytes(b"not a picture")
    (folder / "notes.txt").write_text("no picture")
    return folder
