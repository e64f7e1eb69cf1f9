"""The programs of the guide do what it says, and its numbers are the defaults."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mien.server.settings import Settings

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "server.md").read_text("utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```", GUIDE, re.DOTALL | re.M)


@pytest.mark.parametrize(("program", "lines"), list(zip(PROGRAMS, (1, 5), strict=True)))
def test_programs_run(server, jpeg, tmp_path, program, lines):
    (tmp_path / "party.jpg").write_bytes(jpeg)
    assert "127.0.0.1:8765" in program
    done = subprocess.run(
        [sys.executable, "-c", program.replace(":8765", f":{server.port}")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert [("happy" in line) for line in done.stdout.splitlines()] == [True] * lines


@pytest.mark.parametrize("name", ["max_bytes", "max_pixels", "max_requests", "max_fps"])
def test_defaults_are_told(name):
    (told,) = re.findall(rf"^\| `--{name.replace('_', '-')}` \| ([\d,]+)", GUIDE, re.M)
    assert float(told.replace(",", "")) == getattr(Settings(), name)


def test_times_are_told():
    seconds = f"{Settings().upload_seconds:g} s"
    assert f"{seconds} for its header, {seconds} for its body" in GUIDE
