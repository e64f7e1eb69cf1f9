"""``mien live``: starts, says where it is, serves the page, ends on Ctrl-C."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from mien.server.settings import DEFAULT_PORT


def start(*arguments: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
    """``mien live`` once it answers, and its address."""
    command = shutil.which("mien", path=str(Path(sys.executable).parent))
    assert command is not None, 'the command mien is not installed: pip install ".[dev]"'
    process = subprocess.Popen(
        [command, "live", *arguments],
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
        process.stderr.readline()
        while not opened.exists():
            assert process.poll() is None
            time.sleep(0.05)
        assert opened.read_text() == address
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
