"""``mien live``: starts, says where it is, serves the page, ends on Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from mien.errors import MienError
from mien.server.lan.local_network import local_address
from mien.server.settings import DEFAULT_PORT


def start(
    *arguments: str, verb: tuple[str, ...] = ("live",), **environment: str
) -> tuple[subprocess.Popen[str], str]:
    """``mien live``, or another verb, once it answers, and its address."""
    command = shutil.which("mien", path=str(Path(sys.executable).parent))
    assert command is not None, 'the command mien is not installed: pip install ".[dev]"'
    process = subprocess.Popen(
        [command, *verb, *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "120", "NO_COLOR": "1", **environment},
    )
    line = process.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found is not None, line
    return process, found[0]


def end(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    # Not communicate(): it does not see what readline() has already taken from the pipe.
    said = process.stderr.read()
    assert process.wait(60) == 0, said
    return said


def test_it_serves_the_page_and_ends_cleanly():
    process, address = start("--no-browser", "--port", "0")
    try:
        page = urllib.request.urlopen(address).read().decode()
        assert 'data-phrase="camera.start"' in page
    finally:
        said = end(process)
    assert "Nothing leaves it" in said
    assert "Traceback" not in said


def test_it_opens_the_browser_at_its_own_address(tmp_path):
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}.new && mv {opened}.new {opened}\n')
    browser.chmod(0o755)
    process, address = start("--port", "0", BROWSER=f"{browser} %s")
    try:
        while not opened.exists():
            assert process.poll() is None
            time.sleep(0.05)
        told, key = process.stderr.readline().rsplit("#journal=", 1)
        assert address in told
        # The ticket, and not the key: others can see with which address a browser is started.
        shown, ticket = opened.read_text().split("#ticket=")
        assert shown == f"{address}/"
        assert ticket not in key
        assert exchanged(address, ticket) == key.strip()
        with pytest.raises(urllib.error.HTTPError):
            exchanged(address, ticket)
    finally:
        end(process)


def exchanged(address: str, ticket: str) -> str:
    """The journal's key, for a ticket."""
    sent = json.dumps({"ticket": ticket}).encode()
    asked = urllib.request.Request(f"{address}/v1/journal/key", sent)
    return json.load(urllib.request.urlopen(asked))["key"]


def folders(address: str) -> list[str]:
    """The folders that the page at an address may read."""
    asked = urllib.request.urlopen(f"{address}/v1/album/folders")
    return [folder["name"] for folder in json.load(asked)["folders"]]


def test_the_page_is_offered_the_folders_that_were_named_and_no_others(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other, tmp_path / "Pictures"):
        folder.mkdir()
    here = {"MIEN_DATA": str(tmp_path), "HOME": str(tmp_path), "XDG_PICTURES_DIR": ""}
    live, album, alone = ("live",), ("album", "open"), []
    for verb, named, offered in (
        (live, ("--photos", str(one), "--photos", str(other)), [str(one), str(other)]),
        (live, (), alone),
        (album, (str(other),), [str(other)]),
        (album, (), [str(tmp_path / "Pictures")]),
    ):
        process, address = start(*named, "--no-browser", "--port", "0", verb=verb, **here)
        try:
            assert folders(address) == offered
        finally:
            end(process)


def test_a_folder_that_is_none_is_an_error_in_one_line(tmp_path):
    with pytest.raises(AssertionError, match="no such folder"):
        start("--no-browser", "--photos", str(tmp_path / "none"))


def test_phones_are_told_how_to_come_in(tmp_path):
    pytest.importorskip("segno")
    try:
        at = local_address()
    except MienError:
        pytest.skip("this computer is in no network")
    command = [sys.executable, "-m", "mien", "live", "--lan", "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1", "MIEN_DATA": str(tmp_path)},
    )
    said = ""
    try:
        while "Ctrl-C" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
    finally:
        said += end(process)
    assert f"open https://{at}:" in said
    assert "the album is not shown there" in said
    assert len(re.findall("(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", said)) == 1
    assert "█▄▄▄▄▄▄▄█" in said
    assert (tmp_path / "lan" / "key.pem").stat().st_mode & 0o777 == 0o600


def test_without_lan_nothing_listens_in_the_network():
    try:
        at = local_address()
    except MienError:
        pytest.skip("this computer is in no network")
    process, address = start("--no-browser", "--port", "0")
    try:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((at, int(address.rpartition(":")[2])))
    finally:
        end(process)


def test_a_usual_port_that_is_taken_is_no_obstacle():
    try:
        taken = socket.create_server(("127.0.0.1", DEFAULT_PORT))
    except OSError:
        taken = None  # Taken by somebody else: as good.
    try:
        process, address = start("--no-browser")
        end(process)
    finally:
        if taken is not None:
            taken.close()
    assert not address.endswith(f":{DEFAULT_PORT}")


def test_a_port_of_ones_own_that_is_taken_is_an_error_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AssertionError, match="listens there already"):
            start("--no-browser", "--port", str(port))
