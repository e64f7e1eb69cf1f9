"""Two trainings never write into one run folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mien.errors import OutputError, RunError
from mien.lab.training.lock import NAME, training_lock
from mien.lab.training.loop import train
from mien.lab.training.run import Run

HOLD = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from mien.lab.training.lock import training_lock\n"
    "with training_lock(Path(sys.argv[1])):\n"
    "    print('held', flush=True)\n"
    "    sys.stdin.read()\n"
)


def _holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def _end(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.wait() == 0


def test_a_second_training_is_refused_and_changes_nothing(tmp_path, faces, finished_copy):
    before = {path: path.read_bytes() for path in finished_copy.folder.iterdir()}
    process = _holder(finished_copy.folder)
    recipe = finished_copy.recipe()
    # By its name, and by another one.
    link = tmp_path / "link"
    link.symlink_to(finished_copy.folder)
    for folder in (finished_copy.folder, link):
        for resume in (True, False):
            with pytest.raises(RunError) as told:
                train(recipe, faces, Run(folder), resume=resume)
            assert str(told.value).startswith(
                f"{folder}: another training (process {process.pid}) is writing into this folder; "
            )
    _end(process)
    assert {path: path.read_bytes() for path in finished_copy.folder.iterdir()} == before


def test_a_killed_training_leaves_the_folder_free(tmp_path):
    folder = tmp_path / "run"
    process = _holder(folder)
    process.kill()
    process.communicate()
    if os.name == "posix":
        assert process.returncode == -signal.SIGKILL
    with training_lock(folder):
        assert (folder / NAME).exists()
    assert not folder.exists()


def test_the_same_training_may_ask_twice_and_another_thread_may_not(tmp_path):
    folder = tmp_path / "run"
    refused = []

    def other() -> None:
        try:
            with training_lock(folder):
                pass
        except RunError as error:
            refused.append(error)

    with training_lock(folder):
        with training_lock(folder):
            pass
        assert (folder / NAME).exists()
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(refused) == 1
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert len(refused) == 1


def test_what_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with (
            pytest.raises(OutputError, match="a file lies where the run folder goes"),
            training_lock(folder),
        ):
            pass
    assert (tmp_path / "file").read_text() == "mine"


def test_deleting_keeps_the_lock_and_foreign_folders(finished_copy, tmp_path):
    with training_lock(finished_copy.folder):
        (finished_copy.folder / "below").mkdir()
        finished_copy.delete()
        assert [path.name for path in finished_copy.folder.iterdir()] == [NAME]
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="not a run folder, so it is not deleted"):
        Run(foreign).delete()
    assert (foreign / "thesis.txt").exists()


def test_what_the_system_will_not_delete_is_one_line(finished_copy, monkeypatch):
    (finished_copy.folder / "below").mkdir()

    def refuse(path: Path) -> None:
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError, match=r"cannot be deleted \(Read-only file system\)"):
        finished_copy.delete()
