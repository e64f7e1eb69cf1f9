from __future__ import annotations

import os
import signal
import subprocess
import sys

import httpx
import pytest
import typer
from typer.testing import CliRunner

from mien.cli.serve import serve
from mien.errors import UsageError

TOKEN = "a-token-of-the-tests-0123456789"
RUN = "import typer; from mien.cli.serve import serve; typer.run(serve)"
APP = typer.Typer()
APP.command()(serve)


def test_it_says_where_it_is_and_what_that_means():
    popen = subprocess.Popen(
        [sys.executable, "-c", RUN, "--host", "0.0.0.0", "--port", "0"],
        env={**os.environ, "MIEN_TOKEN": TOKEN, "NO_COLOR": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        lines = [popen.stderr.readline() for _ in range(3)]
        address = lines[0].split()[3]
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert httpx.get(f"{address}/v1/models").status_code == 401
        assert httpx.get(f"{address}/v1/models", headers=bearer).status_code == 200
        popen.send_signal(signal.SIGINT)
        rest = popen.communicate(timeout=60)[1]
        assert popen.returncode == 0
    finally:
        popen.kill()
        popen.communicate()
    assert "Other computers can reach it" in lines[1]
    assert "unencrypted" in lines[2]
    assert TOKEN not in "".join(lines) + rest
    assert "GET /v1/models 401" in rest


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--host", "0.0.0.0"], "a token is needed"),
        (["--allow-host", "faces.example.org"], "a token is needed"),
        (["--token", "short"], "16 or more"),
        (["--max-fps", "nan"], "expected above 0"),
        (["--model", "nothing"], "no model 'nothing'"),
    ],
)
def test_wrong_options_are_one_line(options, what):
    result = CliRunner().invoke(APP, options, env={"MIEN_TOKEN": ""})
    assert isinstance(result.exception, UsageError)
    assert what in str(result.exception)
