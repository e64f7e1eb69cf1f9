"""A video at the server: read, asked about, taken away, forgotten; and what is none."""

from __future__ import annotations

import csv
import io
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from mien.cli.main import app as command
from mien.server.app import create_app
from mien.server.settings import Settings
from mien.server.video import video_routes

pytest.importorskip("av")


@pytest.fixture
def film(tmp_path, scene, make_video) -> Path:
    """Two people; the second comes when the first has gone."""
    pictures = [scene((40, 80)) if at < 30 else scene(None, (380, 80)) for at in range(60)]
    return make_video(tmp_path / "film.mp4", pictures)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Where the server's private folders are made."""
    place = tmp_path / "private"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def client(folder) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(port=0)), base_url="http://127.0.0.1") as opened:
        yield opened


def read(client: TestClient, content: bytes, name: str = "film.mp4") -> dict:
    answer = client.post("/v1/video", params={"name": name}, content=content)
    assert answer.status_code == 200, answer.text
    state = answer.json()
    while state["state"] == "reading":
        time.sleep(0.05)
        state = client.get(f"/v1/video/{state['key']}").json()
    return state


def table(client: TestClient, key: str, name: str, **edits) -> bytes:
    answer = client.post(f"/v1/video/{key}/tables/{name}", json=edits)
    assert answer.status_code == 200, answer.text
    return answer.content


def test_tables_are_those_of_the_command_and_everything_is_removed(client, film, folder):
    state = read(client, film.read_bytes(), str(film))
    assert (state["state"], state["frames"], state["name"]) == ("done", 60, "film.mp4")
    rows, summary = film.with_name("rows.csv"), film.with_name("summary")
    said = ["video", str(film), "--out", str(rows), "--summary", str(summary)]
    assert CliRunner().invoke(command, said).exit_code == 0
    here = list(csv.DictReader(io.StringIO(table(client, state["key"], "rows.csv").decode())))
    there = list(csv.DictReader(rows.open()))
    assert len(here) > 40
    for row in (*here, *there):
        del row["path"]
    assert here == there
    assert table(client, state["key"], "summary.csv") == (summary / "summary.csv").read_bytes()
    assert client.post(f"/v1/video/{state['key']}/forget").status_code == 204
    assert list(folder.iterdir()) == []
    assert client.get(f"/v1/video/{state['key']}").status_code == 404


def test_ranges_names_and_merges_are_applied(client, film):
    key = read(client, film.read_bytes())["key"]

    def summary(**edits) -> dict:
        answer = client.post(f"/v1/video/{key}/summary", json=edits)
        assert answer.status_code == 200, answer.text
        return answer.json()

    first, second = (person["id"] for person in summary()["people"])
    merged = summary(
        people=[{"id": first, "name": "Ada"}, {"id": second, "name": "x", "same_as": first}],
        excluded=[{"start": 0.4, "end": 0.8}],
        events=[{"start": 1, "end": 2, "name": "question"}],
    )
    (person,) = merged["people"]
    whole = sum(person["seconds"] for person in summary()["people"])
    assert person["seconds"] == pytest.approx(whole - 0.4, abs=0.01)
    assert merged["names"] == {str(first): "Ada"}
    assert merged["excluded"] == [[0.4, 0.8]]
    assert all(end <= 0.4 or start >= 0.8 for _, start, end in person["bouts"])
    events = table(
        client, key, "events.csv", events=[{"start": 1, "end": 2, "name": "=1+1"}]
    ).decode()
    assert events.splitlines() == ["label,start,end", "'=1+1,1.0,2.0"]
    circle = [{"id": 1, "same_as": 2}, {"id": 2, "same_as": 1}]
    answer = client.post(f"/v1/video/{key}/summary", json={"people": circle})
    assert (answer.status_code, "circle" in answer.text) == (422, True)
    still = client.get(f"/v1/video/{key}/still", params={"time": 99})
    assert still.content.startswith(b"\xff\xd8")
    curves = client.post(f"/v1/video/{key}/curves", params={"name": "confidence"}, json={}).json()
    assert set(curves["curves"]) == {str(first), str(second)}


def test_two_in_one_picture_are_not_the_same(client, tmp_path, scene, make_video):
    pictures = [scene((40, 80), (380, 80))] * 30
    key = read(client, make_video(tmp_path / "two.mp4", pictures).read_bytes())["key"]
    answer = client.post(f"/v1/video/{key}/summary", json={})
    first, second = (person["id"] for person in answer.json()["people"])
    said = {"people": [{"id": second, "same_as": first}]}
    answer = client.post(f"/v1/video/{key}/summary", json=said)
    assert answer.status_code == 422
    assert "in the picture together" in answer.json()["error"]["what"]


def test_one_at_a_time_and_closing_removes(folder, film):
    with TestClient(create_app(Settings(port=0)), base_url="http://127.0.0.1") as client:
        first = client.post("/v1/video", content=film.read_bytes()).json()
        second = client.post("/v1/video", content=film.read_bytes())
        assert second.status_code == 409
        assert second.json()["error"]["what"] == "another video is open here"
        # In the middle of the reading.
        assert client.post(f"/v1/video/{first['key']}/forget").status_code == 204
        assert list(folder.iterdir()) == []
        client.post("/v1/video", content=film.read_bytes())
        assert len(list(folder.iterdir())) == 1
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"no video at all" * 100, b"\0" * 5000])
def test_what_is_no_video_is_said(client, folder, content):
    state = read(client, content, "../../etc/<img src=x>\n.mp4")
    assert state["state"] == "failed"
    assert state["name"] == "<img src=x>.mp4"
    assert str(folder) not in str(state)
    assert state["error"]["what"]


def test_nothing_and_too_much_leave_nothing(folder, monkeypatch, film):
    monkeypatch.setattr(video_routes, "MAX_VIDEO_BYTES", 1000)
    with TestClient(create_app(Settings(port=0)), base_url="http://127.0.0.1") as client:
        large = client.post("/v1/video", content=film.read_bytes())
        assert large.status_code == 413
        assert "mien video" in large.json()["error"]["hint"]
        assert client.post("/v1/video", content=b"").status_code == 422
        assert list(folder.iterdir()) == []


def test_a_full_disk_is_said_and_nothing_stays(client, folder, film):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    content = film.read_bytes()
    # The system itself refuses to let a file grow, as it does where the disk is full.
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(content) // 2, before[1]))
    try:
        answer = client.post("/v1/video", content=content)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert answer.status_code == 507
    assert "larger than is allowed here" in answer.json()["error"]["what"]
    assert list(folder.iterdir()) == []


def test_without_faces_uneven_and_cut_off(client, tmp_path, scene, make_video):
    def closed(content: bytes) -> dict:
        state = read(client, content)
        if state["state"] == "done":
            answer = client.post(f"/v1/video/{state['key']}/summary", json={}).json()
            state["people"] = answer["people"]
        client.post(f"/v1/video/{state['key']}/forget")
        return state

    nobody = closed(make_video(tmp_path / "n.mp4", [scene()] * 20).read_bytes())
    assert (nobody["state"], nobody["people"]) == ("done", [])
    uneven = [at**1.5 / 20 for at in range(30)]
    whole = make_video(tmp_path / "v.mkv", [scene((40, 80))] * 30, times=uneven).read_bytes()
    varied = closed(whole)
    assert varied["state"] == "done"
    assert varied["at"] == pytest.approx(uneven[-1], abs=0.01)
    damaged = closed(whole[: len(whole) * 2 // 3])
    assert damaged["state"] == "done"
    assert damaged["losses"]
