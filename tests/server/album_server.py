"""A real server that shows a small album, and a large one made of numbers alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
from album.conftest import MODEL, portrait, save
from PIL import Image

from mien.album.database import open_album
from mien.album.indexing.index import index_folder
from mien.album.store import enter_folder, enter_model
from mien.media.transaction import transaction
from mien.vision.classify import Classifier


def make_photos(folder: Path) -> Path:
    """A happy face with a place, the same turned by the camera, two faces, and a dim one."""
    save(portrait(600), folder / "one.jpg", taken="2019:07:04 12:00:00", place=True)
    tall = Image.new("RGB", (400, 600), "grey")
    tall.paste(portrait(300, mirrored=True), (50, 20))
    lying = tall.transpose(Image.Transpose.ROTATE_90)
    save(lying, folder / "deep" / "turned.jpg", orientation=6, taken="2020:01:31 23:59:59")
    pair = Image.new("RGB", (640, 320), "grey")
    pair.paste(portrait(320), (0, 0))
    pair.paste(portrait(320, mirrored=True, brightness=0.6), (320, 0))
    save(pair, folder / "<b>pair & more.png")
    save(portrait(260, brightness=0.5), folder / "=dim.jpg")
    return folder


def make_album(folder: Path) -> tuple[Path, Path]:
    """Photos and their album in a folder: the photos' folder and the database."""
    photos, database = make_photos(folder / "photos"), folder / "album.sqlite3"
    index_folder(photos, database, MODEL)
    return photos, database


def make_large_album(database: Path, photos: int) -> Path:
    """An album of made numbers, of photos that are not in its folder."""
    folder = os.fsencode(database.parent)
    rng = np.random.default_rng(0)
    card = Classifier(MODEL).card
    labels, ferplus = (len(card.heads[head].labels) for head in ("fer2013", "ferplus"))
    measures = np.concatenate(
        [
            np.tile(np.array([100, 0.3, 0], "<f4"), (photos, 1)),
            rng.dirichlet(np.ones(labels) / 3, photos).astype("<f4"),
            rng.dirichlet(np.ones(ferplus) / 3, photos).astype("<f4"),
        ],
        axis=1,
    )
    hashes = rng.integers(-(1 << 62), 1 << 62, photos).tolist()
    with open_album(database, create=True) as connection:
        model = enter_model(connection, card, sha256="made", detector="made")
        with transaction(connection):
            connection.executemany(
                "INSERT INTO picture (id, hash, model, width, height, orientation, taken, "
                "difference_hash) VALUES (?, ?, ?, 1000, 750, 1, ?, ?)",
                (
                    (id, id.to_bytes(16, "big"), model, 1e9 + 60 * id, hashes[id - 1])
                    for id in range(1, photos + 1)
                ),
            )
            connection.executemany(
                "INSERT INTO face VALUES (?, 1, 400, 300, 500, 400, 0.9, 0, ?)",
                ((id, measures[id - 1].tobytes()) for id in range(1, photos + 1)),
            )
            connection.executemany(
                "INSERT INTO file (path, size, mtime_ns, inode, picture) VALUES (?, 1, 1, 1, ?)",
                ((b"%s/%06d.jpg" % (folder, id), id) for id in range(1, photos + 1)),
            )
            enter_folder(connection, folder, 0.0)
    return database


def exif_place(content: bytes) -> bool:
    """Whether the place of ``one.jpg`` can be read anywhere in an answer."""
    numbers = [text.encode() for text in ("48.20", "-48.2", "16.36", "16.37")]
    return any(number in content for number in numbers) or b"latitude" in content


def body(*ids: int) -> bytes:
    return json.dumps({"photos": ids}).encode()
