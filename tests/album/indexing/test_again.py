"""What could not be read for a reason of the system is tried again; what is damaged is not."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from mien.album.database import open_album
from mien.album.indexing import scan
from mien.album.indexing.index import index_folder
from mien.album.schema import MIGRATIONS
from mien.album.status import album_status

from ..conftest import MODEL, Command

DAMAGED = "broken.jpg"


def unreadable(indexed) -> set[str]:
    return {Path(os.fsdecode(path)).name for path, _ in indexed.unreadable}


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(errno.EACCES, "permission denied"),
        OSError(errno.EIO, "input/output error"),
        OSError(errno.ESTALE, "stale file handle"),
        MemoryError(),
    ],
)
def test_a_reason_of_the_system_is_tried_again(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    database = tmp_path / "album.sqlite3"
    read = Path.open

    def fail(self, *arguments, **options):
        if self.suffix == ".jpg":
            raise error
        return read(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", fail)
    first = index_folder(photos, database, MODEL)
    assert unreadable(first) == {"burst-1.jpg", "burst-2.jpg", DAMAGED}
    assert unreadable(index_folder(photos, database, MODEL)) == unreadable(first)
    monkeypatch.undo()
    again = index_folder(photos, database, MODEL)
    assert (again.read, unreadable(again)) == (2, {DAMAGED})
    last = index_folder(photos, database, MODEL)
    assert (last.read, last.unchanged, last.unreadable) == (0, 6, ())


def test_too_little_memory_for_the_pixels_is_tried_again(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "album.sqlite3"

    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr("mien.media.image._upright_rgb", fail)
    monkeypatch.setattr("mien.album.indexing.photo._reduced", fail)
    assert index_folder(photos, database, MODEL).read == 0
    monkeypatch.undo()
    assert index_folder(photos, database, MODEL).read == 5


def test_retry_tries_all_again(mien: Command, photos: Path) -> None:
    told = b"broken.jpg: is cut off"
    assert told in mien("album", "index", photos, check=3).stderr
    assert told not in mien("album", "index", photos).stderr
    assert told in mien("album", "index", photos, "--retry", check=3).stderr


def test_an_older_album_keeps_all_and_tries_once_more(photos: Path, tmp_path: Path) -> None:
    database = tmp_path / "album.sqlite3"
    index_folder(photos, database, MODEL)
    with open_album(database) as connection:
        before = album_status(connection)
    older = sqlite3.connect(database)
    older.execute("ALTER TABLE file DROP COLUMN retry")
    older.execute("ALTER TABLE picture DROP COLUMN turned")
    older.execute("ALTER TABLE picture DROP COLUMN incomplete")
    older.execute("PRAGMA user_version = 1")
    older.close()
    with open_album(database) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert album_status(connection) == before
    again = index_folder(photos, database, MODEL)
    assert (again.read, again.unchanged, unreadable(again)) == (0, 5, {DAMAGED})
    assert index_folder(photos, database, MODEL).unreadable == ()


def test_a_folder_that_lists_names_only_keeps_what_is_known(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a folder with the mode 0444 does it."""
    database = tmp_path / "album.sqlite3"
    save_in = photos / "deep"
    index_folder(photos, database, MODEL)
    state = scan.stat_of

    def fail(found):
        if found.st_ino == (save_in / "pair.png").stat().st_ino:
            raise PermissionError(errno.EACCES, "Permission denied")
        return state(found)

    monkeypatch.setattr(scan, "stat_of", fail)
    done = index_folder(photos, database, MODEL)
    assert [(each.path, each.reason) for each in done.closed] == [
        (os.fsencode(save_in), "Permission denied")
    ]
    assert (done.gone, done.unchanged) == (0, 5)
