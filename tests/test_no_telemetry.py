"""Nothing is written to the user's folders, and no device id made, by reading a photo."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from mien.packaged import ASTRONAUT, packaged_path


@pytest.mark.skipif(os.name != "posix", reason="looks at the folders of a Unix user")
def test_reading_a_photo_leaves_nothing_behind(tmp_path):
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    }
    environment |= {"HOME": str(home), "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "mien", "analyze", str(packaged_path(ASTRONAUT))]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
