"""The album's routes over HTTP, on real photos."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import threading
import zipfile
from pathlib import Path

import pytest
from album.conftest import MODEL, wait_until
from PIL import Image

from mien.album.asking.columns import load_columns
from mien.album.asking.question import Question
from mien.album.asking.rank import rank
from mien.album.database import open_album
from mien.album.forget import forget
from mien.album.indexing.index import index_folder
from mien.album.thumbnails import thumbnail_folder
from mien.server.album.answer_forms import AlbumAnswer, LookAnswer, PhotosAnswer, RankingAnswer
from mien.server.album.export import LIMITS

from ..album_server import body, exif_place, make_album
from ..conftest import running

PLACE = {"place": "1"}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Photos, their album, and a client of a server that shows it; for reading only."""
    photos, database = make_album(tmp_path_factory.mktemp("shown"))
    with running(album=database) as server, server.client() as client:
        yield photos, database, client


@pytest.fixture
def own(tmp_path):
    """As ``shown``, for tests that change something."""
    photos, database = make_album(tmp_path)
    with running(album=database) as server, server.client() as client:
        yield photos, database, client


def ids_by_name(client) -> dict[str, int]:
    ids = client.get("/v1/album/ranking", params={"bursts": "all"}).json()["ids"]
    found = client.get("/v1/album/photos", params={"ids": ",".join(map(str, ids))}).json()
    return {Path(photo["path"]).name: photo["id"] for photo in found["photos"]}


def problem(answer, status: int) -> str:
    assert answer.status_code == status, answer.text
    return answer.json()["error"]["what"]


def test_it_says_what_is_in_the_album(shown):
    photos, _, client = shown
    found = AlbumAnswer.model_validate(client.get("/v1/album").json())
    assert (found.photos, found.faces, found.folders) == (4, 5, [str(photos)])
    assert found.label_sets["four"] == ["angry", "happy", "sad", "neutral"]


@pytest.mark.parametrize("rule", ["mean", "min", "any", "share"])
def test_one_slider_ranks_as_the_command_does(shown, rule):
    _, database, client = shown
    found = RankingAnswer.model_validate(
        client.get("/v1/album/ranking", params={"rule": rule}).json()
    )
    with open_album(database) as connection:
        columns = load_columns(connection)
    expected = rank(columns, Question("happy", rule=rule))
    assert found.ids == columns.picture[expected.rows].tolist()
    assert found.scores == pytest.approx(expected.scores, abs=1e-4)


def test_the_reason_of_a_rank_is_in_the_details(shown):
    _, _, client = shown
    pair = ids_by_name(client)["<b>pair & more.png"]
    for rule, made_of in (("mean", lambda v: sum(v) / 2), ("min", min), ("any", max)):
        question = {"ids": str(pair), "rule": rule, "weights": "happy:0.5,surprise:0.25"}
        answer = client.get("/v1/album/photos", params=question).json()
        (photo,) = PhotosAnswer.model_validate(answer).photos
        for face in photo.faces:
            wanted = face.probabilities["happy"] + face.probabilities["surprise"] / 2
            assert face.value == pytest.approx(wanted, abs=1e-5)
        assert photo.score == pytest.approx(made_of([face.value for face in photo.faces]), abs=1e-5)


def test_filters_and_the_expression_leave_photos_out(shown):
    _, _, client = shown
    names = {id: name for name, id in ids_by_name(client).items()}

    def fitting(**question) -> set[str]:
        ids = client.get("/v1/album/ranking", params=question).json()["ids"]
        return {names[id] for id in ids}

    assert fitting(faces="2..") == {"<b>pair & more.png"}
    assert fitting(path="deep/*") == {"turned.jpg"}
    assert fitting(**{"from": "2019", "to": "2019-07"}) == {"one.jpg"}
    assert fitting(expression="faces=1 and happy>0.5") <= {"one.jpg", "turned.jpg", "=dim.jpg"}
    happy = {"expression": "happy>0.5", "bursts": "all"}
    assert fitting(weights="sad:1", **happy) == fitting(**happy)
    # The dim one and its original are alike.
    assert len({"one.jpg", "=dim.jpg"} & fitting(expression="happy>0.5")) == 1
    answer = client.get("/v1/album/ranking", params={"expression": "happy>0.5"}).json()
    assert (answer["in_bursts"], answer["alike"]) == (0, 1)
    ((on_top, behind),) = answer["stacks"].items()
    assert {names[int(on_top)], *(names[id] for id in behind)} == {"one.jpg", "=dim.jpg"}
    # What stands behind is told with its own score.
    asked = {"expression": "happy>0.5", "ids": behind[0]}
    (photo,) = client.get("/v1/album/photos", params=asked).json()["photos"]
    assert photo["score"] > 0.5
    everything = client.get("/v1/album/ranking").json()
    above = client.get("/v1/album/ranking", params={"min_score": 0.95}).json()
    assert above["below"] == sum(score < 0.95 for score in everything["scores"])
    assert [score for score in above["scores"] if score < 0.95] == []
    assert fitting(min_size="100000") == set()


@pytest.mark.parametrize(
    ("parameter", "value", "what"),
    [
        ("expression", "happy>0.5 and", "expression: expected a name or a number at character 14"),
        ("expression", "hapy>0.5", "expression: there is no 'hapy' to compare (character 1)"),
        ("weights", "joy:1", "weights: there is no emotion 'joy'"),
        ("weights", "happy:0", "weights: no emotion has a weight"),
        ("weights", "happy:7", "weights: happy weighs 7.0, expected 0 to 1"),
        ("weights", "<script>", "weights: '<script>' is no weight"),
        ("faces", "many", "faces: 'many' is no range"),
        ("from", "0000", "from: '0000' is no date"),
        ("to", "2019-13", "to: '2019-13' is no date"),
        ("rule", "best", "query.rule: "),
    ],
)
def test_a_wrong_question_is_told_at_its_parameter(shown, parameter, value, what):
    _, _, client = shown
    answer = client.get("/v1/album/ranking", params={parameter: value})
    assert problem(answer, 422).startswith(what)


def test_thumbnails_are_upright_small_and_without_exif(shown):
    _, database, client = shown
    answer = client.get(f"/v1/album/thumbnail?photo={ids_by_name(client)['turned.jpg']}")
    assert answer.headers["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (213, 320)
        assert not picture.getexif()
        assert picture.getpixel((100, 310)) == pytest.approx((128, 128, 128), abs=8)
    folder = thumbnail_folder(database)
    assert folder.stat().st_mode & 0o777 == 0o700
    (kept,) = folder.glob("*/*.jpg")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_bytes() == answer.content


def test_thumbnails_are_made_once_and_kept_by_the_browser(shown):
    _, database, client = shown
    id = ids_by_name(client)["one.jpg"]
    (photo,) = client.get(f"/v1/album/photos?ids={id}").json()["photos"]
    address = f"/v1/album/thumbnail?photo={id}&key={photo['key']}"
    first = client.get(address)
    tag = first.headers["ETag"]
    assert tag.startswith('"') and "immutable" in first.headers["Cache-Control"]
    assert "immutable" not in client.get(f"/v1/album/thumbnail?photo={id}").headers["Cache-Control"]
    (kept,) = thumbnail_folder(database).glob(f"*/{photo['key']}-*")
    made = kept.stat().st_mtime_ns
    again = client.get(address, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert client.get(address, headers={"If-None-Match": '"other"'}).content == first.content
    assert kept.stat().st_mtime_ns == made


def test_a_look_is_the_photo_and_its_faces(shown):
    _, _, client = shown
    pair = ids_by_name(client)["<b>pair & more.png"]
    found = LookAnswer.model_validate(client.get(f"/v1/album/look?photo={pair}").json())
    assert len(found.faces) == 2
    assert all(uri.startswith("data:image/jpeg;base64,") for uri in (found.photo, *found.faces))


def test_similar_photos(shown):
    _, _, client = shown
    names = ids_by_name(client)
    found = client.get(f"/v1/album/similar?photo={names['one.jpg']}").json()
    # The dim one is the same picture.
    others = [id for name, id in names.items() if name not in ("one.jpg", "=dim.jpg")]
    assert sorted(found["ids"]) == sorted(others)
    assert found["scores"] == sorted(found["scores"], reverse=True)
    problem(client.get(f"/v1/album/similar?photo={names['one.jpg']}&face=2"), 404)
    problem(client.get("/v1/album/similar?photo=99999"), 404)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/album/thumbnail?photo=../../../etc/passwd", 422),
        ("/v1/album/thumbnail?photo=%2Fetc%2Fpasswd", 422),
        ("/v1/album/thumbnail?photo=99999", 404),
        ("/v1/album/thumbnail?photo=1&key=../../../../etc/passwd", 200),
        ("/v1/album/look?photo=-1", 422),
        ("/v1/album/thumbnail/..%2f..%2f..%2fetc%2fpasswd", 404),
        ("/album/..%2f..%2falbum.sqlite3", 404),
        ("/album/%2e%2e/%2e%2e/album.sqlite3", 404),
        ("/..%2f..%2f..%2f..%2fetc%2fpasswd", 404),
        ("/v1/album/photos?ids=1,../2", 422),
    ],
)
def test_nothing_is_reached_by_a_path(shown, address, status):
    _, _, client = shown
    answer = client.get(address)
    assert answer.status_code == status
    assert b"root:" not in answer.content and b"SQLite" not in answer.content


def test_an_original_is_shown_only_as_it_was_indexed_and_where(own, tmp_path):
    photos, _, client = own
    names = ids_by_name(client)
    secret = tmp_path / "elsewhere" / "secret.jpg"
    secret.parent.mkdir()
    shutil.copy(photos / "=dim.jpg", secret)

    def refused(name: str, status: int, words: str) -> None:
        for route in ("thumbnail", "look"):
            assert words in problem(client.get(f"/v1/album/{route}?photo={names[name]}"), status)

    address = f"/v1/album/thumbnail?photo={names['one.jpg']}"
    assert client.get(address).status_code == 200
    # Another picture in its place, then a link out of the folder, then nothing.
    original = (photos / "one.jpg").read_bytes()
    shutil.copy(secret, photos / "one.jpg")
    refused("one.jpg", 409, "has changed")
    (photos / "one.jpg").unlink()
    outside = tmp_path / "elsewhere" / "same.jpg"
    outside.write_bytes(original)
    (photos / "one.jpg").symlink_to(outside)
    refused("one.jpg", 403, "link that leads out of the indexed folders")
    (photos / "one.jpg").unlink()
    refused("one.jpg", 410, "no longer where it was")
    (photos / "one.jpg").mkdir()
    refused("one.jpg", 410, "no longer where it was")
    # A pipe, at which nobody waits.
    (photos / "one.jpg").rmdir()
    os.mkfifo(photos / "one.jpg")
    refused("one.jpg", 409, "has changed")
    # A folder on the way that became a link.
    (photos / "deep").rename(tmp_path / "elsewhere" / "deep")
    (photos / "deep").symlink_to(tmp_path / "elsewhere" / "deep")
    refused("turned.jpg", 403, "link that leads out")
    # A link inside the indexed folder is fine.
    (photos / "=dim.jpg").rename(photos / "moved.jpg")
    (photos / "=dim.jpg").symlink_to(photos / "moved.jpg")
    assert client.get(f"/v1/album/thumbnail?photo={names['=dim.jpg']}").status_code == 200


def test_the_place_is_told_only_when_asked_for(shown):
    _, _, client = shown
    id = ids_by_name(client)["one.jpg"]

    def answers(**more) -> list[bytes]:
        found = [client.get(f"/v1/album/photos?ids={id}", params={"ids": id, **more})]
        found += [
            client.post("/v1/album/export", params={"kind": kind, **more}, content=body(id))
            for kind in ("csv", "json", "gallery", "paths")
        ]
        assert all(answer.status_code == 200 for answer in found)
        return [answer.content for answer in found]

    assert not any(map(exif_place, answers()))
    assert [exif_place(each) for each in answers(**PLACE)] == [True, True, True, True, False]
    thumbnail = client.get(f"/v1/album/thumbnail?photo={id}").content
    assert b"Exif" not in thumbnail


def test_exports(shown):
    photos, _, client = shown
    names = ids_by_name(client)
    chosen = [names["turned.jpg"], names["=dim.jpg"], names["<b>pair & more.png"]]

    def export(kind: str, **more):
        answer = client.post(
            "/v1/album/export", params={"kind": kind, **more}, content=body(*chosen)
        )
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        return answer.content

    paths = [str(photos / "deep" / "turned.jpg"), str(photos / "=dim.jpg")]
    assert export("paths").decode().splitlines()[:2] == paths
    assert export("paths0").split(b"\0")[:2] == [os.fsencode(path) for path in paths]
    rows = list(csv.DictReader(io.StringIO(export("csv").decode())))
    assert [row["path"] for row in rows[:2]] == paths
    plain = json.loads(export("json"))
    assert plain["schema"] == "mien.album/1"
    assert [photo["rank"] for photo in plain["photos"]] == [1, 2, 3]
    page = export("gallery").decode()
    assert page.count("data:image/jpeg") == 3 + 4
    assert "<b>pair" not in page and "&lt;b&gt;pair" in page
    with zipfile.ZipFile(io.BytesIO(export("zip", **PLACE))) as archive:
        assert archive.testzip() is None
        first, *_ = archive.namelist()
        assert first == "001 turned.jpg"
        assert archive.read(first) == (photos / "deep" / "turned.jpg").read_bytes()


def test_exports_have_limits_and_the_photos_need_the_switch(shown):
    _, _, client = shown

    def refused(kind: str, content: bytes, status: int, **more) -> str:
        answer = client.post("/v1/album/export", params={"kind": kind, **more}, content=content)
        return problem(answer, status)

    assert "the place too" in refused("zip", body(1), 422)
    assert "more than 200" in refused("gallery", body(*range(1, LIMITS.gallery + 2)), 413)
    for wrong in (b"", b"[]", b'{"photos": ["1"]}', b'{"photos": []}', b'{"photos": [0]}'):
        refused("csv", wrong, 422)
    refused("csv", b" " * 1_000_001, 413)


def test_what_was_forgotten_is_gone_from_disk_and_page(own):
    photos, database, client = own
    names = ids_by_name(client)
    for id in names.values():
        assert client.get(f"/v1/album/thumbnail?photo={id}").status_code == 200
    kept = {path.name for path in thumbnail_folder(database).glob("*/*")}
    assert len(kept) == 4
    # The server has the album open all the while.
    forget(database, photos / "one.jpg")
    assert len(kept - {path.name for path in thumbnail_folder(database).glob("*/*")}) == 1
    problem(client.get(f"/v1/album/thumbnail?photo={names['one.jpg']}"), 404)
    # What has changed right after something else is read a moment later.
    wait_until(lambda: "one.jpg" not in ids_by_name(client))
    forget(database, None)
    assert not thumbnail_folder(database).exists()
    wait_until(lambda: client.get("/v1/album").json()["photos"] == 0)
    assert client.get("/v1/album/ranking").json()["ids"] == []


def test_it_follows_an_album_that_is_made_changed_and_put_aside(tmp_path):
    source, _ = make_album(tmp_path / "source")
    database = tmp_path / "late.sqlite3"
    photos = tmp_path / "photos"
    photos.mkdir()
    with running(album=database) as server, server.client() as client:
        assert client.get("/v1/album").json()["version"] is None
        shutil.copy(source / "one.jpg", photos)
        index_folder(photos, database, MODEL)
        first = client.get("/v1/album").json()
        assert first["photos"] == 1
        shutil.copy(source / "=dim.jpg", photos)
        writer = threading.Thread(target=index_folder, args=(photos, database, MODEL))
        writer.start()
        while writer.is_alive():
            assert "one.jpg" in ids_by_name(client)
        writer.join()
        wait_until(lambda: set(ids_by_name(client)) == {"one.jpg", "=dim.jpg"})
        assert client.get("/v1/album").json()["version"] != first["version"]
        database.rename(tmp_path / "aside.sqlite3")
        assert client.get("/v1/album").json()["photos"] == 0
        database.write_bytes(b"this is no database, whatever its name says" * 100)
        assert "damaged" in problem(client.get("/v1/album/ranking"), 503)
        assert client.get("/healthz").status_code == 200


def test_a_photo_is_shown_while_its_folder_is_still_being_indexed(own):
    _, database, client = own
    with open_album(database) as connection:
        connection.execute("DELETE FROM folder")
    for id in ids_by_name(client).values():
        assert client.get(f"/v1/album/thumbnail?photo={id}").status_code == 200
