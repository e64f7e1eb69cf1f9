"""Photos that lie on their side, and whose files do not say so."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mien.album.asking.columns import load_columns
from mien.album.asking.hits import Hit, hits_of
from mien.album.asking.question import Bursts, Question
from mien.album.asking.rank import rank
from mien.album.database import open_album
from mien.album.indexing.index import index_folder
from mien.album.indexing.turn import turned_image
from mien.album.taking.gallery import write_gallery
from mien.album.taking.listing import to_plain
from mien.album.thumbnails import look_at, thumbnail

from ..conftest import MODEL, in_a_room, portrait, save

TURNS = {"left": 90, "right": 270, "head": 180, "upright": 0, "told": 0}


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Hit]]:
    """An album of tall photos that lie on either side, on their head, and as they are to be."""
    folder = tmp_path_factory.mktemp("turned")
    for number, (name, degrees) in enumerate(TURNS.items()):
        upright = in_a_room(portrait(300), number).crop((0, 0, 600, 560))
        lying = Image.fromarray(turned_image(np.asarray(upright), (360 - degrees) % 360))
        lying.save(folder / f"{name}.png")
    # This one says that it is to be shown as it lies.
    lying = Image.open(folder / "left.png")
    save(lying, folder / "told.png")
    database = folder / "album.sqlite3"
    index_folder(folder, database, MODEL)
    question = Question("happy", bursts=Bursts.ALL)
    with open_album(database) as connection:
        columns = load_columns(connection)
        hits = hits_of(connection, columns, rank(columns, question), question.labels)
    return database, {Path(hit.path).stem: hit for hit in hits}


def upright_at(jpeg: bytes) -> tuple[int, int]:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return image.shape[1], image.shape[0]


@pytest.mark.parametrize("name", TURNS)
def test_a_photo_is_turned_if_only_its_faces_say_so(
    turned: tuple[Path, dict[str, Hit]], name: str
) -> None:
    hit = turned[1][name]
    assert hit.turned == TURNS[name]
    assert (hit.width, hit.height) == ((560, 600) if name == "told" else (600, 560))
    plain = to_plain(hit)
    assert plain.get("turned", 0) == TURNS[name]
    if name != "told":
        assert plain["faces"][0]["label"] == "happy"
        assert abs(plain["faces"][0]["roll"]) < 15


def test_thumbnails_looks_and_galleries_are_upright(
    turned: tuple[Path, dict[str, Hit]], tmp_path: Path
) -> None:
    database, hits = turned
    with open_album(database) as connection:
        rows = dict(
            connection.execute("SELECT CAST(path AS TEXT), picture FROM file ORDER BY path")
        )
    for name in ("left", "head"):
        row = next(row for path, row in rows.items() if Path(path).stem == name)
        for _ in range(2):  # Made, and kept.
            wide, high = upright_at(thumbnail(database, row)[1])
            assert wide / high == pytest.approx(600 / 560, rel=0.02)
        look = look_at(database, row)
        assert upright_at(look.photo) == (600, 560)
    # The face is cut out where it is, and stands as in the photo that is upright.
    write_gallery(
        tmp_path / "page.html",
        [hits[name] for name in ("upright", "left", "head")],
        title="t",
        subtitle="s",
        emotion="happy",
    )
    pictures = re.findall(r"base64,([^\"]+)", (tmp_path / "page.html").read_text("utf-8"))
    faces = [
        cv2.imdecode(np.frombuffer(base64.b64decode(each), np.uint8), 0) for each in pictures[1::2]
    ]
    upright, left, head = (face.astype(float)[40:120, 40:120].ravel() for face in faces)
    for other in (left, head):
        assert np.corrcoef(upright, other)[0, 1] > 0.7
