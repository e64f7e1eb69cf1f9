"""Who may see the album, what is written down of it, and what it costs."""

from __future__ import annotations

import logging
import secrets
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import schemathesis

from mien.album.asking.blend import rank_blend
from mien.cli import serve as verb
from mien.server.album import reader
from mien.server.app import create_app
from mien.server.settings import Settings

from ..album_server import body, make_album
from ..conftest import running
from ..described import assert_as_described, cases

TOKEN = "a-token-of-the-tests-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ROUTES = (
    "",
    "/ranking",
    "/photos?ids=1",
    "/thumbnail?photo=1",
    "/look?photo=1",
    "/similar?photo=1",
)
HERE = Path(tempfile.gettempdir()) / f"mien-test-{secrets.token_hex(8)}"
APP = create_app(
    Settings(
        album=HERE / "album.sqlite3", allowed_hosts=("testserver",), token=TOKEN, max_fps=10_000
    )
)
schema = schemathesis.openapi.from_asgi("/openapi.json", APP).include(path_regex="^/v1/album")


@pytest.fixture(scope="module", autouse=True)
def made():
    """Photos and their album, at the place that ``APP`` shows."""
    HERE.mkdir(mode=0o700)
    yield make_album(HERE)
    shutil.rmtree(HERE)


@pytest.fixture(scope="module")
def guarded(made):
    with running(album=made[1], token=TOKEN) as server, server.client() as client:
        yield client


@pytest.mark.parametrize("route", ROUTES)
def test_the_token_the_host_and_the_origin_are_asked_for(guarded, route):
    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return guarded.get(f"/v1/album{route}", headers=named).status_code

    assert status() == 401
    assert status(**BEARER) == 200
    assert status(**BEARER, Host="evil.example") == 421
    assert status(**BEARER, Origin="http://evil.example") == 403
    assert status(**BEARER, Sec_Fetch_Site="cross-site") == 403


def test_other_pages_may_not_export(guarded):
    headers = {**BEARER, "Origin": "http://evil.example"}
    answer = guarded.post("/v1/album/export?kind=csv", content=body(1), headers=headers)
    assert answer.status_code == 403


def test_headers_are_those_of_the_other_routes(guarded):
    for path in ("/album", "/v1/album", "/v1/album/ranking"):
        headers = guarded.get(path, headers=BEARER).headers
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cache-Control"] == ("no-store" if path.startswith("/v1/") else "no-cache")


def test_neither_log_nor_metrics_have_a_name_in_them(made, caplog):
    photos, database = made
    with (
        caplog.at_level(logging.DEBUG, "mien.server"),
        running(album=database) as server,
        server.client() as client,
    ):
        client.get("/v1/album/ranking", params={"path": "one.jpg", "expression": "happy>2"})
        client.get("/v1/album/photos?ids=1")
        client.post("/v1/album/export?kind=paths", content=body(1))
        client.get("/v1/album/thumbnail?photo=1&key=one.jpg")
        written = caplog.text + client.get("/metrics").text
    assert 'route="/v1/album/thumbnail"' in written
    for name in ("one.jpg", str(photos), "photos/", "happy>2"):
        assert name not in written


def test_the_page_of_the_api_tells_the_album_too(guarded):
    page = guarded.get("/docs").text
    described = guarded.get("/openapi.json").json()["paths"]
    assert len([path for path in described if path.startswith("/v1/album") and path in page]) == 13


def test_without_an_album_there_are_no_routes_but_the_page_says_so(client):
    assert client.get("/v1/album").status_code == 404
    assert client.post("/v1/album/export?kind=csv", content=body(1)).status_code == 404
    assert client.get("/album").status_code == 200
    assert not any("album" in path for path in client.get("/openapi.json").json()["paths"])


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({}, True),
        ({"host": "localhost"}, True),
        ({"album": False}, False),
        ({"host": "0.0.0.0", "token": TOKEN}, False),
        ({"allow_host": ["faces.example.org"], "token": TOKEN}, False),
        ({"host": "0.0.0.0", "token": TOKEN, "album": True}, True),
    ],
)
def test_other_computers_see_the_album_only_if_that_was_said(monkeypatch, tmp_path, options, shown):
    got: list[Settings] = []
    monkeypatch.setattr("mien.server.server.serve", lambda settings, **_: got.append(settings))
    verb.serve(database=tmp_path / "album.sqlite3", threads=1, model=None, **options)
    (settings,) = got
    assert (settings.album is not None) == shown
    if shown:
        assert settings.album == tmp_path / "album.sqlite3"
        assert settings.token == options.get("token")


def test_a_question_is_ranked_once(made, monkeypatch):
    asked = []

    def counted(*arguments):
        asked.append(arguments)
        return rank_blend(*arguments)

    monkeypatch.setattr(reader, "rank_blend", counted)
    question = {"weights": "happy:1,sad:0.2", "faces": "1..3", "bursts": "all"}
    with running(album=made[1]) as server, server.client() as client:
        ids = client.get("/v1/album/ranking", params=question).json()["ids"]
        assert len(ids) == 4
        named = {"ids": ",".join(map(str, ids[-2:])), **question}
        assert len(client.get("/v1/album/photos", params=named).json()["photos"]) == 2
        assert len(asked) == 1
        client.get("/v1/album/ranking", params={"weights": "sad:1"})
        assert len(asked) == 2


def test_a_long_ranking_holds_nobody_up(made, monkeypatch):
    begun, answered = threading.Event(), threading.Event()

    def long(*arguments):
        begun.set()
        assert answered.wait(60)
        return rank_blend(*arguments)

    monkeypatch.setattr(reader, "rank_blend", long)
    with (
        running(album=made[1]) as server,
        server.client() as one,
        server.client() as other,
        ThreadPoolExecutor(1) as asking,
    ):
        ranking = asking.submit(one.get, "/v1/album/ranking?weights=sad:1")
        assert begun.wait(60)
        assert other.get("/healthz").status_code == 200
        assert other.get("/v1/album/thumbnail?photo=1").status_code == 200
        assert not ranking.done()
        answered.set()
        assert ranking.result().status_code == 200


@schema.parametrize()
@cases(10)
def test_every_answer_is_as_described(case):
    assert_as_described(case, TOKEN)
