"""The command, as people run it, stop it, and kill it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Command, environment, mien_command, portrait, save, wait_until


def count(database: Path) -> int:
    """Files in the album; 0 before there is one."""
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    except sqlite3.Error:
        return 0
    try:
        return int(connection.execute("SELECT count(*) FROM file").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        connection.close()


def many_photos(folder: Path, number: int) -> Path:
    for at in range(number):
        save(portrait(96, brightness=0.5 + at / (2 * number)), folder / f"{at:03d}.png")
    return folder


def start(folder: Path, photos: Path, workers: int) -> subprocess.Popen[bytes]:
    command = mien_command("album", "index", photos, "--workers", str(workers))
    return subprocess.Popen(
        command,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell has its background jobs ignore the signal, these tests with them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_from_a_folder_to_the_best(mien: Command, photos: Path, tmp_path: Path) -> None:
    done = mien("album", "index", photos, "--workers", "1", check=3)
    assert b"5 photos read with 5 faces, 0 unchanged, 1 unreadable" in done.stdout
    assert done.stderr.count(b"\n") == 1 and b"broken.jpg: is cut off" in done.stderr

    page, out = tmp_path / "page.html", tmp_path / "out"
    done = mien(
        *("album", "top", photos, "-e", "happy>0.8", "--rule", "min", "--faces", "2..", "--xmp"),
        *("--out", out, "--gallery", page, "--format", "json"),
    )
    (photo,) = json.loads(done.stdout)["photos"]
    assert photo["path"] == str(photos / "deep" / "pair.png")
    assert sorted(path.name for path in out.iterdir()) == ["001 pair.png", "001 pair.png.xmp"]
    assert "pair.png" in page.read_text()

    done = mien("album", "top", "--from", "2020", "--to", "2020-01", "--format", "paths0")
    assert done.stdout == os.fsencode(photos / "deep" / "pair.png") + b"\0"
    done = mien("album", "similar", photos / "burst-1.jpg", "-n", "1", "--format", "paths")
    assert done.stdout == os.fsencode(photos / "deep" / "pair.png") + b"\n"
    assert b"5 photos" not in mien("album", "status").stderr
    done = mien("album", "top", "-e", "happy>", check=2)
    assert done.stderr.startswith(b"error: expression 'happy>': expected a number at character 7")
    assert b"forgotten: 6 files, 5 photos, 5 faces" in mien("album", "forget", "--all").stdout
    done = mien("album", "top", check=1)
    assert done.stderr.count(b"\n") == 1 and b"nothing is in the album yet" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "2017", "--to", "2016"), "nothing is between 2017 and 2016"),
        (("/nowhere",), "/nowhere: no photo of this folder is in the album"),
        (("--as", "hardlink"), "--as is about photos in a folder: use it with --out"),
        (("--force",), "--force is about sidecars: use it with --xmp"),
    ],
)
def test_questions_that_cannot_be_meant(
    mien: Command, album: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = mien("album", "top", *arguments, "--database", album, check=2)
    assert message in done.stderr.decode() and done.stderr.count(b"\n") == 1
    assert done.stdout == b""


def test_a_table_names_paths_from_here(made_album: Path, made_photos: Path, tmp_path: Path) -> None:
    command = mien_command("album", "top", "--database", made_album)
    here = {**environment(tmp_path), "COLUMNS": "80"}
    done = subprocess.run(command, capture_output=True, env=here, cwd=made_photos, timeout=600)
    lines = done.stdout.decode().splitlines()
    assert max(map(len, lines)) <= 80
    assert any(" deep/pair.png " in line for line in lines)
    assert str(made_photos) not in done.stdout.decode()


def test_kill_9_in_a_loop(tmp_path: Path) -> None:
    photos = many_photos(tmp_path / "photos", 110)
    database = tmp_path / "data" / "album.sqlite3"
    kept = 0
    for _ in range(2):
        process = start(tmp_path, photos, workers=1)
        wait_until(lambda least=kept: count(database) > least)
        process.kill()
        process.communicate()
        with sqlite3.connect(database) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        assert kept < count(database) < 110
        kept = count(database)
    # Two that go on at once do no harm either.
    both = [start(tmp_path, photos, workers=1) for _ in range(2)]
    for process in both:
        out, error = process.communicate(timeout=600)
        assert process.returncode == 0, error
        assert f"{kept} unchanged".encode() in out
    with sqlite3.connect(database) as connection:
        tables = ("file", "picture", "face", "embedding")
        counts = [connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables]
    connection.close()
    assert counts[:2] == [110, 110]
    assert counts[2] == counts[3] >= 110


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    photos = many_photos(tmp_path / "photos", 120)
    process = start(tmp_path, photos, workers=2)
    wait_until(lambda: count(tmp_path / "data" / "album.sqlite3") > 0)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    process.kill()
    process.communicate()
    wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def test_ctrl_c_keeps_what_was_read(tmp_path: Path) -> None:
    photos = many_photos(tmp_path / "photos", 200)
    process = start(tmp_path, photos, workers=1)
    wait_until(lambda: count(tmp_path / "data" / "album.sqlite3") > 0)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 130
    assert error.strip() == (
        b"error: interrupted; what was read until then is kept, run it again to go on"
    )
    assert count(tmp_path / "data" / "album.sqlite3") > 0
