"""What is in an album."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class Status:
    """Counts, folders and what could not be read.

    Attributes
    ----------
    photos : int
        Different pictures that are there.
    files : int
        Files that hold them.
    faces : int
        In those pictures.
    gone : int
        Files that were missing when their folder was last indexed.
    model : str or None
        Name of the current model; None for an empty album.
    other_model : int
        Pictures that another model has read.
    folders : tuple of (bytes, float)
        That were indexed, and when, in seconds since 1970 UTC.
    unreadable : tuple of (bytes, str)
        Files that cannot be read, and why.
    incomplete : tuple of bytes
        Files that are cut off, and were read as far as they go.
    """

    photos: int
    files: int
    faces: int
    gone: int
    model: str | None
    other_model: int
    folders: tuple[tuple[bytes, float], ...]
    unreadable: tuple[tuple[bytes, str], ...]
    incomplete: tuple[bytes, ...] = ()


def album_status(connection: sqlite3.Connection) -> Status:
    """Count what is in the album."""
    files, photos = connection.execute(
        "SELECT count(*), count(DISTINCT picture) FROM file WHERE gone = 0 AND error IS NULL"
    ).fetchone()
    (gone,) = connection.execute("SELECT count(*) FROM file WHERE gone = 1").fetchone()
    (faces,) = connection.execute(
        "SELECT count(*) FROM face WHERE EXISTS "
        "(SELECT 1 FROM file WHERE file.picture = face.picture AND gone = 0)"
    ).fetchone()
    current = "(SELECT value FROM setting WHERE name = 'model')"
    model = connection.execute(f"SELECT name FROM model WHERE id = {current}").fetchone()
    (other,) = connection.execute(
        f"SELECT count(*) FROM picture WHERE model <> {current} AND EXISTS "
        "(SELECT 1 FROM file WHERE file.picture = picture.id AND gone = 0)"
    ).fetchone()
    folders = connection.execute("SELECT path, indexed FROM folder ORDER BY path").fetchall()
    unreadable = connection.execute(
        "SELECT path, error FROM file WHERE error IS NOT NULL AND gone = 0 ORDER BY path"
    ).fetchall()
    incomplete = connection.execute(
        "SELECT path FROM file JOIN picture ON picture.id = file.picture "
        "WHERE incomplete = 1 AND gone = 0 ORDER BY path"
    ).fetchall()
    return Status(
        photos=photos,
        files=files,
        faces=faces,
        gone=gone,
        model=None if model is None else model[0],
        other_model=other,
        folders=tuple(folders),
        unreadable=tuple(unreadable),
        incomplete=tuple(path for (path,) in incomplete),
    )
