"""Forgetting: rows are deleted, and their bytes with them."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from mien.album.database import open_album
from mien.album.store import drop_pictures_without_file, path_range
from mien.album.thumbnails import drop_thumbnails
from mien.errors import OutputError, UsageError
from mien.media.transaction import transaction


@dataclass(frozen=True)
class Forgotten:
    """What was removed.

    Attributes
    ----------
    files, pictures, faces : int
    elsewhere : int
        Pictures that stay because another file, outside what was named, holds the same.
    """

    files: int
    pictures: int
    faces: int
    elsewhere: int


def forget(database: Path, path: Path | None, *, patience: float = 5.0) -> Forgotten:
    """Remove a file, or a folder with all below it, or everything (None) from the album.

    The thumbnails of what is no longer in the album are deleted. The database is then written anew
    without the free pages (VACUUM) and its log is emptied, so that no name, number or embedding of
    what was removed is left in its files. Photos themselves are not touched, and an index over
    their folder would enter them again.

    Parameters
    ----------
    database : Path
    path : Path or None
    patience : float
        Seconds to wait for others who are reading, before the traces are removed.

    Raises
    ------
    UsageError
        If the path is not in the album.
    OutputError
        If a thumbnail cannot be deleted, or the traces cannot be removed now because another
        process has the album open; the rows are gone all the same.
    DataError
        If there is no album, or it is damaged.
    """
    with open_album(database) as connection:
        before = _counts(connection)
        with transaction(connection):
            elsewhere = _delete_all(connection) if path is None else _delete(connection, path)
        after = _counts(connection)
        # Also when nothing was deleted: an earlier run may have failed at this.
        drop_thumbnails(database, connection)
        _remove_traces(connection, database, patience)
    if elsewhere is None:
        raise UsageError(
            "is not in the album", where=path, hint="give the path of a photo or a folder in it"
        )
    files, pictures, faces = (one - other for one, other in zip(before, after, strict=True))
    return Forgotten(files, pictures, faces, elsewhere)


def _counts(connection: sqlite3.Connection) -> tuple[int, int, int]:
    query = "SELECT (SELECT count(*) FROM file), (SELECT count(*) FROM picture), count(*) FROM face"
    files, pictures, faces = connection.execute(query).fetchone()
    return files, pictures, faces


def _delete_all(connection: sqlite3.Connection) -> int:
    for table in ("file", "picture", "folder", "setting", "model"):
        connection.execute(f"DELETE FROM {table}")
    return 0


def _delete(connection: sqlite3.Connection, path: Path) -> int | None:
    named = os.fsencode(os.path.abspath(path))  # noqa: PTH100 (the file may be gone; links stay)
    which = "path = ? OR (path >= ? AND path < ?)"
    values = (named, *path_range(named))
    pictures = [
        picture
        for (picture,) in connection.execute(f"SELECT picture FROM file WHERE {which}", values)
    ]
    folders = connection.execute(f"DELETE FROM folder WHERE {which}", values).rowcount
    if not pictures and not folders:
        return None
    connection.execute(f"DELETE FROM file WHERE {which}", values)
    known = {picture for picture in pictures if picture is not None}
    drop_pictures_without_file(connection, known)
    marks = connection.execute("SELECT id FROM picture").fetchall()
    return len(known & {id for (id,) in marks})


def _remove_traces(connection: sqlite3.Connection, database: Path, patience: float) -> None:
    connection.execute("VACUUM")
    connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise OutputError(
            "the rows are gone, but another process has the album open, so their traces are not",
            where=database,
            hint="end it and run this again",
        )
