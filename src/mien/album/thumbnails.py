"""Small pictures of photos, made once and kept beside the album; nothing of EXIF is in them.

A folder beside the database, ``album.sqlite3-thumbnails`` (mode 0700), holds a JPEG (mode 0600) for
each photo that was looked at, named by the hash of the photo's content and the size.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from mien.album.database import open_album
from mien.album.indexing.photo import read_photo
from mien.album.originals import check_original, find_original, read_original
from mien.album.pictures import FACE_SIDE, Pixels, cut_face, encode_jpeg, scaled
from mien.media.private_files import write_private
from mien.media.results.output import output_error

SIDE = 320
"""Longest side of a thumbnail in pixels, except of very long or tall photos."""

LARGE_SIDE = 1280
MOST_FACES = 30
"""Faces of a photo that are cut out, the largest ones."""

_LONGEST = 3
_NAME_BYTES = 1


@dataclass(frozen=True)
class Look:
    """A photo and its faces as JPEG files.

    Attributes
    ----------
    photo : bytes
        At most ``LARGE_SIDE`` pixels a side.
    faces : tuple of bytes
        Squares around the faces, in the order of the album; the first ``MOST_FACES``.
    """

    photo: bytes
    faces: tuple[bytes, ...]


def thumbnail_folder(database: Path) -> Path:
    """Where the thumbnails of an album lie."""
    return database.with_name(f"{database.name}-thumbnails")


def thumbnail(database: Path, picture: int) -> tuple[bytes, bytes]:
    """The thumbnail of a photo, made if there is none yet.

    The shorter side is ``SIDE`` × 2/3 at least, so that it fills a tile of a gallery.

    Parameters
    ----------
    database : Path
    picture : int
        Row of the photo.

    Returns
    -------
    hash : bytes
        Of the photo's content.
    jpeg : bytes

    Raises
    ------
    OriginalError
        If the original is not there, has changed, or lies outside the indexed folders; also when
        a thumbnail was made earlier.
    ImageError
        If the original cannot be decoded.
    DataError, OutputError
        If the album cannot be used.
    """
    with open_album(database) as connection:
        original = find_original(connection, picture)
        (turned,) = connection.execute(
            "SELECT turned FROM picture WHERE id = ?", (picture,)
        ).fetchone()
        kept = _place(database, original.hash, turned)
        check_original(original)
        with contextlib.suppress(OSError):
            return original.hash, kept.read_bytes()
        path, content = read_original(original)
        photo = read_photo(content, path.name, least_pixels=4 * SIDE * SIDE, turned=turned)
        jpeg = encode_jpeg(scaled(photo.image, _small_scale(photo.image)))
        # A full or read-only disk costs time, not the picture.
        with contextlib.suppress(OSError):
            _keep(kept, jpeg)
        if not _is_known(connection, original.hash):  # It was forgotten in the meantime.
            kept.unlink(missing_ok=True)
        return original.hash, jpeg


def look_at(database: Path, picture: int) -> Look:
    """A photo at the size of a screen, with its faces cut out; nothing is kept.

    Raises
    ------
    OriginalError, ImageError, DataError, OutputError
        As ``thumbnail``.
    """
    with open_album(database) as connection:
        original = find_original(connection, picture)
        rows = connection.execute(
            "SELECT x0, y0, x1, y1 FROM face WHERE picture = ? ORDER BY number LIMIT ?",
            (picture, MOST_FACES),
        ).fetchall()
        width, height, turned = connection.execute(
            "SELECT width, height, turned FROM picture WHERE id = ?", (picture,)
        ).fetchone()
    path, content = read_original(original)
    smallest = min((min(x1 - x0, y1 - y0) for x0, y0, x1, y1 in rows), default=FACE_SIDE)
    least = width * height * min(1.0, FACE_SIDE / max(smallest, 1.0)) ** 2
    least = min(max(least, LARGE_SIDE * LARGE_SIDE), width * height)
    photo = read_photo(content, path.name, least_pixels=int(least), turned=turned)
    shown = scaled(photo.image, min(1.0, LARGE_SIDE / max(photo.image.shape[:2])))
    return Look(encode_jpeg(shown), tuple(encode_jpeg(cut_face(photo, xyxy)) for xyxy in rows))


def drop_thumbnails(database: Path, connection: sqlite3.Connection) -> int:
    """Delete the thumbnails of photos that are not in the album (any more); returns how many.

    Raises
    ------
    OutputError
        If one of them cannot be deleted.
    """
    folder = thumbnail_folder(database)
    if not folder.is_dir() or folder.is_symlink():
        return 0
    known = {row[0].hex() for row in connection.execute("SELECT hash FROM picture")}
    try:
        dropped = _drop_all_but(folder, known)
        if not known:
            shutil.rmtree(folder)
    except OSError as error:
        raise output_error(error, folder) from error
    return dropped


def _drop_all_but(folder: Path, known: Collection[str]) -> int:
    dropped = 0
    for shelf in os.scandir(folder):
        if not shelf.is_dir(follow_symlinks=False):
            continue
        for entry in os.scandir(shelf.path):
            # The name begins with the hash; what an interrupted write has left does not.
            if entry.name.partition("-")[0] not in known:
                Path(entry.path).unlink(missing_ok=True)
                dropped += 1
    return dropped


def _place(database: Path, content: bytes, turned: int) -> Path:
    name = content.hex()
    # Another one, should the photo be turned at a later index.
    how = f"{SIDE}-{turned}" if turned else f"{SIDE}"
    return thumbnail_folder(database) / name[: 2 * _NAME_BYTES] / f"{name}-{how}.jpg"


def _keep(place: Path, jpeg: bytes) -> None:
    for folder in (place.parent.parent, place.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink():
            raise NotADirectoryError(folder)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    write_private(place, jpeg)


def _is_known(connection: sqlite3.Connection, content: bytes) -> bool:
    query = "SELECT 1 FROM picture WHERE hash = ?"
    return connection.execute(query, (content,)).fetchone() is not None


def _small_scale(image: Pixels) -> float:
    short, long = sorted((int(image.shape[0]), int(image.shape[1])))
    return min(1.0, max(SIDE / long, min(SIDE * 2 / 3 / short, _LONGEST * SIDE / long)))
