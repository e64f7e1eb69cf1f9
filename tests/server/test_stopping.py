"""The server as a process: what it prints, what it logs, how it ends."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

RUN = """
import sys
from mien.server.server import serve
from mien.server.settings import Settings
serve(Settings(port=0), on_ready=lambda address, _: print(address, flush=True))
"""


@dataclass
class Process:
    popen: subprocess.Popen[bytes]
    address: str

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def stop(self, number: int) -> tuple[int, str]:
        """Exit status and standard error after a signal."""
        self.popen.send_signal(number)
        _, err = self.popen.communicate(timeout=60)
        return self.popen.returncode, err.decode()


@pytest.fixture
def process(tmp_path):
    popen = subprocess.Popen(
        [sys.executable, "-c", RUN],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
    )
    try:
        ready, _, _ = select.select([popen.stdout], [], [], 60)
        assert ready, "the server did not start"
        yield Process(popen, popen.stdout.readline().decode().strip())
    finally:
        if popen.poll() is None:
            popen.kill()
        popen.communicate()


def test_running_requests_are_finished(process, jpeg):
    """SIGTERM: nothing new, the rest of an upload and its answer, 1001 on live connections."""
    head = (
        f"POST /v1/analyze?explain=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Length: {len(jpeg)}\r\nConnection: close\r\n\r\n"
    )
    with (
        socket.create_connection(("127.0.0.1", process.port), timeout=60) as upload,
        connect(f"ws://127.0.0.1:{process.port}/v1/live") as live,
    ):
        upload.sendall(head.encode() + jpeg[:1000])
        with httpx.Client(base_url=process.address, verify=False) as client:
            text = ""
            while "mien_requests_in_flight 2.0" not in text:
                text = client.get("/metrics").text
        process.popen.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            live.recv(timeout=60)
        assert closed.value.rcvd.code == 1001
        end = time.monotonic() + 60
        with contextlib.suppress(ConnectionRefusedError, ConnectionResetError):
            while time.monotonic() < end:
                socket.create_connection(("127.0.0.1", process.port), timeout=1).close()
            raise AssertionError("it still takes connections")
        upload.sendall(jpeg[1000:])
        answer = b""
        while piece := upload.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b'"label":"happy"' in answer
    _, err = process.popen.communicate(timeout=60)
    assert process.popen.returncode == 0, err


def test_nothing_is_written_to_disk(process, jpeg, tmp_path):
    """Home, temporary and working folder are empty ones."""
    with httpx.Client(base_url=process.address, verify=False) as client:
        for _ in range(2):
            client.post("/v1/analyze?explain=1", files={"image": ("anna.jpg", jpeg)})
    assert process.stop(signal.SIGTERM)[0] == 0
    assert list(tmp_path.rglob("*")) == []


def test_the_log_has_nothing_that_was_sent(process, jpeg):
    with httpx.Client(base_url=process.address, verify=False) as client:
        client.post("/v1/analyze", files={"image": ("anna.jpg", jpeg)})
        client.post("/v1/analyze?anna=anna", content=jpeg)
        client.get("/holiday/anna.jpg", headers={"User-Agent": "anna"})
        client.request("ANNA", "/")
        client.get("/", headers={"Host": "anna.example"})
        client.post("/v1/analyze", content=b"anna")
    live_address = f"ws://127.0.0.1:{process.port}/v1/live"
    with pytest.raises(InvalidStatus), connect(f"{live_address}?who=anna"):
        pass
    with pytest.raises(InvalidStatus), connect(live_address, origin="http://anna.example"):
        pass
    with pytest.raises(InvalidStatus), connect(live_address.replace("live", "anna")):
        pass
    with connect(live_address) as live:
        live.send("anna")
        live.recv(timeout=60)
    with socket.create_connection(("127.0.0.1", process.port)) as raw:
        raw.sendall(b"anna anna anna\r\n\r\n")
        raw.recv(1000)
    status, err = process.stop(signal.SIGINT)
    assert status == 0
    assert "anna" not in err
    assert "127.0.0.1" not in err
    lines = [re.sub(r"^\S+ \S+ | \d+ ms$", "", line) for line in err.splitlines()]
    assert lines == [
        "info POST /v1/analyze 200",
        "info POST /v1/analyze 422",
        "info GET unknown 404",
        "info ANNA unknown 405",
        "info GET unknown 421",
        "info POST /v1/analyze 422",
        "info WS /v1/live 422",
        "info WS /v1/live 403",
        "info WS unknown 403",
        "info WS /v1/live 101",
        "warning Invalid HTTP request received.",
    ]
