"""A video that the page opens: followed, marked, given as tables, forgotten."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.media.study.events import read_events

from ..conftest import running

pytest.importorskip("av")

FPS = 10
HOSTILE = "../../<img src=x>\n=1+1.mp4"


@pytest.fixture(scope="module")
def film(tmp_path_factory, scene, make_video) -> bytes:
    """Two people for two seconds; then a second without the right one."""
    pictures = [scene((60, 60), (360, 60) if at < 20 else None) for at in range(30)]
    path = make_video(tmp_path_factory.mktemp("film") / "two.mp4", pictures, fps=FPS)
    return path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("private")


@pytest.fixture
def client(folder, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with running(video=True, max_video_bytes=3_000_000) as server, server.client() as client:
        yield client
    assert list(folder.iterdir()) == []  # Whatever happened, nothing outlives the server.


def send(client, content: bytes, name: str = "film.mp4") -> dict:
    answer = client.post("/v1/video", params={"name": name}, content=content)
    assert answer.status_code == 200, answer.text
    return finished(client)


def finished(client) -> dict:
    for _ in range(3000):
        told = client.get("/v1/video").json()
        if told["state"] not in ("arriving", "reading"):
            return told
        time.sleep(0.05)
    raise AssertionError("it never ends")


def tables(client, marked: dict, format: str = "csv") -> zipfile.ZipFile:
    answer = client.post("/v1/video/tables", params={"format": format}, json=marked)
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.content))


def read_csv(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def test_a_video_is_followed_marked_and_given_as_tables(client, film, folder, tmp_path):
    told = send(client, film, HOSTILE)
    assert (told["state"], told["frames"], told["problem"]) == ("done", 30, None)
    assert told["name"] == "<img src=x>=1+1.mp4"
    (private,) = folder.iterdir()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in private.iterdir()} == {0o600}

    shots = client.get("/v1/video/shots", params={"first": 5}).json()["shots"]
    assert len(shots) == 25
    people = {face[0] for _, faces in shots for face in faces}
    assert people == {1, 2}
    points = client.get("/v1/video/column", params={"name": "smoothed_happy"}).json()["people"]
    assert set(points) == {"1", "2"}
    assert all(0 <= value <= 1 for each in points.values() for _, value in each)
    assert client.get("/v1/video/column", params={"name": "label"}).status_code == 404
    still = client.get("/v1/video/still", params={"time": 99})
    assert still.headers["content-type"] == "image/jpeg"

    marked = {
        "names": {"1": "Mei"},
        "ranges": [{"start": 0, "end": 1}, {"label": "greeting", "start": 1, "end": 2}],
    }
    archive = tables(client, marked)
    rows = read_csv(archive, "rows.csv")
    assert {row["name"] for row in rows if row["track"] == "1"} == {"Mei"}
    for row in rows:
        at = float(row["time"])
        assert row["excluded"] == ("true" if at < 1 else "false")
        assert row["events"] == ("greeting" if 1 <= at < 2 else "")
    fewer = {row["id"]: row for row in read_csv(archive, "summary/summary.csv")}
    whole = {row["id"]: row for row in read_csv(tables(client, {}), "summary/summary.csv")}
    assert fewer["1"]["name"] == "Mei"
    assert float(fewer["1"]["seconds"]) == pytest.approx(float(whole["1"]["seconds"]) - 1, abs=0.11)
    (event, *_) = read_csv(archive, "event-1/summary.csv")
    assert float(event["seconds"]) == pytest.approx(1, abs=0.11)
    events = tmp_path / "events.csv"
    events.write_bytes(archive.read("events.csv"))
    assert [each.label for each in read_events(events)] == ["greeting"]
    assert "10 frames excluded" in archive.read("about.txt").decode()

    assert client.post("/v1/video/forget").json()["state"] == "none"
    assert list(folder.iterdir()) == []
    assert client.get("/v1/video/shots").status_code == 404


def test_two_tracks_are_one_person_if_one_says_so(client, film):
    send(client, film)
    archive = tables(client, {"merged": {"2": 1}}, "json")
    frames = json.loads(archive.read("rows.json"))["frames"]
    assert {face["track"]["id"] for frame in frames for face in frame["faces"]} == {1}
    (person,) = json.loads(archive.read("summary/summary.json"))["people"]
    # Both were there at once: the person counts once.
    assert person["seconds"] == pytest.approx(3, abs=0.11)
    assert "Person 2 counts as person 1" in archive.read("about.txt").decode()


def test_the_tables_are_those_of_mien_video(client, film, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(film)
    call = [sys.executable, "-m", "mien", "video", str(path)]
    call += ["--out", str(tmp_path / "rows.csv"), "--summary", str(tmp_path / "summary")]
    subprocess.run(call, check=True, capture_output=True)
    send(client, film)
    archive = tables(client, {})
    for name, added in (
        ("rows.csv", ("path", "name", "excluded", "events")),
        ("summary/summary.csv", ("name",)),
    ):
        said = (tmp_path / name).read_text("utf-8")
        told, ours = list(csv.DictReader(io.StringIO(said))), read_csv(archive, name)
        for row in (*told, *ours):
            for key in added:
                row.pop(key, None)
        assert told == ours
        assert told


def test_parquet_has_the_same_rows(client, film, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    send(client, film)
    marked = {"ranges": [{"start": 0, "end": 1}]}
    path = tmp_path / "rows.parquet"
    path.write_bytes(tables(client, marked, "parquet").read("rows.parquet"))
    rows = parquet.read_table(path).to_pylist()
    assert len(rows) == len(read_csv(tables(client, marked), "rows.csv"))
    assert {row["excluded"] for row in rows if row["time"] < 1} == {True}


def test_a_range_that_ends_before_it_begins_is_refused(client, film):
    send(client, film)
    answer = client.post("/v1/video/tables", json={"ranges": [{"start": 2, "end": 1}]})
    assert answer.status_code == 422
    assert "ends before" in answer.text


def test_marks_are_kept_with_their_video_alone(client, film):
    assert client.get("/v1/video/markings").status_code == 404
    send(client, film)
    unmarked = {"names": {}, "merged": {}, "ranges": []}
    assert client.get("/v1/video/markings").json() == unmarked
    marked = {
        "names": {"1": "Mei"},
        "merged": {"2": 1},
        "ranges": [
            {"label": "", "start": 0.0, "end": 1.0},
            {"label": "a greeting", "start": 1.0, "end": 2.5},
        ],
    }
    assert client.put("/v1/video/markings", json=marked).status_code == 200
    assert client.get("/v1/video/markings").json() == marked
    # What is refused changes nothing.
    backwards = {"ranges": [{"start": 2, "end": 1}]}
    assert client.put("/v1/video/markings", json=backwards).status_code == 422
    assert client.get("/v1/video/markings").json() == marked
    send(client, film, "next.mp4")
    assert client.get("/v1/video/markings").json() == unmarked


def test_the_next_video_takes_the_place_of_the_first(client, film, folder):
    send(client, film, "first.mp4")
    assert send(client, film, "second.mp4")["name"] == "second.mp4"
    assert len(list(folder.iterdir())) == 1


def test_a_second_one_is_told_that_one_is_being_read_and_stopping_keeps(
    client, folder, tmp_path, scene, make_video
):
    pictures = (scene((60 + at % 50, 60)) for at in range(400))
    long = make_video(tmp_path / "long.mp4", pictures, fps=FPS).read_bytes()
    assert client.post("/v1/video", content=long).json()["state"] == "reading"
    refused = client.post("/v1/video", content=long)
    assert refused.status_code == 409
    assert "another video is being read" in refused.text
    assert client.post("/v1/video/tables", json={}).status_code == 409
    while not client.get("/v1/video").json()["frames"]:
        time.sleep(0.02)
    told = client.post("/v1/video/stop").json()
    assert told["state"] == "stopped"
    assert 0 < told["frames"] < 400
    assert "Reading was stopped at" in tables(client, {}).read("about.txt").decode()


def test_what_is_no_video_is_said_in_plain_words(client, folder, tmp_path, film):
    for content, said in (
        (b"Dear all,\nthis is a letter.\n" * 50, "video"),
        (bytes(range(256)) * 40, "is not a video that can be read"),
        (film[: len(film) // 3], "cut off|not a video|no frame"),
    ):
        told = send(client, content)
        assert told["state"] == "failed"
        assert any(each in told["problem"] for each in said.split("|")), told["problem"]
        assert str(folder) not in told["problem"]
        assert list(folder.iterdir()) == []
    empty = client.post("/v1/video", content=b"")
    assert empty.status_code == 422
    assert "empty" in empty.text


def test_sound_alone_is_no_video(client, tmp_path):
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        tone = np.zeros((1, 48000), np.float32)
        frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 48000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    told = send(client, (tmp_path / "sound.mp4").read_bytes())
    assert told["problem"].startswith("has no moving picture in it")


def test_nobody_in_it_is_no_error(client, tmp_path, scene, make_video):
    path = make_video(tmp_path / "empty.mp4", [scene()] * 5, fps=FPS)
    told = send(client, path.read_bytes())
    assert told["state"] == "done"
    assert read_csv(tables(client, {}), "rows.csv") == []


def test_times_of_a_variable_rate_are_kept(client, tmp_path, scene, make_video):
    times = [0.0, 0.1, 0.9, 1.0, 1.7]
    path = make_video(tmp_path / "vfr.mkv", [scene((60, 60))] * 5, fps=FPS, times=times)
    send(client, path.read_bytes())
    shots = client.get("/v1/video/shots").json()["shots"]
    assert [at for at, _ in shots] == pytest.approx(times, abs=0.002)


def test_a_video_of_a_turned_phone_is_upright(client, tmp_path, scene, make_video):
    turned = [np.rot90(scene((60, 60)), 1).copy()] * 5
    content = bytearray(make_video(tmp_path / "phone.mp4", turned, fps=FPS).read_bytes())
    # ISO 14496-12: the matrix of the track header, here a quarter turn to the right.
    at = content.index(b"tkhd") + 4 + 40
    content[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    told = send(client, bytes(content))
    assert (told["width"], told["height"]) == (640, 360)
    shots = client.get("/v1/video/shots").json()["shots"]
    assert all(len(faces) == 1 and faces[0][1] < 0.3 for _, faces in shots)
    with PillowImage.open(io.BytesIO(client.get("/v1/video/still").content)) as still:
        assert still.size == (640, 360)


def test_over_the_limit_is_refused_before_it_is_stored(client, folder):
    answer = client.post("/v1/video", content=bytes(3_000_001))
    assert answer.status_code == 413
    assert "larger than 0.003 GB" in answer.text

    def unsaid():
        for _ in range(31):
            yield bytes(100_000)

    assert client.post("/v1/video", content=unsaid()).status_code == 413
    assert list(folder.iterdir()) == []


def test_a_full_disk_is_said_and_nothing_stays(client, folder, film):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        answer = client.post("/v1/video", content=film)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert answer.status_code == 507
    assert "no room for the video" in answer.text
    assert list(folder.iterdir()) == []
    assert client.get("/v1/video").json()["state"] == "none"


def test_a_page_that_is_closed_in_the_middle_leaves_nothing(client, folder, film):
    port = client.base_url.port
    head = f"POST /v1/video HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(film)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head.encode() + film[:2000])
        while client.get("/v1/video").json()["state"] != "arriving":
            time.sleep(0.02)
    while client.get("/v1/video").json()["state"] != "none":
        time.sleep(0.02)
    assert list(folder.iterdir()) == []


def test_without_the_extra_it_says_what_to_install(client, folder, film, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "av" else find(name, *more)
    )
    answer = client.post("/v1/video", content=film)
    assert answer.status_code == 501
    assert "PyAV" in answer.text
    assert "video" in answer.json()["error"]["hint"]


def test_a_server_for_others_opens_no_videos(film):
    with running() as server, server.client() as client:
        assert client.get("/v1/video").status_code == 404
        assert client.post("/v1/video", content=film).status_code == 404
