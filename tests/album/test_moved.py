"""Photos that are no longer where they were indexed: answers name what is there."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
from pathlib import Path

import pytest
from PIL import ImageOps

from mien.album.indexing.index import index_folder

from .conftest import MODEL, Command, portrait, save


def library(folder: Path) -> Path:
    for number in range(3):
        save(portrait(200 + 8 * number), folder / f"{number}.jpg")
    return folder


def lines(output: bytes) -> list[str]:
    return output.decode().splitlines()


def told(done) -> str:
    return done.stderr.decode()


def top(mien: Command, *more: str | Path, check: int = 0):
    return mien("album", "top", "--bursts", "all", "--format", "paths", *more, check=check)


@pytest.mark.parametrize(("before", "after"), [("2019", "phone"), ("phone", "2019")])
def test_a_renamed_library_is_recognised(
    mien: Command, tmp_path: Path, before: str, after: str
) -> None:
    old, new = tmp_path / before, tmp_path / after
    library(old)
    mien("album", "index", old)
    old.rename(new)
    done = mien("album", "index", new)
    assert b"3 recognised (3 moved here)" in done.stdout
    assert f"mien album forget {shlex.quote(str(old))}" in told(done)
    expected = sorted(str(path) for path in new.iterdir())
    for place in ((), (new,)):
        done = top(mien, *place, "--out", tmp_path / f"out{len(place)}")
        assert sorted(lines(done.stdout)) == expected
        assert len(list((tmp_path / f"out{len(place)}").iterdir())) == 3
    page = tmp_path / "g.html"
    top(mien, "--gallery", page)
    assert page.read_text().count('<img src="data:image/jpeg') == 6
    done = mien("album", "status")
    assert b"3 in 3 files" in done.stdout
    assert f"no longer there; to take it out: mien album forget {old}".encode() in done.stdout
    done = mien("album", "index", old, check=2)
    assert "was indexed before and is no longer there" in told(done)
    assert "mien album forget" in told(done)
    assert "mien album forget" in told(top(mien, old, check=2))


def test_renamed_and_not_indexed_again(mien: Command, tmp_path: Path) -> None:
    old = library(tmp_path / "old")
    stays = save(portrait(300, mirrored=True), tmp_path / "stays" / "here.jpg")
    mien("album", "index", old, stays.parent)
    old.rename(tmp_path / "new")
    done = top(mien)
    assert lines(done.stdout) == [str(stays)]
    assert f"3 photos left out: {old} is no longer there" in told(done)
    assert f"mien album forget {old}" in told(done)
    done = top(mien, old, check=2)
    assert "is no longer there" in told(done)
    # There and back again, without an index.
    (tmp_path / "new").rename(old)
    assert len(lines(top(mien).stdout)) == 4


def test_back_under_the_old_name(mien: Command, tmp_path: Path) -> None:
    old, new = library(tmp_path / "old"), tmp_path / "new"
    mien("album", "index", old)
    old.rename(new)
    mien("album", "index", new)
    new.rename(old)
    done = top(mien)
    assert lines(done.stdout) == []
    mien("album", "index", old)
    assert len(lines(top(mien).stdout)) == 3


def test_a_single_photo_that_went_away_leaves_its_place_to_another(
    mien: Command, tmp_path: Path
) -> None:
    folder = library(tmp_path / "photos")
    mien("album", "index", folder)
    best = Path(lines(top(mien, "-n", "1").stdout)[0])
    best.unlink()
    done = top(mien, "-n", "2", "--out", tmp_path / "out")
    assert len(lines(done.stdout)) == 2 and str(best) not in lines(done.stdout)
    assert f"1 photo left out: {best} is no longer there" in told(done)
    # Its mirror image, as a photo of the album would leave out the copies of itself.
    asked = tmp_path / "asked.jpg"
    save(ImageOps.mirror(portrait(200)), asked)
    done = mien("album", "similar", asked, "--format", "paths")
    assert len(lines(done.stdout)) >= 1 and str(best) not in lines(done.stdout)
    assert f"mien album forget {best}" in told(done)


def test_the_best_of_a_burst_that_went_away_leaves_its_place_to_the_next(
    mien: Command, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    for number in range(3):
        save(portrait(200 + number), folder / f"{number}.jpg", taken="2019:07:04 12:00:00")
    mien("album", "index", folder)
    ask = ("album", "top", "--format", "paths")
    first = Path(lines(mien(*ask).stdout)[0])
    first.unlink()
    done = mien(*ask)
    assert len(lines(done.stdout)) == 1 and lines(done.stdout) != [str(first)]


def test_a_copy_is_named_where_it_is_asked_for(mien: Command, tmp_path: Path) -> None:
    one = library(tmp_path / "a")
    two = Path(shutil.copytree(one, tmp_path / "b"))
    mien("album", "index", one, two)
    done = top(mien, two)
    assert sorted(lines(done.stdout)) == sorted(str(path) for path in two.iterdir())
    done = top(mien, tmp_path / "b" / ".." / "b")
    assert len(lines(done.stdout)) == 3
    # The copy is there when the first has gone, also without an index.
    (one / "1.jpg").unlink()
    done = mien("album", "top", "--bursts", "all", "--format", "json")
    paths = {photo["path"] for photo in json.loads(done.stdout)["photos"]}
    assert paths == {str(one / "0.jpg"), str(two / "1.jpg"), str(one / "2.jpg")}
    assert b"left out" not in done.stderr


def test_an_index_marks_only_what_it_has_found_elsewhere(tmp_path: Path) -> None:
    database = tmp_path / "album.sqlite3"
    old = library(tmp_path / "old")
    index_folder(old, database, MODEL)
    new = tmp_path / "new"
    new.mkdir()
    (old / "0.jpg").rename(new / "0.jpg")
    shutil.copy(old / "1.jpg", new / "1.jpg")
    indexed = index_folder(new, database, MODEL)
    assert (indexed.recognised, indexed.moved, indexed.lost_folders) == (2, 1, ())
    with sqlite3.connect(database) as connection:
        gone = connection.execute("SELECT path FROM file WHERE gone = 1").fetchall()
    assert gone == [(bytes(old / "0.jpg"),)]
