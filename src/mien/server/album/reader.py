"""``AlbumReader``: the album in memory, brought up to date when the database has changed."""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mien.album.asking.blend import face_values, rank_blend
from mien.album.asking.columns import AlbumColumns, load_columns
from mien.album.asking.hits import Hit, hits_of
from mien.album.asking.question import Question
from mien.album.asking.rank import Ranking
from mien.album.asking.similar import load_embeddings, pictures_like, similar_ranking
from mien.album.database import open_album, plain_errors
from mien.album.originals import Original, OriginalError, find_original
from mien.album.status import Status, album_status
from mien.errors import DataError, UsageError

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
        self._rankings: dict[Question, Ranking] = {}

    def load(self) -> LoadedAlbum | None:
        """The album as it is now; None when there is none, or nothing is in it.

        Raises
        ------
        DataError, OutputError
            If the database cannot be used.
        """
        with self._snapshot():
            return self._loaded

    def rank(self, question: Question) -> Ranking:
        """Rank all photos; the last few answers are kept.

        Raises
        ------
        UsageError
            If an emotion or the expression is wrong.
        DataError, OutputError
            As ``load``.
        """
        with self._snapshot():
            return self._ranked(question)

    def similar(self, picture: int, face: int | None = None) -> Ranking | None:
        """Photos whose faces express the most similar things, without the photo and its copies.

        Parameters
        ----------
        picture : int
            Row of a photo in the database.
        face : int, optional
            Only this face of it, 1 is the largest.

        Returns
        -------
        Ranking or None
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
            own = pictures_like(connection, picture)
            try:
                embeddings = load_embeddings(connection)
                return similar_ranking(self._loaded.columns, embeddings, asked, own)
            except (DataError, UsageError):  # Of another model than the album's current one.
                return None

    def hits(
        self, question: Question, pictures: Sequence[int], *, place: bool = False
    ) -> tuple[Hit, ...]:
        """What is known of these photos, in this order; those that have gone are left out.

        Those that the question does not rank have the score 0.
        """
        with self._snapshot() as connection:
            if connection is None or self._loaded is None:
                return ()
            columns, row_of = self._loaded.columns, self._loaded.row_of
            ranking = self._ranked(question)
            ranked = np.concatenate([ranking.pictures, ranking.stacked])
            shown = np.isin(ranked, pictures)
            found = np.concatenate([ranking.scores, ranking.stacked_scores])[shown]
            scores = dict(zip(ranked[shown].tolist(), found.tolist(), strict=True))
            known = _known(connection, pictures)
            kept = [picture for picture in pictures if picture in known and picture in row_of]
            chosen = replace(
                ranking,
                rows=np.array([row_of[picture] for picture in kept], np.int64),
                pictures=np.array(kept, np.int64),
                scores=np.array([scores.get(picture, 0.0) for picture in kept]),
            )
            values = face_values(columns.faces, question)
            return hits_of(connection, columns, chosen, question.labels, values=values, place=place)

    def originals(self, hits: Sequence[Hit]) -> tuple[Original, ...]:
        """Where the originals of photos lie; those that were forgotten since are left out."""
        found = []
        with self._snapshot() as connection:
            if connection is None:
                return ()
            for hit in hits:
                with contextlib.suppress(OriginalError):
                    found.append(find_original(connection, hit.picture))
        return tuple(found)

    def close(self) -> None:
        """Close the database."""
        self._open.close()
        self._connection = self._file = self._loaded = None
        self._rankings.clear()

    def _ranked(self, question: Question) -> Ranking:
        if self._loaded is None:
            none = np.empty(0, np.int64)
            return Ranking(none, none, np.empty(0), np.empty(0, bool))
        if question not in self._rankings:
            found = rank_blend(self._loaded.columns, question)
            while len(self._rankings) >= _RANKINGS_KEPT:
                del self._rankings[next(iter(self._rankings))]
            self._rankings[question] = found
        return self._rankings[question]

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection | None]:
        """The connection, in one read transaction; None when there is no album."""
        found = None
        with contextlib.suppress(OSError):
            found = self.database.stat()
        # An empty one is being made just now.
        if found is None or not found.st_size:
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


def _known(connection: sqlite3.Connection, pictures: Sequence[int]) -> set[int]:
    """Those of the photos that are still in the database."""
    rows = connection.execute(
        "SELECT id FROM picture WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(pictures)),),
    )
    return {id for (id,) in rows}
