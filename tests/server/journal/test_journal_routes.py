"""The journal's routes: who may open it, what is kept, passphrase, damage, files, numbers only."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest

from mien.errors import UsageError
from mien.journal.change.simulated import Change, Person, simulate
from mien.journal.kept.journal_file import open_journal
from mien.journal.kept.made_pages import note_made
from mien.journal.kept.private_database import backup_of
from mien.packaged import ASTRONAUT, packaged_path
from mien.server.settings import JournalSettings, Settings

from ..conftest import running

SECRET = "rain in march"
WORDS = "a good day, and rain"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the journal may be."""
    return tmp_path / "home" / "journal.sqlite3"


@contextmanager
def opened(path: Path, **options) -> Iterator[httpx.Client]:
    """A client that has exchanged the ticket for the key."""
    shown = JournalSettings(path=path)
    with running(journal=shown, **options) as server, server.client() as client:
        key = client.post("/v1/journal/key", json={"ticket": shown.ticket}).json()["key"]
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


def begin(client: httpx.Client, **more: str) -> None:
    assert client.post("/v1/journal/begin", json={"agreed": True, **more}).status_code == 204


def keep(client: httpx.Client, **what) -> httpx.Response:
    return client.post("/v1/journal/check-in", json={"mood": 3, **what})


def error(response: httpx.Response) -> tuple[int, str]:
    told = response.json()["error"]
    return response.status_code, f"{told['what']} {told['hint']}"


PATHS = (
    ("GET", "/v1/journal/state"),
    ("GET", "/v1/journal/entries"),
    ("GET", "/v1/journal/export?kind=csv"),
    ("POST", "/v1/journal/begin"),
    ("POST", "/v1/journal/unlock"),
    ("POST", "/v1/journal/lock"),
    ("POST", "/v1/journal/restore"),
    ("POST", "/v1/journal/check-in"),
    ("POST", "/v1/journal/change"),
    ("POST", "/v1/journal/forget"),
    ("POST", "/v1/journal/report"),
    ("POST", "/v1/journal/watch?name=12345678"),
    ("POST", "/v1/journal/watch/finish?name=12345678"),
    ("POST", "/v1/journal/watch/leave?name=12345678"),
)


def test_without_its_key_nothing_is_told_and_nothing_is_made(file):
    shown = JournalSettings(path=file)
    with running(journal=shown) as server, server.client() as client:
        described = client.get("/openapi.json").json()["paths"]
        routes = {
            (method.upper(), path)
            for path, methods in described.items()
            if path.startswith("/v1/journal")
            for method in methods
        }
        open_ways = {("POST", "/v1/journal/key"), ("GET", "/v1/journal/report")}
        assert {(method, path.partition("?")[0]) for method, path in PATHS} | open_ways == routes
        for method, path in PATHS:
            for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer é"}):
                sent = {name: value.encode() for name, value in headers.items()}
                assert client.request(method, path, headers=sent).status_code == 401, path
        assert client.get("/v1/journal/report?page=x").status_code == 410
        exchange = "/v1/journal/key"
        assert client.post(exchange, json={"ticket": "x"}).status_code == 401
        assert client.post(exchange, json={"ticket": shown.ticket}).json() == {"key": shown.key}
        # Whoever saw with which address the browser was started comes too late.
        assert client.post(exchange, json={"ticket": shown.ticket}).status_code == 401
        assert client.post(exchange, json={"ticket": shown.key}).json() == {"key": shown.key}
    assert not file.parent.exists()


def test_it_is_only_shown_by_a_server_for_this_computer(file):
    with pytest.raises(UsageError, match="not shown to them"):
        Settings(host="0.0.0.0", token="x" * 20, journal=JournalSettings(path=file))
    with running() as server, server.client() as client:
        assert client.get("/v1/journal/state").status_code == 404
    assert "key" not in repr(JournalSettings(path=file)).replace("mien", "")


def test_a_check_in_is_kept_changed_and_erased(file):
    with opened(file) as client:
        state = client.get("/v1/journal/state").json()
        assert (state["there"], state["agreed"], state["path"]) == (False, False, str(file))
        assert error(client.post("/v1/journal/begin", json={"agreed": False}))[0] == 422
        assert not file.exists(), "nothing is made before somebody agrees"
        begin(client)
        assert client.get("/v1/journal/state").json()["agreed"]
        if os.name == "posix":
            assert file.stat().st_mode & 0o777 == 0o600
        answers = {"name": "phq-2", "answers": [3, 3]}
        name = keep(client, words=WORDS, sleep=7.5, questionnaire=answers).json()["id"]
        whole = client.get("/v1/journal/entries").json()
        (one,) = whole["check_ins"]
        assert (one["id"], one["words"], one["questionnaire"]["sum"]) == (name, WORDS, 6)
        assert whole["findings"]["state"] == "learning"
        assert whole["findings"]["questionnaire_is_high"]
        assert whole["help"]["DE"]["lines"][0]["contact"].startswith("0800")
        changed = {"id": name, "mood": 5, "words": "another", "sleep": None, "notes": ""}
        assert client.post("/v1/journal/change", json=changed).json() == {"id": name}
        for path in file.parent.iterdir():
            assert WORDS.encode() not in path.read_bytes(), path
        page = file.parent / "page.html"
        page.write_text("another")
        with open_journal(file) as journal:
            note_made(journal, page)
        gone = client.post("/v1/journal/forget", json={"ids": None}).json()
        assert gone == {"check_ins": 1, "files": [str(page)], "left": []}
        assert error(client.post("/v1/journal/change", json=changed))[0] == 410
        assert not client.get("/v1/journal/state").json()["agreed"]


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"mood": 6}, "mood"),
        ({"mood": True}, "mood"),
        ({"mood": 3, "words": "x" * 20_001}, "words"),
        ({"mood": 3, "sleep": 25}, "sleep"),
        ({"mood": 3, "other": 1}, "other"),
        ({"mood": 3, "questionnaire": {"name": "phq-9", "answers": [0]}}, "phq-9"),
        ({"mood": 3, "questionnaire": {"name": "phq-2", "answers": [0, 4]}}, "no answer"),
        ({"mood": 3, "task": "read"}, "go together"),
        ({"mood": 3, "task": "read", "measures": {"seconds": 3}}, "no measures"),
    ],
)
def test_what_is_no_check_in_is_refused_in_one_line(file, sent, says):
    with opened(file) as client:
        begin(client)
        status, told = error(client.post("/v1/journal/check-in", json=sent))
        assert status == 422
        assert says in told
        assert client.get("/v1/journal/entries").json()["check_ins"] == []
        large = client.post("/v1/journal/check-in", content=b"x" * 500_000)
        assert large.status_code == 413


def test_a_passphrase_is_asked_for_kept_in_memory_and_forgotten(file):
    pytest.importorskip("cryptography")
    with opened(file) as client:
        status, told = error(
            client.post("/v1/journal/begin", json={"agreed": True, "passphrase": "short"})
        )
        assert (status, "fewer than 8" in told) == (422, True)
        begin(client, passphrase=SECRET)
        assert keep(client, words=WORDS).status_code == 200
        client.post("/v1/journal/lock")
        assert client.get("/v1/journal/state").json()["locked"]
        assert keep(client).status_code == 423
        unlock = "/v1/journal/unlock"
        status, told = error(client.post(unlock, json={"passphrase": "rain in april"}))
        assert (status, "not the journal's passphrase" in told) == (403, True)
        assert client.get("/v1/journal/entries").status_code == 423
        assert client.post(unlock, json={"passphrase": SECRET}).status_code == 204
        assert len(client.get("/v1/journal/entries").json()["check_ins"]) == 1
        with open_journal(file, passphrase=SECRET) as journal:
            journal.change_passphrase("sun in april")
        assert client.get("/v1/journal/entries").status_code == 423
        assert client.post(unlock, json={"passphrase": "sun in april"}).status_code == 204
        assert client.get("/v1/journal/entries").status_code == 200
    for path in file.parent.iterdir():
        assert WORDS.encode() not in path.read_bytes(), path
    with opened(file) as client:
        assert client.get("/v1/journal/state").json()["locked"], "a new run does not know it"


def test_a_damaged_journal_says_so_and_the_backup_comes_back(file):
    with opened(file) as client:
        begin(client)
        keep(client)
        keep(client)
        assert error(client.post("/v1/journal/restore"))[0] == 409, "it is sound"
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2])
        assert "damaged" in client.get("/v1/journal/state").json()["damage"]
        assert client.get("/v1/journal/state").json()["backup"] is not None
        status, told = error(client.get("/v1/journal/entries"))
        assert (status, "damaged" in told) == (409, True)
        aside = Path(client.post("/v1/journal/restore").json()["aside"])
        assert aside.stat().st_size == len(content) // 2
        assert client.get("/v1/journal/entries").status_code == 200
        backup_of(file).unlink()
        file.write_bytes(b"no database")
        assert client.get("/v1/journal/state").json()["backup"] is None
        assert error(client.post("/v1/journal/restore"))[0] == 422


def test_a_year_says_what_differs_and_its_papers_are_whole(file):
    year = simulate(Person(), 120, np.random.default_rng(1), Change(-4, 90))
    with open_journal(file, create=True) as journal:
        journal.add_all(year)
    with opened(file) as client:
        whole = client.get("/v1/journal/entries").json()
        first = whole["findings"]["statements"][0]
        assert whole["findings"]["state"] == "different"
        assert first["low"] < first["size"] < first["high"]
        assert min(first["for_days"], first["days"], first["baseline"]) >= 4
        assert whole["charts"][0]["name"] == "mood"
        rows = list(csv.DictReader(io.StringIO(client.get("/v1/journal/export?kind=csv").text)))
        assert [row["mood"] for row in rows] == [str(one.mood) for one in year]
        columns = client.get("/v1/journal/export?kind=columns").text
        assert [row["column"] for row in csv.DictReader(io.StringIO(columns))] == list(rows[0])
        assert len(client.get("/v1/journal/export?kind=json").json()["check_ins"]) == len(year)
        assert "0800 111" in client.get("/v1/journal/export?kind=html&country=de").text
        address = client.post("/v1/journal/report").json()["address"]
        alone = httpx.get(f"{str(client.base_url).rstrip(chr(47))}/{address}")
        assert "Mood, as the person says" in alone.text
        assert "'none'" in alone.headers["Content-Security-Policy"]
        assert alone.headers["Cache-Control"] == "no-store"
        client.post("/v1/journal/lock")
        assert client.get(f"/{address}").status_code == 410


def test_own_help_lines_that_are_damaged_hide_no_others(file):
    file.parent.mkdir()
    (file.parent / "help_lines.json").write_text("[]")
    with opened(file) as client:
        begin(client)
        whole = client.get("/v1/journal/entries").json()
        assert whole["help"]["DE"]["emergency"] == "112"
        assert "no file of help lines" in whole["help_problem"]


def test_pictures_become_numbers_and_are_kept_nowhere(file):
    picture = packaged_path(ASTRONAUT).read_bytes()
    name = "?name=0123456789ab"
    with opened(file) as client:
        begin(client)
        assert client.post(f"/v1/journal/watch/finish{name}").status_code == 410
        for _ in range(3):
            seen = client.post(f"/v1/journal/watch{name}", content=picture).json()
        assert seen["face"]
        assert seen["face_seen"] == 1
        assert seen["light"] > 30
        assert client.post(f"/v1/journal/watch{name}", content=b"no picture").status_code == 422
        found = client.post(f"/v1/journal/watch/finish{name}").json()
        assert found["poor"] == "short"
        assert found["measures"]["smile_share"] == 1
        assert keep(client, task="look", measures=found["measures"]).status_code == 200
        (one,) = client.get("/v1/journal/entries").json()["check_ins"]
        assert (one["task"], one["poor"]) == ("look", "short")
        changed = {"id": one["id"], "mood": 3, "words": "", "sleep": None, "notes": ""}
        client.post("/v1/journal/change", json={**changed, "without_camera": True})
        assert client.get("/v1/journal/entries").json()["check_ins"][0]["measures"] is None
        for number in range(4):
            client.post(f"/v1/journal/watch?name=window-{number}", content=picture)
        full = client.post("/v1/journal/watch?name=window-5", content=picture)
        assert full.status_code == 503
        client.post("/v1/journal/watch/leave?name=window-1")
        again = client.post("/v1/journal/watch?name=window-5", content=picture)
        assert again.status_code == 200
    assert {path.name for path in file.parent.iterdir()} <= {file.name, backup_of(file).name}
