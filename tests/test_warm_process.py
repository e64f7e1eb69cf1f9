"""A verb in a forked process is as one that was started afresh."""

from __future__ import annotations

import os

from mien.packaged import ASTRONAUT, packaged_path
from mien.version import __version__


def test_each_command_has_status_folder_and_streams_of_its_own(warm_runtime, tmp_path):
    done = warm_runtime.mien(["analyse"], tmp_path, os.environ)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    photo = packaged_path(ASTRONAUT).read_bytes()
    done = warm_runtime.mien(["analyze", "-", "--out", "a.json"], tmp_path, os.environ, photo)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    done = warm_runtime.mien(["--version"], tmp_path, os.environ)
    assert done.stdout.decode() == f"mien {__version__}\n"


def test_what_python_itself_heeds_is_heeded(warm_runtime, tmp_path):
    environment = {**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}
    done = warm_runtime.mien(["--version"], tmp_path, environment)
    assert b"import time:" in done.stderr
