"""A video that the page opens: followed, marked, given as tables, forgotten."""

from __future__ import annotations

import csv
import io
import json
import stat
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mien.media.study.events import read_events
from mien.server.video import video_routes

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
