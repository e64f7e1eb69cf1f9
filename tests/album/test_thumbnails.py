"""Thumbnails: their size, what happens on odd disks, and that forgetting takes them along."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.album.database import open_album
from mien.album.forget import forget
from mien.album.indexing.index import index_folder
from mien.album.indexing.photo import Photo
from mien.album.pictures import FACE_SIDE, cut_face
from mien.album.records import Exif
from mien.album.thumbnails import (
    SIDE,
    drop_thumbnails,
    thumbnail,
    thumbnail_folder,
)

from .conftest import MODEL, save


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """An album of photos of odd shapes, none of which has a face."""
    for name, size in {
        "wide": (1200, 300),
        "strip": (3000, 20),
        "dot": (5, 4),
        "tall": (300, 900),
    }.items():
        save(Image.new("RGB", size, "teal"), tmp_path / "photos" / f"{name}.png")
    path = tmp_path / "album.sqlite3"
    index_folder(tmp_path / "photos", path, MODEL)
    return path


def rows(database: Path) -> dict[str, int]:
    with open_album(database) as connection:
        found = connection.execute("SELECT path, picture FROM file").fetchall()
    return {Path(os.fsdecode(path)).stem: picture for path, picture in found}


def size_of(jpeg: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(jpeg)) as picture:
        return picture.size


def test_every_shape_fits(database: Path) -> None:
    names = rows(database)
    sizes = {name: size_of(thumbnail(database, row)[1]) for name, row in names.items()}
    assert sizes == {"wide": (853, 213), "strip": (960, 6), "dot": (5, 4), "tall": (213, 640)}
    assert all(max(size) <= 3 * SIDE for size in sizes.values())


def test_a_folder_that_cannot_be_written_costs_no_picture(database: Path) -> None:
    thumbnail_folder(database).write_text("somebody's file")
    _, jpeg = thumbnail(database, rows(database)["tall"])
    assert size_of(jpeg) == (213, 640)
    assert thumbnail_folder(database).read_text() == "somebody's file"


def test_thumbnails_are_not_kept_behind_a_link(database: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    thumbnail_folder(database).symlink_to(elsewhere)
    thumbnail(database, rows(database)["tall"])
    assert not list(elsewhere.iterdir())
    (elsewhere / "kept.txt").touch()
    forget(database, None)
    assert (elsewhere / "kept.txt").exists()


def test_a_wide_mode_is_narrowed(database: Path) -> None:
    thumbnail_folder(database).mkdir(mode=0o755)
    thumbnail(database, rows(database)["dot"])
    assert thumbnail_folder(database).stat().st_mode & 0o777 == 0o700


def test_forgetting_takes_them_along_and_what_an_interrupted_write_left(database: Path) -> None:
    names = rows(database)
    for row in names.values():
        thumbnail(database, row)
    folder = thumbnail_folder(database)
    first = next(folder.glob("*/*.jpg"))
    (first.parent / ".mien-0123.part").touch()
    forget(database, database.parent / "photos" / "wide.png")
    left = list(folder.glob("*/*"))
    assert len(left) == 3 and all(path.suffix == ".jpg" for path in left)
    with open_album(database) as connection:
        assert drop_thumbnails(database, connection) == 0
    forget(database, None)
    assert not folder.exists()


@pytest.mark.parametrize(
    "xyxy", [(0, 0, 10, 10), (90, 40, 100, 50), (-20, -20, 150, 80), (50, 20, 50, 20)]
)
def test_faces_at_the_edges_are_whole_squares(xyxy) -> None:
    photo = Photo(np.zeros((50, 100, 3), np.uint8), 200, 100, Exif())
    assert cut_face(photo, xyxy).shape == (FACE_SIDE, FACE_SIDE, 3)
