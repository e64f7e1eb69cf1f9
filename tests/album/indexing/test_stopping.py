"""Runs that are stopped, folders that go away, and links that lead out."""

from __future__ import annotations

import os
import shutil

import pytest

from mien.album.database import open_album
from mien.album.indexing.index import BATCH, StoppedError, index_folder
from mien.album.status import album_status
from mien.errors import DataError

from ..conftest import MODEL, in_a_room, portrait, save

MANY = BATCH + 8


@pytest.fixture
def many(tmp_path):
    for number in range(MANY):
        save(in_a_room(portrait(160), number), tmp_path / "many" / f"{number:03d}.jpg")
    return tmp_path / "many"


def files(database) -> int:
    with open_album(database) as connection:
        return album_status(connection).files


@pytest.mark.parametrize("apart", [False, True])
def test_a_stopped_run_keeps_what_it_read_and_goes_on(tmp_path, many, apart):
    database, told = tmp_path / "a.sqlite3", []
    with pytest.raises(StoppedError):
        index_folder(
            many,
            database,
            MODEL,
            apart=apart,
            report=lambda done, total: told.append((done, total)),
            stop=lambda: told[-1][0] == BATCH + 3,
        )
    assert told[-1] == (BATCH + 3, MANY)
    assert files(database) == BATCH + 3
    again = index_folder(many, database, MODEL)
    assert (again.read, again.unchanged) == (MANY - BATCH - 3, BATCH + 3)


def test_a_folder_that_goes_away_ends_the_run_with_one_line(tmp_path, many):
    database = tmp_path / "a.sqlite3"

    def take_away(done: int, total: int) -> None:
        if done == 5:
            shutil.move(many, tmp_path / "away")

    with pytest.raises(DataError, match="has gone while it was read") as raised:
        index_folder(many, database, MODEL, report=take_away)
    assert "what was read until then is kept" in str(raised.value)
    assert files(database) == 5
    shutil.move(tmp_path / "away", many)
    assert index_folder(many, database, MODEL).read == MANY - 5


def test_links_are_followed_unless_they_lead_out_of_what_was_allowed(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    save(portrait(160), outside / "deep" / "a.jpg")
    save(portrait(160, mirrored=True), folder / "inside" / "b.jpg")
    (folder / "link").symlink_to(outside / "deep")
    (folder / "a.jpg").symlink_to(outside / "deep" / "a.jpg")
    (folder / "within").symlink_to(folder / "inside")
    inside = (os.path.realpath(os.fsencode(folder)),)
    found = index_folder(folder, tmp_path / "a.sqlite3", MODEL, inside=inside)
    assert found.read == 1
    assert {os.fsdecode(each.path) for each in found.closed} == {
        str(folder / "link"),
        str(folder / "a.jpg"),
    }
    # The command, whose user names the folder, follows them; the page then lets them be.
    assert index_folder(folder, tmp_path / "b.sqlite3", MODEL).read == 2
    again = index_folder(folder, tmp_path / "b.sqlite3", MODEL, inside=inside)
    assert again.gone == 0
