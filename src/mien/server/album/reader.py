"""``AlbumReader``: the album in memory, brought up to date when the database has changed."""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.album.asking.blend import face_values, rank_blend
from mien.album.asking.columns import AlbumColumns, load_columns
from mien.album.asking.hits import Hit, hits_of_rows
from mien.album.asking.rank import Ranking
from mien.album.asking.similar import load_embeddings, pictures_like, rank_similar
from mien.album.database import open_album, plain_errors
from mien.album.originals import Original, OriginalError, find_original
from mien.album.records import FloatColumn
from mien.album.status import Status, album_status
from mien.errors import DataError, UsageError
from mien.server.album.ranking_question import Asked

_RANKINGS_KEPT = 8
_PATIENCE = 10.0
"""While an index is written, at most one in so many seconds goes into reading the album anew."""


@dataclass(frozen=True)
class LoadedAlbum:
    """The album as it was at one time.

    Attributes
    ----------
    columns : AlbumColumns
    status : Status
    row_of : dict of int to int
        Row of the columns, by the photo's row in the database.
    version : str
        Differs when the album has changed.
    """

    columns: AlbumColumns
    status: Status
    row_of: dict[int, int]
    version: str


@dataclass(frozen=True)
class Ranked:
    """A ranking as the page gets it.

    Attributes
    ----------
    ids : int64 ndarray of shape (n,)
        Rows in the database, best first.
    scores : float64 ndarray of shape (n,)
    without_time, in_bursts, alike : int
        As in ``mien.album.asking.rank.Ranking``.
    """

    ids: npt.NDArray[np.int64]
    scores: FloatColumn
    without_time: int = 0
    in_bursts: int = 0
    alike: int = 0


@dataclass(frozen=True)
class Detail:
    """A photo in an answer, with what each face brings into its score.

    Attributes
    ----------
    id : int
    key : str
        Of its content, in hexadecimal.
    hit : Hit
    values : tuple of float
        One a face, 0 to 1.
    """

    id: int
    key: str
    hit: Hit
    values: tuple[float, ...]


class AlbumReader:
    """Answers from the album's database. All calls must come from one and the same thread.

    The columns that ranking needs stay in memory while SQLite's ``data_version`` says that nobody
    has changed the database; a database that was put aside or deleted is noticed too.

    Parameters
    ----------
    database : Path
        It need not be there yet.
    clock : callable, optional
        Gives seconds.
    """

    def __init__(self, database: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.database = database
        self._clock = clock
        self._open = contextlib.ExitStack()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._loaded: LoadedAlbum | None = None
        self._data_version = 0
        self._loads, self._name = 0, secrets.token_hex(4)
        self._next_load = 0.0
        self._rankings: dict[Asked, tuple[Ranked, Ranking]] = {}

    def load(self) -> LoadedAlbum | None:
        """The album as it is now; None when there is none, or nothing is in it.

        Raises
        ------
        DataError, OutputError
            If the database cannot be used.
        """
        with self._snapshot():
            return self._loaded

    def rank(self, asked: Asked) -> Ranked:
        """Rank all photos; the last few answers are kept.

        Raises
        ------
        UsageError
            If an emotion or the expression is wrong.
        DataError, OutputError
            As ``load``.
        """
        with self._snapshot():
            return self._ranked(asked)[0]

    def similar(self, picture: int, face: int | None = None) -> Ranked | None:
        """Photos whose faces express the most similar things, without the photo and its copies.

        Parameters
        ----------
        picture : int
            Row of a photo in the database.
        face : int, optional
            Only this face of it, 1 is the largest.

        Returns
        -------
        Ranked or None
            None when the album has no such photo, or no such face with an embedding in it.
        """
        with self._snapshot() as connection:
            if connection is None or self._loaded is None:
                return None
            rows = connection.execute(
                "SELECT half_floats FROM embedding WHERE picture = ? AND ? IN (number, 0) "
                "ORDER BY number",
                (picture, face or 0),
            ).fetchall()
            if not rows:
                return None
            asked = np.stack([np.frombuffer(blob, "<f2") for (blob,) in rows])
            try:
                ids, scores = rank_similar(asked, load_embeddings(connection))
            except (DataError, UsageError):  # Of another model than the album's current one.
                return None
            own = pictures_like(connection, picture)
            there = np.isin(ids, self._loaded.columns.picture) & ~np.isin(ids, own)
            return Ranked(ids[there], scores[there])

    def details(
        self, asked: Asked, ids: Sequence[int], *, place: bool = False
    ) -> tuple[Detail, ...]:
        """What is known of these photos, in this order; those that have gone are left out.

        Those that the question does not rank have the score 0.
        """
        with self._snapshot() as connection:
            if connection is None or self._loaded is None:
                return ()
            columns, row_of = self._loaded.columns, self._loaded.row_of
            ranked, ranking = self._ranked(asked)
            values = face_values(columns.faces, asked.query, dict(asked.weights))
            shown = np.isin(ranked.ids, ids)
            scores = dict(
                zip(ranked.ids[shown].tolist(), ranked.scores[shown].tolist(), strict=True)
            )
            keys = dict(_keys(connection, [id for id in ids if id in row_of]))
            kept = [id for id in ids if id in keys]
            rows = [row_of[id] for id in kept]
            hits = hits_of_rows(
                connection,
                columns,
                rows,
                [scores.get(id, 0.0) for id in kept],
                asked.query.labels,
                counted=ranking.counted,
                place=place,
            )
            starts = np.searchsorted(columns.faces.photo, rows).tolist()
            return tuple(
                Detail(id, keys[id], hit, tuple(values[start : start + len(hit.faces)].tolist()))
                for id, hit, start in zip(kept, hits, starts, strict=True)
            )

    def originals(self, details: Sequence[Detail]) -> tuple[Original, ...]:
        """Where the originals of photos lie; those that were forgotten since are left out."""
        found = []
        with self._snapshot() as connection:
            if connection is None:
                return ()
            for detail in details:
                with contextlib.suppress(OriginalError):
                    found.append(find_original(connection, detail.id))
        return tuple(found)

    def close(self) -> None:
        """Close the database."""
        self._open.close()
        self._connection = self._file = self._loaded = None
        self._rankings.clear()

    def _ranked(self, asked: Asked) -> tuple[Ranked, Ranking]:
        if self._loaded is None:
            empty = np.empty(0)
            rows = np.empty(0, np.int64)
            return Ranked(rows, empty), Ranking(rows, empty, np.empty(0, bool), 0, 0)
        if asked not in self._rankings:
            columns = self._loaded.columns
            found = rank_blend(columns, asked.query, dict(asked.weights), asked.expression)
            ids = columns.picture[found.rows]
            ranked = Ranked(ids, found.scores, found.without_time, found.in_bursts, found.alike)
            while len(self._rankings) >= _RANKINGS_KEPT:
                del self._rankings[next(iter(self._rankings))]
            self._rankings[asked] = ranked, found
        return self._rankings[asked]

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection | None]:
        """The connection, in one read transaction; None when there is no album."""
        try:
            found = self.database.stat()
        except OSError:
            self.close()
            yield None
            return
        if self._file != (found.st_dev, found.st_ino):
            self.close()
            self._connection = self._open.enter_context(open_album(self.database))
            self._connection.execute("PRAGMA query_only = ON")
            self._file = (found.st_dev, found.st_ino)
        connection = self._connection
        assert connection is not None
        with plain_errors(self.database):
            connection.execute("BEGIN")
            try:
                self._refresh(connection)
                yield connection
            finally:
                # A damaged database has ended it already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _refresh(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        begun = self._clock()
        if self._loaded is not None and (version == self._data_version or begun < self._next_load):
            return
        self._rankings.clear()
        try:
            columns = load_columns(connection)
        except DataError:
            self._loaded = None
            return
        self._loads += 1
        self._loaded = LoadedAlbum(
            columns,
            album_status(connection),
            {picture: row for row, picture in enumerate(columns.picture.tolist())},
            f"{self._name}-{self._loads}",
        )
        self._data_version = version
        now = self._clock()
        self._next_load = now + _PATIENCE * (now - begun)


def _keys(connection: sqlite3.Connection, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Hash of the content of the photos that are still there."""
    rows = connection.execute(
        "SELECT id, hash FROM picture WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return [(id, content.hex()) for id, content in rows]
