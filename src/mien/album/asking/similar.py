"""Photos whose faces look like those of another photo, by the model's embedding."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.album.asking.alike import SAME_BITS
from mien.album.asking.columns import AlbumColumns
from mien.album.asking.rank import Ranking
from mien.album.records import FloatColumn
from mien.errors import DataError, UsageError

_CHUNK = 1 << 14
_ALL_BITS = (1 << 64) - 1


@dataclass(frozen=True)
class Embeddings:
    """The embeddings of all faces in the album.

    Attributes
    ----------
    picture : int64 ndarray of shape (faces,)
        Row of the face's picture in the database.
    values : float16 ndarray of shape (faces, dimensions)
    """

    picture: npt.NDArray[np.int64]
    values: npt.NDArray[np.float16]


def load_embeddings(connection: sqlite3.Connection) -> Embeddings:
    """Load the embeddings of the photos that are there and that the current model has read.

    Raises
    ------
    DataError
        If there are none.
    """
    rows = connection.execute(
        "SELECT embedding.picture, half_floats FROM embedding "
        "JOIN picture ON picture.id = embedding.picture "
        "WHERE model = (SELECT value FROM setting WHERE name = 'model') "
        "AND EXISTS (SELECT 1 FROM file WHERE file.picture = picture.id AND gone = 0) "
        "ORDER BY embedding.picture, number"
    ).fetchall()
    if not rows:
        raise DataError(
            "the album has no faces with an embedding", hint="fill it: mien album index FOLDER"
        )
    values = np.frombuffer(b"".join(blob for _, blob in rows), "<f2").reshape(len(rows), -1)
    return Embeddings(np.array([picture for picture, _ in rows], np.int64), values)


@dataclass(frozen=True)
class AskedPhoto:
    """The photo that others are to be like.

    Attributes
    ----------
    embeddings : float16 ndarray of shape (faces, dimensions)
        Of its faces, largest face first.
    hash : bytes
        BLAKE2b of its content, 16 bytes.
    difference_hash : int
    """

    embeddings: npt.NDArray[np.float16]
    hash: bytes
    difference_hash: int

    def is_same(self, content: bytes, difference_hash: int) -> bool:
        """Whether a picture of the album is this very photo, or a copy that was saved anew."""
        bits = (self.difference_hash ^ difference_hash) & _ALL_BITS
        return content == self.hash or bits.bit_count() <= SAME_BITS


def pictures_of(connection: sqlite3.Connection, asked: AskedPhoto) -> set[int]:
    """Rows of the pictures in the album that are the photo itself, or a copy of it."""
    rows = connection.execute("SELECT id, hash, difference_hash FROM picture")
    return {id for id, content, bits in rows if asked.is_same(content, bits)}


def pictures_like(connection: sqlite3.Connection, picture: int) -> list[int]:
    """Rows of a picture of the album and of copies of it that were saved anew."""
    row = connection.execute(
        "SELECT hash, difference_hash FROM picture WHERE id = ?", (picture,)
    ).fetchone()
    if row is None:
        return []
    return list(pictures_of(connection, AskedPhoto(np.empty((0, 0), np.float16), *row)))


def rank_similar(
    asked: npt.NDArray[np.float16], embeddings: Embeddings
) -> tuple[npt.NDArray[np.int64], FloatColumn]:
    """Pictures by how well their faces match those asked for.

    Each face asked for takes the face of the picture that is nearest to it by the cosine of the
    embeddings; the picture's score is the mean over the faces asked for.

    Parameters
    ----------
    asked : float16 ndarray of shape (k, dimensions)
    embeddings : Embeddings

    Returns
    -------
    pictures : int64 ndarray of shape (n,)
        Best first; of equal ones the lower number.
    scores : float64 ndarray of shape (n,)
        -1 to 1.

    Raises
    ------
    UsageError
        If the embeddings are of another length: of another model.
    """
    if asked.shape[1] != embeddings.values.shape[1]:
        raise UsageError(
            "the model's embedding has another length than the album's",
            hint="name the model that the album was indexed with: --model",
        )
    targets = _unit(asked)
    cosines = np.concatenate(
        [
            _unit(embeddings.values[at : at + _CHUNK]) @ targets.T
            for at in range(0, len(embeddings.values), _CHUNK)
        ]
    )
    pictures, starts = np.unique(embeddings.picture, return_index=True)
    scores = np.maximum.reduceat(cosines, starts, axis=0).mean(axis=1).astype(np.float64)
    order = np.argsort(-scores, kind="stable")
    return pictures[order], scores[order]


def similar_ranking(
    columns: AlbumColumns,
    embeddings: Embeddings,
    asked: npt.NDArray[np.float16],
    own: Collection[int],
) -> Ranking:
    """Rank the photos of an album by how well their faces match those asked for.

    Parameters
    ----------
    columns : AlbumColumns
    embeddings : Embeddings
    asked : float16 ndarray of shape (k, dimensions)
    own : collection of int
        Rows in the database of pictures that are left out: the photo itself and its copies.

    Raises
    ------
    UsageError
        As ``rank_similar``.
    """
    pictures, scores = rank_similar(asked, embeddings)
    hits = np.isin(pictures, columns.picture) & ~np.isin(pictures, list(own))
    pictures, scores = pictures[hits], scores[hits]
    order = np.argsort(columns.picture)
    rows = order[np.searchsorted(columns.picture, pictures, sorter=order)]
    return Ranking(rows, pictures, scores, counted=np.ones(len(columns.faces.photo), bool))


def _unit(values: npt.NDArray[np.float16]) -> npt.NDArray[np.float32]:
    full = values.astype(np.float32)
    length = np.linalg.norm(full, axis=1, keepdims=True)
    np.divide(full, length, out=full, where=length > 0)
    return full
