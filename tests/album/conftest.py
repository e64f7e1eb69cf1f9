"""A few small photos made of the packaged portrait, and an album of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter
from warm_process import WarmProcess

from mien.album.indexing.index import index_folder
from mien.packaged import ASTRONAUT, DEFAULT_MODEL, packaged_path

MODEL = packaged_path(DEFAULT_MODEL)
Command = Callable[..., subprocess.CompletedProcess[bytes]]


def portrait(side: int = 160, *, mirrored: bool = False, brightness: float = 1.0) -> Image.Image:
    """One happy face, about a third of the picture's side."""
    image = Image.open(packaged_path(ASTRONAUT)).convert("RGB").crop((110, 0, 366, 256))
    if mirrored:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    image = image.resize((side, side), Image.Resampling.LANCZOS)
    return image.point(lambda value: value * brightness)


def save(
    image: Image.Image,
    path: Path,
    *,
    taken: str | None = None,
    orientation: int = 1,
    place: bool = False,
) -> Path:
    """Write a picture with EXIF; the format is that of the suffix."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    if taken is not None:
        exif.get_ifd(0x8769)[36867] = taken
    if place:
        exif.get_ifd(0x8825).update({1: "S", 2: (48.0, 12.0, 30.0), 3: "W", 4: (16.0, 22.0, 12.0)})
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, exif=exif, quality=95)
    return path


@pytest.fixture(scope="session")
def made_photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two of a burst, a pair of faces, a blurred one, one without a face, one that is no photo."""
    folder = tmp_path_factory.mktemp("made") / "photos"
    burst = portrait(320)
    save(burst, folder / "burst-1.jpg", taken="2019:07:04 12:00:00", place=True)
    soft = burst.filter(ImageFilter.GaussianBlur(1))
    save(soft, folder / "burst-2.jpg", taken="2019:07:04 12:00:01")
    pair = Image.new("RGB", (320, 160), "grey")
    pair.paste(portrait(), (0, 0))
    pair.paste(portrait(mirrored=True), (160, 0))
    save(pair, folder / "deep" / "pair.png", taken="2020:01:31 23:59:59")
    save(portrait(320).filter(ImageFilter.GaussianBlur(9)), folder / "blurred.webp")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    save(Image.fromarray(noise), folder / "noise.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no photo")
    return folder


@pytest.fixture(scope="session")
def made_album(made_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The album of ``made_photos``; for reading only."""
    database = tmp_path_factory.mktemp("album") / "album.sqlite3"
    index_folder(made_photos, database, MODEL)
    return database


@pytest.fixture
def photos(made_photos: Path, tmp_path: Path) -> Path:
    """A copy of the made photos, for tests that change them."""
    return Path(shutil.copytree(made_photos, tmp_path / "photos"))


@pytest.fixture
def album(made_album: Path, tmp_path: Path) -> Path:
    """A copy of the made album, of the photos in ``made_photos``."""
    copy = tmp_path / "album.sqlite3"
    shutil.copyfile(made_album, copy)
    return copy


@pytest.fixture
def mien(tmp_path: Path, warm_runtime: WarmProcess) -> Command:
    """Run ``mien ARGUMENTS`` with its album and data in an empty folder.

    For a handful of photos one worker is enough, and is not a process more that has to start.
    """

    def run(*arguments: str | Path, check: int | None = 0) -> subprocess.CompletedProcess[bytes]:
        words = list(map(str, arguments))
        if words[:2] == ["album", "index"] and not {"--workers", "--engine"} & set(words):
            words += ["--workers", "1"]
        done = warm_runtime.mien(words, Path.cwd(), environment(tmp_path))
        if check is not None:
            assert done.returncode == check, done.stderr.decode()
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done

    return run


def mien_command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "mien", *map(str, arguments)]


def environment(folder: Path) -> dict[str, str]:
    own = {"MIEN_DATA": str(folder / "data"), "COLUMNS": "120", "NO_COLOR": "1"}
    return {key: value for key, value in os.environ.items() if key != "MIEN_ALBUM"} | own


def wait_until(true: Callable[[], Any], seconds: float = 120) -> None:
    """Come back as soon as ``true`` gives something true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.02)
