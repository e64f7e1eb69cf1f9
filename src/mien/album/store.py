"""Writing what workers found into the album, and reading what it knows of files."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mien.album.records import Examined, FileStat, PictureRecord
from mien.card import ModelCard
from mien.emotions import FERPLUS
from mien.media.transaction import transaction


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the album knows of a file.

    Attributes
    ----------
    id : int
    stat : FileStat
    model : int or None
        Row of the model that read it; None for one that cannot be read.
    gone : bool
        Whether it was missing when its folder was last indexed.
    retry : bool
        Whether it could not be read for a reason of the system, and is to be tried again.
    """

    id: int
    stat: FileStat
    model: int | None
    gone: bool
    retry: bool = False


def enter_model(
    connection: sqlite3.Connection, card: ModelCard, *, sha256: str, detector: str
) -> int:
    """Row of a model and detector, made when it is new; it becomes the album's current one."""
    labels = json.dumps(next(iter(card.heads.values())).labels)
    ferplus = card.heads.get(FERPLUS.name)
    ferplus_labels = json.dumps(() if ferplus is None else ferplus.labels)
    with transaction(connection):
        connection.execute(
            "INSERT OR IGNORE INTO model (name, sha256, detector, labels, ferplus_labels) "
            "VALUES (?, ?, ?, ?, ?)",
            (card.name, sha256, detector, labels, ferplus_labels),
        )
        (found,) = connection.execute(
            "SELECT id FROM model WHERE sha256 = ? AND detector = ?", (sha256, detector)
        ).fetchone()
        connection.execute(
            "INSERT OR REPLACE INTO setting (name, value) VALUES ('model', ?)", (found,)
        )
    return int(found)


def known_files(connection: sqlite3.Connection, folder: bytes) -> dict[bytes, KnownFile]:
    """What the album knows of the files in and below a folder, by path."""
    first, after = path_range(folder)
    rows = connection.execute(
        "SELECT path, file.id, size, mtime_ns, inode, picture.model, gone, retry FROM file "
        "LEFT JOIN picture ON picture.id = file.picture WHERE path >= ? AND path < ?",
        (first, after),
    )
    return {
        path: KnownFile(id, FileStat(size, mtime_ns, inode), model, bool(gone), bool(retry))
        for path, id, size, mtime_ns, inode, model, gone, retry in rows
    }


def known_contents(connection: sqlite3.Connection, model: int) -> list[bytes]:
    """Hashes of the pictures that a model has read."""
    rows = connection.execute("SELECT hash FROM picture WHERE model = ?", (model,))
    return [content for (content,) in rows]


def store(connection: sqlite3.Connection, batch: Sequence[Examined], model: int) -> None:
    """Write a batch in one transaction: all of it is there afterwards, or nothing."""
    with transaction(connection):
        for examined in batch:
            _store_one(connection, examined, model)


def mark_gone(connection: sqlite3.Connection, ids: Iterable[int], *, gone: bool) -> None:
    """Note that files are missing, or are there again."""
    with transaction(connection):
        connection.executemany(
            "UPDATE file SET gone = ? WHERE id = ?", ((int(gone), id) for id in ids)
        )


def doubles_elsewhere(connection: sqlite3.Connection, folder: bytes) -> list[tuple[int, bytes]]:
    """Files outside a folder, not marked as gone, that hold a photo of it: row and path."""
    first, after = path_range(folder)
    return connection.execute(
        "SELECT DISTINCT other.id, other.path FROM file AS here "
        "JOIN file AS other ON other.picture = here.picture AND other.gone = 0 "
        "WHERE here.gone = 0 AND here.path >= ? AND here.path < ? "
        "AND NOT (other.path >= ? AND other.path < ?)",
        (first, after, first, after),
    ).fetchall()


def indexed_folders(connection: sqlite3.Connection) -> list[bytes]:
    """The folders that were indexed, in order of bytes."""
    return [path for (path,) in connection.execute("SELECT path FROM folder ORDER BY path")]


def path_range(folder: bytes) -> tuple[bytes, bytes]:
    """The paths below a folder, in order of bytes, are those from the first up to the second."""
    separator = os.fsencode(os.sep)
    stem = folder.removesuffix(separator)
    return stem + separator, stem + bytes([separator[0] + 1])


def enter_folder(connection: sqlite3.Connection, folder: bytes, now: float) -> None:
    """Note that a folder has been indexed to its end; ``now`` in seconds since 1970, UTC."""
    connection.execute("INSERT OR REPLACE INTO folder (path, indexed) VALUES (?, ?)", (folder, now))


def drop_pictures_without_file(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Delete those of the pictures, with their faces, that no file holds any more."""
    connection.executemany(
        "DELETE FROM picture WHERE id = ? AND NOT EXISTS "
        "(SELECT 1 FROM file WHERE file.picture = picture.id)",
        ((id,) for id in ids),
    )


def _store_one(connection: sqlite3.Connection, examined: Examined, model: int) -> None:
    if examined.stat is None:  # It vanished before it was opened; the next scan will tell.
        return
    before = connection.execute(
        "SELECT picture FROM file WHERE path = ?", (examined.path,)
    ).fetchone()
    picture: int | None = None
    if examined.error is None:
        if examined.picture is not None:
            _store_picture(connection, examined.hash, examined.picture, model)
        row = connection.execute(
            "SELECT id FROM picture WHERE hash = ?", (examined.hash,)
        ).fetchone()
        if row is None:  # Forgotten since the worker looked; the next run reads it anew.
            return
        (picture,) = row
    stat = examined.stat
    connection.execute(
        "INSERT INTO file (path, size, mtime_ns, inode, picture, error, retry) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, "
        "inode = excluded.inode, picture = excluded.picture, error = excluded.error, "
        "retry = excluded.retry, gone = 0",
        (
            examined.path,
            stat.size,
            stat.mtime_ns,
            stat.inode,
            picture,
            examined.error,
            examined.retry,
        ),
    )
    if before is not None and before[0] is not None and before[0] != picture:
        drop_pictures_without_file(connection, before)


def _store_picture(
    connection: sqlite3.Connection, content: bytes, picture: PictureRecord, model: int
) -> None:
    exif = picture.exif
    (id,) = connection.execute(
        "INSERT INTO picture (hash, model, width, height, orientation, taken, utc_offset, "
        "latitude, longitude, difference_hash, turned, incomplete) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (hash) DO UPDATE SET model = excluded.model, width = excluded.width, "
        "height = excluded.height, orientation = excluded.orientation, taken = excluded.taken, "
        "utc_offset = excluded.utc_offset, latitude = excluded.latitude, "
        "longitude = excluded.longitude, difference_hash = excluded.difference_hash, "
        "turned = excluded.turned, incomplete = excluded.incomplete RETURNING id",
        (
            content,
            model,
            picture.width,
            picture.height,
            exif.orientation,
            exif.taken,
            exif.utc_offset,
            exif.latitude,
            exif.longitude,
            picture.difference_hash,
            picture.turned,
            picture.incomplete,
        ),
    ).fetchone()
    for table in ("face", "embedding"):
        connection.execute(f"DELETE FROM {table} WHERE picture = ?", (id,))
    connection.executemany(
        "INSERT INTO face (picture, number, x0, y0, x1, y1, score, roll, measures) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (id, number, *face.xyxy, face.score, face.roll, face.measures())
            for number, face in enumerate(picture.faces, start=1)
        ),
    )
    connection.executemany(
        "INSERT INTO embedding (picture, number, half_floats) VALUES (?, ?, ?)",
        (
            (id, number, face.embedding)
            for number, face in enumerate(picture.faces, start=1)
            if face.embedding
        ),
    )
