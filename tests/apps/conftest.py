"""The installed command, run as a user runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from warm_process import WarmProcess

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def mien_path() -> Path:
    """The entry point beside the running Python."""
    found = shutil.which("mien", path=str(Path(sys.executable).parent))
    assert found is not None, 'the command mien is not installed: pip install ".[dev]"'
    return Path(found)


@pytest.fixture
def mien(tmp_path: Path, warm_runtime: WarmProcess) -> Command:
    """Run ``mien ARGUMENTS`` in an empty folder; gives status, stdout and stderr."""

    def run(
        *arguments: str | Path, stdin: bytes | None = None, cwd: Path = tmp_path, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        done = warm_runtime.mien(
            list(map(str, arguments)),
            cwd,
            {**os.environ, "COLUMNS": "120", "NO_COLOR": "1", **environment},
            stdin or b"",
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return run


@pytest.fixture(scope="session")
def astronaut() -> Path:
    """The demo's photo: one happy face."""
    from mien.packaged import ASTRONAUT, packaged_path

    return packaged_path(ASTRONAUT)
