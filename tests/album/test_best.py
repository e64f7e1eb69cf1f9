"""The best photos, as a family would choose them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mien.album.asking.columns import is_copy

from .conftest import Command, portrait, save


def named(output: bytes) -> list[str]:
    return [Path(line).name for line in output.decode().splitlines()]


def test_only_those_are_named_of_which_it_is_true(mien: Command, photos: Path) -> None:
    mien("album", "index", photos, check=3)
    ask = ("album", "top", "--bursts", "all", "-e", "surprise", "-n", "9", "--format", "paths")
    done = mien(*ask)
    assert done.stdout == b""
    assert b"only 0 of 9 are surprise: 3 more have a score below 0.5; " in done.stderr
    done = mien(*ask, "--min-score", "0")
    assert len(named(done.stdout)) == 3 and b"only" not in done.stderr
    done = mien("album", "top", "--bursts", "all", "-e", "surprise<0.3", "--format", "json")
    assert len(json.loads(done.stdout)["photos"]) == 3


def test_similar_leaves_out_the_photo_itself_and_its_copies(mien: Command, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    asked = save(portrait(320), folder / "asked.png")
    shutil.copy(asked, folder / "again.png")
    save(portrait(320), folder / "saved anew.jpg")
    save(portrait(240), folder / "smaller.jpg")
    other = save(portrait(320, mirrored=True), folder / "other.jpg")
    elsewhere = shutil.copy(asked, tmp_path / "elsewhere.png")
    mien("album", "index", folder)
    for photo in (asked, elsewhere):
        done = mien("album", "similar", photo, "--format", "paths")
        assert named(done.stdout) == [other.name]


@pytest.mark.parametrize("copy", ["a (1).jpg", "a copy.jpg", "a - Copy.jpg", "Copy of a.jpg"])
def test_of_equal_files_the_original_is_named(mien: Command, tmp_path: Path, copy: str) -> None:
    folder = tmp_path / "photos"
    first = save(portrait(320), folder / "a.jpg")
    shutil.copy(first, folder / copy)
    mien("album", "index", folder)
    assert named(mien("album", "top", "--format", "paths").stdout) == ["a.jpg"]


def test_photos_that_are_alike_are_named_once(mien: Command, tmp_path: Path) -> None:
    """Saved anew, smaller, minutes later; of pictures of two days both are named."""
    folder = tmp_path / "photos"
    save(portrait(320), folder / "a - Copy.png")
    save(portrait(320), folder / "a.jpg", taken="2020:01:01 10:00:00")
    save(portrait(280), folder / "b.jpg", taken="2020:01:01 10:30:00")
    save(portrait(320, mirrored=True), folder / "other.jpg", taken="2020:01:01 10:31:00")
    mien("album", "index", folder)
    done = mien("album", "top", "--format", "paths")
    found = named(done.stdout)
    assert len(found) == 2 and "other.jpg" in found and found != ["a - Copy.png", "other.jpg"]
    assert b"2 left out as alike to another; to see all: --bursts all" in done.stderr
    assert len(named(mien("album", "top", "--format", "paths", "--bursts", "all").stdout)) == 4


@pytest.mark.parametrize("name", ["copying.jpg", "photocopy.jpg", "IMG_2019.jpg", "a(b).jpg"])
def test_names_that_are_no_copies(name: str) -> None:
    assert not is_copy(name.encode())
