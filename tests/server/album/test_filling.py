"""What the server offers of folders: nothing outside those that were allowed, however asked."""

from __future__ import annotations

import base64
import os
import shutil
import time

import pytest
from album.conftest import portrait, save

from mien.errors import UsageError
from mien.server.album.filling.allowed_folders import MOST_LISTED, AllowedFolders
from mien.server.error_answers import ApiError

from ..conftest import running

NAMES = ("<b>bold & more", "sp ace", "línea", "-rf", "%2e%2e", "a\nb", "10", "9")


@pytest.fixture
def allowed(tmp_path):
    top = tmp_path / "allowed"
    for name in NAMES:
        (top / name).mkdir(parents=True)
    (top / ".hidden").mkdir()
    save(portrait(200), top / "9" / "one.jpg")
    (top / "9" / "notes.txt").write_text("no photo")
    outside = tmp_path / "outside"
    save(portrait(200), outside / "deep" / "secret.jpg")
    (top / "out").symlink_to(outside)
    (top / "in").symlink_to(top / "9")
    (top / "round").symlink_to(top / "round")
    return top


@pytest.fixture
def client(tmp_path, allowed):
    """Of a server that may read ``allowed``."""
    options = {"album": tmp_path / "a.sqlite3", "photos": (allowed,)}
    with running(**options) as server, server.client() as client:
        yield client


def key(path: bytes) -> str:
    return f"0-{base64.urlsafe_b64encode(path).decode()}"


def get(client, folder: str):
    return client.get("/v1/album/folders", params={"folder": folder})


def filled(client) -> dict:
    """The answer when nothing is read any more."""
    while (answer := client.get("/v1/album/filling").json())["stage"] not in ("idle", "failed"):
        time.sleep(0.05)
    return answer


def test_names_come_whole_and_in_order_and_hidden_ones_not_at_all(tmp_path, allowed, client):
    odd = os.fsencode(allowed) + b"/caf\xe9"
    os.mkdir(odd)  # noqa: PTH102 (bytes)
    (top,) = client.get("/v1/album/folders").json()["folders"]
    found = get(client, top["key"]).json()
    listed = {each["name"]: each for each in found["folders"]}
    assert "caf\\xe9" in listed
    assert list(listed).index("9") < list(listed).index("10")
    assert ".hidden" not in listed
    assert "round" not in listed
    for name in NAMES:
        if name != "a\nb":  # Control characters are shown by their numbers.
            assert name in listed
        inner = get(client, listed.get(name, listed["9"])["key"]).json()
        assert inner["above"][0]["key"] == top["key"]
    assert get(client, listed["9"]["key"]).json()["photos"] == 1
    assert get(client, listed["caf\\xe9"]["key"]).status_code == 200
    assert listed["in"]["refused"] is None
    assert "leads out" in listed["out"]["refused"]


@pytest.mark.parametrize(
    "below",
    [b"..", b"../outside", b"9/../..", b"/etc", b"out", b"out/deep", b"9//..", b".", b"9\0", b"9/"],
)
def test_no_key_leads_out(tmp_path, allowed, client, below):
    for answer in (
        get(client, key(below)),
        client.post("/v1/album/filling", params={"folder": key(below)}),
    ):
        assert answer.status_code == 403, answer.text
        assert str(tmp_path) not in answer.text
    assert client.get("/v1/album/filling").json()["stage"] == "idle"


@pytest.mark.parametrize("wrong", ["1", "-1", "0-!", "0-é", "x", "٣", "0-" + "A" * 5, "0-bm9uZQ=="])
def test_what_is_no_key_is_no_folder(tmp_path, allowed, client, wrong):
    assert get(client, wrong).status_code == 404


def test_a_link_made_after_the_listing_is_judged_when_it_is_asked_for(tmp_path, allowed, client):
    assert get(client, key(b"9")).status_code == 200
    shutil.rmtree(allowed / "9")
    (allowed / "9").symlink_to(tmp_path / "outside")
    assert get(client, key(b"9")).status_code == 403
    found = client.post("/v1/album/filling", params={"folder": key(b"9")})
    assert found.status_code == 403


def test_links_are_not_followed_out_while_reading(tmp_path, allowed, client):
    assert client.post("/v1/album/filling", params={"folder": "0"}).status_code == 200
    (ended,) = filled(client)["ended"]
    assert ended["read"] == 1
    assert [each["path"] for each in ended["closed"]] == [str(allowed / "out")]
    (photo,) = client.get("/v1/album/ranking").json()["ids"]
    answer = client.get("/v1/album/photos", params={"ids": photo}).json()
    assert "secret" not in str(answer)


def test_nothing_is_offered_unless_it_was_allowed(tmp_path):
    with running(album=tmp_path / "a.sqlite3") as server, server.client() as client:
        assert client.get("/v1/album/folders").json()["folders"] == []
        assert client.get("/v1/album/filling").json()["allowed"] is False
        for asked in ("0", key(b"etc")):
            assert client.post("/v1/album/filling", params={"folder": asked}).status_code == 404


def test_another_page_may_not_start_or_stop_it(tmp_path, allowed, client):
    for path in ("filling?folder=0", "filling/pause", "filling/leave", "filling/resume"):
        answer = client.post(f"/v1/album/{path}", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403


def test_a_folder_that_is_left_makes_room_for_the_next(tmp_path, allowed, client):
    for number in range(40):
        save(portrait(200, brightness=0.9 - number / 100), allowed / "10" / f"{number}.jpg")
    client.post("/v1/album/filling", params={"folder": key(b"10")})
    answer = client.post("/v1/album/filling", params={"folder": key(b"9")}).json()
    assert len(answer["folders"]) == 2
    answer = client.post("/v1/album/filling/leave").json()
    assert answer["folders"] == [str(allowed / "9")]
    (ended,) = filled(client)["ended"]
    assert (ended["folder"], ended["read"]) == (str(allowed / "9"), 1)


def test_a_very_full_folder_is_told_in_part(tmp_path):
    for number in range(MOST_LISTED + 7):
        (tmp_path / f"{number:04d}").mkdir()
    found = AllowedFolders([tmp_path]).list_folder("0")
    assert (len(found.folders), found.left_off) == (MOST_LISTED, 7)
    assert found.folders[-1].name == f"{MOST_LISTED - 1:04d}"


def test_a_folder_that_has_gone_is_refused_in_words(tmp_path):
    allowed = AllowedFolders([tmp_path / "usb"])
    assert allowed.list_allowed().folders[0].refused == "it is not there"
    with pytest.raises(ApiError, match="no longer there"):
        allowed.find("0")


def test_files_that_cannot_be_read_come_in_parts(tmp_path):
    folder = tmp_path / "damaged"
    folder.mkdir()
    for number in range(205):
        (folder / f"{number:03d}.jpg").write_bytes(b"nothing %d" % number)
    with (
        running(album=tmp_path / "a.sqlite3", photos=(folder,)) as server,
        server.client() as client,
    ):
        client.post("/v1/album/filling", params={"folder": "0"})
        assert filled(client)["ended"][0]["unreadable"] == 205
        first = client.get("/v1/album/unreadable").json()
        rest = client.get("/v1/album/unreadable", params={"first": 200}).json()
    assert (first["total"], len(first["files"]), len(rest["files"])) == (205, 200, 5)
    assert rest["files"][-1]["path"] == str(folder / "204.jpg")


def test_the_command_refuses_what_is_no_folder(tmp_path):
    from mien.cli.live import open_page

    with pytest.raises(UsageError, match="no such folder"):
        open_page(port=0, browser=False, photos=(tmp_path / "none",), database=None)
