"""Which of the photos that a question would name are there, and under which names."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mien.album.asking.columns import AlbumColumns
from mien.album.asking.rank import Ranking
from mien.album.records import FileStat, stat_of

_LEFT_OUT = -1.0


@dataclass(frozen=True)
class Present:
    """The first photos of a ranking that are there.

    Attributes
    ----------
    columns : AlbumColumns
        With the paths under which these photos are there now.
    ranking : Ranking
        Of all that fit.
    first : Ranking
        Of these photos only.
    missing : tuple of bytes
        Paths of photos that would have been named, and are not there any more.
    """

    columns: AlbumColumns
    ranking: Ranking
    first: Ranking
    missing: tuple[bytes, ...]


def rank_present(
    connection: sqlite3.Connection,
    columns: AlbumColumns,
    ask: Callable[[AlbumColumns], Ranking],
    most: int,
) -> Present:
    """Rank so that the first ``most`` photos are there.

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
            there = replace(columns, paths=tuple(paths))
            first = ranking.only(range(min(most, len(ranking.rows))))
            return Present(there, ranking, first, tuple(missing))
        faces = columns.faces
        # Photos none of whose faces count are in no ranking.
        size = np.where(np.isin(faces.photo, gone), _LEFT_OUT, faces.size)
        columns = replace(columns, faces=replace(faces, size=size))
        ahead *= 2


def first_present(
    connection: sqlite3.Connection, columns: AlbumColumns, ranking: Ranking, most: int
) -> Present:
    """The first ``most`` photos of a ranking that are there; the others it leaves in their places.

    ``missing`` are those before the last of them.
    """
    kept: list[int] = []
    missing: list[bytes] = []
    paths = list(columns.paths)
    for at, row in enumerate(ranking.rows.tolist()):
        if len(kept) == most:
            break
        found = _path_now(connection, int(columns.picture[row]), paths[row])
        if found is None:
            missing.append(paths[row])
        else:
            paths[row] = found
            kept.append(at)
    there = replace(columns, paths=tuple(paths))
    return Present(there, ranking, ranking.only(kept), tuple(missing))


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
