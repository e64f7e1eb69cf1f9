"""Forgetting leaves no byte behind."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from mien.album.database import open_album
from mien.album.forget import Forgotten, forget
from mien.album.indexing.index import index_folder
from mien.errors import OutputError, UsageError

from .conftest import MODEL


def files_of(database: Path) -> bytes:
    """All bytes of the database and its companions."""
    return b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))


def traces(database: Path, name: str) -> list[bytes]:
    """The name, hash, measures and embeddings that the album has of a photo."""
    with sqlite3.connect(database) as connection:
        pattern = f"%{name}"
        found = connection.execute(
            "SELECT hash, measures, half_floats FROM file "
            "JOIN picture ON picture.id = file.picture JOIN face ON face.picture = picture.id "
            "JOIN embedding ON embedding.picture = picture.id WHERE CAST(path AS TEXT) LIKE ?",
            (pattern,),
        ).fetchall()
    connection.close()
    assert found
    return [name.encode(), *(value for row in found for value in row)]


@pytest.fixture
def database(photos: Path, tmp_path: Path) -> Path:
    path = tmp_path / "album.sqlite3"
    index_folder(photos, path, MODEL)
    return path


def test_a_photo_leaves_no_trace(photos: Path, database: Path) -> None:
    kept, gone = traces(database, "burst-1.jpg"), traces(database, "pair.png")
    assert all(trace in files_of(database) for trace in gone)
    assert forget(database, photos / "deep" / "pair.png") == Forgotten(1, 1, 2, 0)
    left = files_of(database)
    assert not any(trace in left for trace in gone)
    assert all(trace in left for trace in kept)
    assert (photos / "deep" / "pair.png").exists()


def test_a_folder_and_everything(photos: Path, database: Path) -> None:
    (photos / "deep-sea.jpg").symlink_to(photos / "burst-1.jpg")
    index_folder(photos, database, MODEL)
    assert forget(database, photos / "deep").files == 1  # and not deep-sea.jpg
    every = [b"burst", b"broken", os.fsencode(photos), *traces(database, "burst-2.jpg")]
    assert forget(database, None).files == 6
    assert not any(trace in files_of(database) for trace in every)


def test_a_copy_elsewhere_keeps_its_faces(photos: Path, database: Path) -> None:
    copy = photos / "copy.jpg"
    copy.write_bytes((photos / "burst-1.jpg").read_bytes())
    index_folder(photos, database, MODEL)
    assert forget(database, copy) == Forgotten(1, 0, 0, 1)
    assert b"copy.jpg" not in files_of(database)
    assert forget(database, photos / "burst-1.jpg") == Forgotten(1, 1, 1, 0)


def test_what_is_not_there(photos: Path, database: Path) -> None:
    for path in (photos / "other.jpg", photos / "burst", photos / "burst-1"):
        with pytest.raises(UsageError, match="is not in the album"):
            forget(database, path)
    assert b"burst-1.jpg" in files_of(database)


def test_a_reader_in_the_way_is_told_and_a_second_run_ends_it(photos: Path, database: Path) -> None:
    gone = traces(database, "pair.png")
    with open_album(database) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM file").fetchone()
        with sqlite3.connect(database) as quick:
            quick.execute("PRAGMA user_version")
        with pytest.raises(OutputError, match="another process has the album open"):
            forget(database, photos / "deep" / "pair.png", patience=0.2)
        reader.execute("ROLLBACK")
    with pytest.raises(UsageError, match="is not in the album"):
        forget(database, photos / "deep" / "pair.png")
    assert not any(trace in files_of(database) for trace in gone)
