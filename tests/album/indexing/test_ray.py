"""Ray in the place of the process pool, on this computer: the same rows, and none lost."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

from mien.album.indexing import ray_engine
from mien.album.indexing.examine import Examiner, ExaminerSettings
from mien.album.indexing.index import index_folder
from mien.album.indexing.ray_engine import examine_with_ray
from mien.cli.album import index as verb
from mien.errors import UsageError

from ..conftest import MODEL, Command, portrait, save, wait_until

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="needs Ray: the extra cluster"
)


def rows(database: Path) -> dict[str, list[tuple]]:
    """Everything but row numbers and the time of indexing, in an order of its own."""
    queries = {
        "file": "SELECT path, size, mtime_ns, inode, error, gone, hash FROM file "
        "LEFT JOIN picture ON picture.id = picture ORDER BY path",
        "picture": "SELECT hash, model, width, height, orientation, taken, utc_offset, latitude, "
        "longitude, difference_hash FROM picture ORDER BY hash",
        "face": "SELECT hash, number, x0, y0, x1, y1, score, roll, measures FROM face "
        "JOIN picture ON picture.id = picture ORDER BY hash, number",
        "embedding": "SELECT hash, number, half_floats FROM embedding "
        "JOIN picture ON picture.id = picture ORDER BY hash, number",
        "model": "SELECT * FROM model",
        "setting": "SELECT * FROM setting",
        "folder": "SELECT path FROM folder",
    }
    with sqlite3.connect(database) as connection:
        found = {name: connection.execute(query).fetchall() for name, query in queries.items()}
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert {name for (name,) in tables} == set(queries)
    return found


@needs_ray
def test_the_same_rows_as_the_local_engine(photos: Path, tmp_path: Path, mien: Command) -> None:
    # More than a block, with a copy, and a name that is no text.
    for number in range(ray_engine.BLOCK):
        save(portrait(96, brightness=0.5 + number / 40), photos / f"more-{number}.jpg")
    shutil.copyfile(photos / "burst-1.jpg", photos / "copy.jpg")
    shutil.copyfile(photos / "burst-2.jpg", photos / os.fsdecode(b"caf\xe9.jpg"))
    local = tmp_path / "local.sqlite3"
    index_folder(photos, local, MODEL)
    distributed = tmp_path / "ray.sqlite3"
    index = ("album", "index", photos, "--database", distributed, "--engine", "ray")
    done = mien(*index, check=3)
    assert done.stderr.count(b"\n") == 1 and b"broken.jpg: is cut off" in done.stderr
    found, expected = rows(distributed), rows(local)
    assert {name: len(table) for name, table in found.items()} == {
        name: len(table) for name, table in expected.items()
    }
    assert len(found["file"]) == 8 + ray_engine.BLOCK
    for name, table in expected.items():
        assert found[name] == table, name
    # Nothing to read: Ray is not started.
    assert b"0 photos read" in mien(*index, "--address", "127.0.0.1:1").stdout
    save(portrait(64), photos / "new.jpg")
    done = mien(*index, "--address", "127.0.0.1:1", check=2)
    assert done.stderr.count(b"\n") == 1 and b"no Ray cluster can be joined" in done.stderr


def descendants(process: int) -> list[int]:
    """Processes that this one has started, and theirs."""
    below: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            below += [child, *descendants(child)]
    return below


def command_of(process: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


@needs_ray
@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")
def test_a_killed_worker_loses_no_photo(tmp_path: Path) -> None:
    for number in range(60):
        save(portrait(96, brightness=0.5 + number / 120), tmp_path / f"{number:02d}.png")
    paths = [os.fsencode(path) for path in sorted(tmp_path.glob("*.png"))]
    settings = ExaminerSettings(None, MODEL)
    known = Examiner(settings).examine(paths[-1]).hash
    found = examine_with_ray(paths, settings, [known, bytes(16)], workers=1)
    results = [next(found)]
    killed = 0
    for process in descendants(os.getpid()):
        if command_of(process).startswith(b"ray::MapWorker"):
            os.kill(process, signal.SIGKILL)
            killed += 1
    assert killed
    results += found
    assert sorted(each.path for each in results) == paths
    assert [each.error for each in results] == [None] * 60
    assert [each.path for each in results if each.picture is None] == [paths[-1]]
    # Ray does not go on after the run.
    wait_until(
        lambda: not any(b"ray" in command_of(process) for process in descendants(os.getpid()))
    )


def test_without_ray_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    missing = r'Ray is not installed; .*pip install "\.\[cluster\]"'
    with pytest.raises(UsageError, match=missing):
        next(examine_with_ray([b"/a.jpg"], ExaminerSettings(None, MODEL), []))
    with pytest.raises(UsageError, match=missing):
        verb.index([tmp_path], engine=verb.IndexEngine.RAY)


def test_an_address_is_for_ray(mien: Command, tmp_path: Path) -> None:
    done = mien("album", "index", tmp_path, "--address", "auto", check=2)
    assert done.stderr == b"error: --address is about a cluster: use it with --engine ray\n"
