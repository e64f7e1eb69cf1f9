"""Which of the photos that an answer would name are there, and under which names."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from mien.album.asking.columns import AlbumColumns
from mien.album.asking.rank import Ranking
from mien.album.records import FileStat, stat_of

_LEFT_OUT = -1.0


@dataclass(frozen=True)
class Present:
    """A ranking whose first photos are there.

    Attributes
    ----------
    columns : AlbumColumns
        With the paths under which these photos are there now.
    ranking : Ranking
    missing : tuple of bytes
        Paths of photos that would have been named, and are not there any more.
    """

    columns: AlbumColumns
    ranking: Ranking
    missing: tuple[bytes, ...]


def rank_present(
    connection: sqlite3.Connection,
    columns: AlbumColumns,
    ask: Callable[[AlbumColumns], Ranking],
    most: int,
) -> Present:
    """Rank so that the first ``most`` photos of the answer are there.

    A photo that is not where it was is named by another of its files; one that has none is left
    out, and its place, also the one in a burst, is another photo's.

    Parameters
    ----------
    connection : sqlite3.Connection
    columns : AlbumColumns
    ask : callable
        Ranks columns.
    most : int
    """
    missing: list[bytes] = []
    paths = list(columns.paths)
    looked: set[int] = set()
    ahead = most
    while True:
        ranking = ask(columns)
        rows = [row for row in ranking.rows[:ahead].tolist() if row not in looked]
        gone = []
        for row in rows:
            found = _path_now(connection, int(columns.picture[row]), paths[row])
            if found is None:
                gone.append(row)
                missing.append(paths[row])
            else:
                paths[row] = found
                looked.add(row)
        if not gone:
            return Present(replace(columns, paths=tuple(paths)), ranking, tuple(missing))
        faces = columns.faces
        # Photos none of whose faces count are in no ranking.
        size = np.where(np.isin(faces.photo, gone), _LEFT_OUT, faces.size)
        columns = replace(columns, faces=replace(faces, size=size))
        ahead *= 2


def first_present(
    connection: sqlite3.Connection, columns: AlbumColumns, rows: Iterable[int], most: int
) -> tuple[AlbumColumns, tuple[int, ...], tuple[bytes, ...]]:
    """The first ``most`` of these rows whose photos are there; also the columns with their paths.

    Returns
    -------
    columns : AlbumColumns
    rows : tuple of int
    missing : tuple of bytes
        Paths of photos before the last of these that are not there any more.
    """
    kept: list[int] = []
    missing: list[bytes] = []
    paths = list(columns.paths)
    for row in rows:
        if len(kept) == most:
            break
        found = _path_now(connection, int(columns.picture[row]), paths[row])
        if found is None:
            missing.append(paths[row])
        else:
            paths[row] = found
            kept.append(row)
    return replace(columns, paths=tuple(paths)), tuple(kept), tuple(missing)


def _path_now(connection: sqlite3.Connection, picture: int, path: bytes) -> bytes | None:
    """Where a photo is: ``path`` itself, or another file that holds it."""
    if os.path.isfile(path):  # noqa: PTH113 (bytes)
        return path
    others = connection.execute(
        "SELECT path, size, mtime_ns, inode, gone FROM file WHERE picture = ? AND path <> ? "
        "ORDER BY gone, path",
        (picture, path),
    )
    for other, size, mtime_ns, inode, gone in others:
        try:
            now = stat_of(os.stat(other))  # noqa: PTH116 (bytes)
        except (OSError, ValueError):
            continue
        # What has gone may be back, or be another file by now; a move changes the inode.
        if not gone or replace(now, inode=inode) == FileStat(size, mtime_ns, inode):
            return bytes(other)
    return None
