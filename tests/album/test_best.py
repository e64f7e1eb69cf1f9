"""The best photos, as a family would choose them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mien.album.asking.bursts import copy_numbers
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


@pytest.mark.parametrize("name", ["copying.jpg", "photocopy.jpg", "IMG_2019.jpg", "a(b).jpg"])
def test_names_that_are_no_copies(name: str) -> None:
    assert not is_copy(name.encode())


def test_copies_that_were_saved_anew_are_named_once(mien: Command, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    save(portrait(320), folder / "a - Copy.png", taken="2020:01:01 00:00:00")
    save(portrait(320), folder / "a.jpg")
    save(portrait(280), folder / "a (2).jpg", taken="2021:01:01 00:00:00")
    save(portrait(320, mirrored=True), folder / "other.jpg")
    mien("album", "index", folder)
    done = mien("album", "top", "--format", "paths")
    assert sorted(named(done.stdout)) == ["a.jpg", "other.jpg"]
    assert b"2 left out for a better one of the same burst, or as copies" in done.stderr
    assert len(named(mien("album", "top", "--format", "paths", "--bursts", "all").stdout)) == 4


def test_photos_of_a_booth_are_no_copies() -> None:
    hashes = np.array([7, 7, 7, 6, 1 << 40], np.uint64)
    faces = np.array([1, 1, 2, 1, 1])
    values = np.array([[0.9, 0.1], [0.2, 0.8], [0.9, 0.1], [0.85, 0.15], [0.9, 0.1]])
    assert copy_numbers(hashes, faces, values).tolist() == [0, 1, 2, 0, 4]


def test_copies_are_found_wherever_two_bits_differ() -> None:
    rng = np.random.default_rng(0)
    one = rng.integers(0, 1 << 62, 300).astype(np.uint64)
    flips = [(1 << a) ^ (1 << b) for a, b in rng.integers(0, 64, (300, 2)).tolist()]
    other = one ^ np.array(flips, np.uint64)
    found = copy_numbers(np.concatenate([one, other]), np.ones(600, np.int64), np.zeros((600, 1)))
    assert found.tolist() == [*range(300), *range(300)]
