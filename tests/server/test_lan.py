"""Phones: their certificate, what they may see, and the code that brings them in."""

from __future__ import annotations

import datetime
import json
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import httpx
import numpy as np
import pytest

pytest.importorskip("cryptography")
pytest.importorskip("segno")

from mien.errors import DataError, UsageError
from mien.server.lan import certificate as certificates
from mien.server.lan.certificate import LEAST_DAYS, own_certificate
from mien.server.lan.phone_page import address_code, code_in_letters
from mien.server.settings import LanSettings, Settings

TOKEN = "a-token-of-the-tests-0123456789"
PROGRAM = """
import json, sys
from pathlib import Path
from mien.server.lan.certificate import own_certificate
from mien.server.server import serve
from mien.server.settings import JournalSettings, LanSettings, Settings
folder, token, album = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "True"
made = own_certificate(folder / "lan", "127.0.0.1")
lan = LanSettings(
    host="127.0.0.1", token=token, certificate=made.path, key=made.key,
    certificate_der=made.der, fingerprint=made.fingerprint, is_new=made.is_new, album=album,
)
serve(
    Settings(
        port=0, lan=lan, album=folder / "album.sqlite3",
        journal=JournalSettings(path=folder / "journal.sqlite3", key="the-key"),
        video=True,
    ),
    on_ready=lambda *both: print(json.dumps(both), flush=True),
)
"""


@dataclass(frozen=True)
class Both:
    """The two addresses of a running server, and its certificate."""

    here: str
    scanned: str
    folder: Path
    process: subprocess.Popen

    @property
    def phones(self) -> str:
        return self.scanned.partition("/#")[0]

    def client(self) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=self.folder / "lan" / "certificate.pem")
        return httpx.Client(base_url=self.phones, verify=trusted, timeout=60)


@contextmanager
def both(folder: Path, *, album: bool = False):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), TOKEN, str(album)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield Both(*json.loads(line), folder, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with both(tmp_path_factory.mktemp("lan")) as running:
        yield running


def test_a_certificate_is_made_once_for_its_owner_alone(tmp_path):
    made = own_certificate(tmp_path / "lan", "192.0.2.7")
    assert made.is_new
    assert (tmp_path / "lan").stat().st_mode & 0o777 == 0o700
    for file in (made.path, made.key):
        assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in (tmp_path / "lan").iterdir()) == [
        "certificate.pem",
        "key.pem",
    ]
    made.key.chmod(0o644)
    again = own_certificate(tmp_path / "lan", "192.0.2.7")
    assert (again.is_new, again.fingerprint) == (False, made.fingerprint)
    assert made.key.stat().st_mode & 0o777 == 0o600
    other = own_certificate(tmp_path / "lan", "192.0.2.8")
    assert other.is_new
    assert other.fingerprint != made.fingerprint


def test_a_certificate_that_ends_soon_or_lost_its_key_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(certificates, "DAYS", LEAST_DAYS - 1)
    old = own_certificate(tmp_path, "192.0.2.7")
    monkeypatch.undo()
    new = own_certificate(tmp_path, "192.0.2.7")
    assert new.is_new
    assert new.fingerprint != old.fingerprint
    new.key.unlink()
    assert own_certificate(tmp_path, "192.0.2.7").is_new
    new.path.write_text("damaged")
    assert own_certificate(tmp_path, "192.0.2.7").is_new


def test_what_the_certificate_says_is_what_phones_take(tmp_path):
    from cryptography import x509

    made = own_certificate(tmp_path, "192.0.2.7")
    found = x509.load_der_x509_certificate(made.der)
    length = found.not_valid_after_utc - found.not_valid_before_utc
    assert length <= datetime.timedelta(days=825)
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    (only,) = found.extensions.get_extension_for_class(
        x509.NameConstraints
    ).value.permitted_subtrees
    assert str(only.value) == "192.0.2.7/32"
    assert made.fingerprint.count(":") == 31


def test_a_folder_that_cannot_be_read_is_said(tmp_path):
    made = own_certificate(tmp_path, "192.0.2.7")
    made.path.unlink()
    made.path.mkdir()
    with pytest.raises(DataError, match="cannot be read"):
        own_certificate(tmp_path, "192.0.2.7")


def test_phones_need_the_token_and_the_computer_does_not(server):
    assert httpx.get(f"{server.here}/v1/models").status_code == 200
    with server.client() as phone:
        assert phone.get("/").status_code == 200
        assert phone.get("/v1/models").status_code == 401
        assert phone.get("/metrics").status_code == 401
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert phone.get("/v1/models", headers=bearer).status_code == 200
        wrong = {"Authorization": "Bearer another-token-of-somebody"}
        assert phone.get("/v1/models", headers=wrong).status_code == 401


def test_no_header_makes_a_phone_the_computer(server):
    forged = {
        "X-Forwarded-Proto": "http",
        "Forwarded": "proto=http",
        "X-Forwarded-For": "127.0.0.1",
    }
    with server.client() as phone:
        assert phone.get("/v1/models", headers=forged).status_code == 401
        assert phone.get("/phone", headers=forged).status_code == 404


def test_the_album_is_shown_to_phones_only_if_one_says_so(server, tmp_path):
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert httpx.get(f"{server.here}/v1/album").status_code == 200
    with server.client() as phone:
        for path in ("/v1/album", "/v1/album/folders", "/v1/album/filling"):
            assert phone.get(path, headers=bearer).status_code == 404
        assert phone.post("/v1/album/filling/pause", headers=bearer).status_code == 404
    with both(tmp_path, album=True) as shown, shown.client() as phone:
        assert phone.get("/v1/album", headers=bearer).status_code == 200
        assert phone.get("/v1/album").status_code == 401


def test_a_video_is_opened_at_the_computer_itself_alone(server):
    assert httpx.get(f"{server.here}/v1/video").json()["state"] == "none"
    with server.client() as phone:
        for path in ("/v1/video", "/v1/video/shots", "/v1/video/still"):
            answer = phone.get(path, headers={"Authorization": f"Bearer {TOKEN}"})
            assert answer.status_code == 404
            assert "at the computer itself" in answer.text


def test_the_page_with_the_code_is_for_the_computer_alone(server):
    page = httpx.get(f"{server.here}/phone")
    assert page.headers["cache-control"] == "no-store"
    assert TOKEN in page.text
    with server.client() as phone:
        refused = phone.get("/phone", headers={"Authorization": f"Bearer {TOKEN}"})
        assert refused.status_code == 404
        der = phone.get("/mien.crt").content
    made = own_certificate(server.folder / "lan", "127.0.0.1")
    assert der == made.der
    assert made.fingerprint in page.text
    elsewhere = httpx.get(f"{server.here}/phone", headers={"Host": "evil.example"})
    assert elsewhere.status_code != 200
    assert TOKEN not in elsewhere.text


def test_the_code_says_the_address():
    address = f"https://192.0.2.7:8765/#token={TOKEN}"
    modules = np.array([list(row) for row in address_code(address).matrix], np.uint8)
    picture = np.kron(np.pad(1 - modules, 4, constant_values=1) * 255, np.ones((8, 8), np.uint8))
    assert cv2.QRCodeDetector().detectAndDecode(picture.astype(np.uint8))[0] == address
    plain, coloured = (code_in_letters(address, colours=each) for each in (False, True))
    assert "\x1b" not in plain
    assert coloured.count("\x1b[40;97m") == len(plain.splitlines())


def test_one_interrupt_ends_both(tmp_path):
    with both(tmp_path) as running:
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(60) == 0
        for address in (running.here, running.phones):
            at = urlsplit(address)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((at.hostname, at.port))


def test_phones_come_beside_the_computer_alone(tmp_path):
    made = own_certificate(tmp_path, "192.0.2.7")
    lan = LanSettings(
        host="192.0.2.7",
        token=TOKEN,
        certificate=made.path,
        key=made.key,
        certificate_der=made.der,
        fingerprint=made.fingerprint,
    )
    for options in ({"host": "0.0.0.0", "token": TOKEN}, {"token": TOKEN}):
        with pytest.raises(UsageError):
            Settings(lan=lan, **options)


def test_the_journal_is_never_shown_to_phones(server):
    key = {"Authorization": "Bearer the-key"}
    assert httpx.get(f"{server.here}/v1/journal/state", headers=key).status_code == 200
    with server.client() as phone:
        phone.post("/v1/session", headers={"Authorization": f"Bearer {TOKEN}"})
        assert phone.cookies
        for method, path in (
            ("GET", "state"), ("GET", "entries"), ("POST", "check-in"), ("GET", "export?kind=csv"),
            ("POST", "key"), ("GET", "report?page=x"), ("POST", "watch?name=12345678"),
        ):  # fmt: skip
            told = phone.request(
                method, f"/v1/journal/{path}", headers=key, json={"ticket": "the-key"}
            )
            assert told.status_code == 404, path
            assert "only shown on the computer" in told.json()["error"]["hint"]
