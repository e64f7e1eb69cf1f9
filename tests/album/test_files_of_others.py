"""``--database`` on a file that is no album changes nothing in it, not even its mode."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from mien.album.database import open_album
from mien.album.schema import APPLICATION_ID

from .conftest import Command


def music(path: Path, *, application: int = 0, log: bool = False) -> None:
    connection = sqlite3.connect(path)
    if log:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA application_id = {application}")
    connection.execute("CREATE TABLE music (title TEXT)")
    connection.commit()
    connection.close()


KINDS = {
    "text": lambda path: path.write_text("a letter\n"),
    "empty": lambda path: path.write_bytes(b""),
    "picture": lambda path: path.write_bytes(b"\xff\xd8\xff\xe0 and so on"),
    "cut": lambda path: path.write_bytes(b"SQLite format 3\0"),
    "database": music,
    "marked": lambda path: music(path, application=12345),
    "log": lambda path: music(path, log=True),
    "folder": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_changed(mien: Command, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "there"
    place.mkdir()
    theirs = place / "theirs"
    KINDS[kind](theirs)
    theirs.chmod(0o755)
    before = theirs.stat()
    content = theirs.read_bytes() if theirs.is_file() else b""
    photos = tmp_path / "photos"
    photos.mkdir()
    asks = [("top",), ("status",), ("forget", "--all")]
    # An empty file is what a new album begins as.
    asks += [] if kind == "empty" else [("index", photos)]
    if kind in ("database", "marked", "log", "folder", "pipe"):
        asks.append(("index", photos, "--rebuild"))
    for ask in asks:
        done = mien("album", *ask, "--database", theirs, check=1)
        error = done.stderr.decode()
        assert error.count("\n") == 1 and str(theirs) in error, error
        after = theirs.stat()
        assert (after.st_mode, after.st_mtime_ns, after.st_size, after.st_ino) == (
            before.st_mode,
            before.st_mtime_ns,
            before.st_size,
            before.st_ino,
        )
        assert content == (theirs.read_bytes() if theirs.is_file() else b"")
        assert [each.name for each in place.iterdir()] == ["theirs"]


def test_a_new_album_whose_mark_is_in_its_log_only_is_one(tmp_path: Path) -> None:
    """As ``kill -9`` during the first index leaves it."""
    path, copy = tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"
    with open_album(path, create=True) as connection:
        connection.execute("INSERT INTO setting VALUES ('a', 1)")
        for ending in ("", "-wal"):
            end = path.with_name(path.name + ending)
            copy.with_name(copy.name + ending).write_bytes(end.read_bytes())
    assert int.from_bytes(copy.read_bytes()[68:72], "big") != APPLICATION_ID
    with open_album(copy) as connection:
        assert connection.execute("SELECT value FROM setting").fetchone() == (1,)
