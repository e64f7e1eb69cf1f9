"""Whoever only asks the album waits for no network to be imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mien.cli.album.verbs import VERBS

from .conftest import environment

RUN = """
import sys
from mien.cli.main import main
sys.argv = ["mien", "album", *sys.argv[1:]]
try:
    main()
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""
NETWORKS = {"onnxruntime", "mien.vision.network", "mien.vision.pixel_analyzer"}
ASKING = {
    "top": ("top", "--gallery", "page.html", "--out", "best", "--xmp"),
    "status": ("status",),
    "forget": ("forget", "--all"),
}
READING = {"index", "open", "similar"}


def imported(album: Path, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        env=environment(album.parent) | {"MIEN_ALBUM": str(album)},
        cwd=album.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines())


@pytest.mark.parametrize("verb", ASKING)
def test_a_verb_that_asks_the_album_imports_no_network(verb: str, album: Path) -> None:
    modules = imported(album, *ASKING[verb])
    assert f"mien.cli.album.{verb}" in modules
    assert not modules & NETWORKS
    # Nor what would reach other computers.
    assert not modules & {"ssl", "http.client", "urllib.request", "asyncio", "uvicorn"}


def test_every_verb_of_the_album_is_looked_at() -> None:
    assert ASKING.keys() | READING == VERBS.keys()
