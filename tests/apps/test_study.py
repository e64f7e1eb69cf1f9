"""``mien study``: twenty recordings become two tables, also after a kill in the middle."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("av")


@pytest.fixture
def recordings(tmp_path, make_video, scene) -> Path:
    """A table of twenty recordings of ten participants, and one that is not there."""
    lines = ["file,participant,session"]
    for number in range(20):
        frames = [scene((100 + 3 * number, 60), width=400, height=300) for _ in range(6)]
        make_video(tmp_path / f"r{number:02}.mp4", frames, fps=5)
        lines.append(f"r{number:02}.mp4,P{number // 2},{number % 2 + 1}")
    table = tmp_path / "all.csv"
    table.write_text("\n".join(lines) + "\n")
    return table


def rows(path: Path) -> list[dict[str, str]]:
    """A CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.every_state
def test_a_kill_in_the_middle_loses_nothing_that_was_done(mien, recordings, tmp_path):
    folder = tmp_path / "out"
    call = [sys.executable, "-m", "mien", "study", str(recordings), "--out", str(folder)]
    call += ["--threads", "1"]
    process = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while len(list(folder.glob("recordings/*.json"))) < 4:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (folder / "summary.csv").exists()
    before = {path: path.stat().st_mtime_ns for path in folder.glob("recordings/*.json")}
    assert 4 <= len(before) < 20
    # What the end of a writer leaves behind.
    left = next(folder.glob("frames/*")) / ".mien-left.part"
    left.write_bytes(b"half")

    done = mien("study", str(recordings), "--out", str(folder), "--workers", "2", "--threads", "1")
    assert done.returncode == 0, done.stderr
    assert f"{len(before)} recordings done before" in done.stderr
    assert "20 recordings of 20 read" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert not left.exists()
    summary = rows(folder / "summary.csv")
    assert len(summary) == 20
    assert [(row["participant"], row["session"]) for row in summary] == [
        (f"P{number // 2}", str(number % 2 + 1)) for number in range(20)
    ]
    for row in summary:
        assert row["is_participant"] == "1"
        assert float(row["coverage"]) == pytest.approx(1, abs=0.02)
        assert float(row["share_happy"]) > 0.9
        assert float(row["latency_happy"]) < 0.5

    whole = mien("study", str(recordings), "--out", str(tmp_path / "whole"), "--threads", "1")
    assert whole.returncode == 0, whole.stderr
    assert rows(tmp_path / "whole" / "summary.csv") == summary
    pyarrow = pytest.importorskip("pyarrow.dataset")
    frames = pyarrow.dataset(folder / "frames", partitioning="hive").to_table()
    assert frames.num_rows == 20 * 6
    assert set(frames["participant"].to_pylist()) == {f"P{number}" for number in range(10)}


def test_an_event_in_no_recording_is_said(mien, tmp_path, make_video, scene):
    make_video(tmp_path / "a.mp4", [scene((100, 60), width=400, height=300)] * 10, fps=10)
    (tmp_path / "e.csv").write_text("label,start,end\nfilm,0,1\nlate,50,60\n")
    done = mien("study", "a.mp4", "--events", "e.csv")
    assert done.returncode == 0, done.stderr
    assert "the event 'late' lies in none of the recordings" in done.stderr
    assert "film" not in done.stderr


def test_events_a_baseline_a_fixed_rate_and_what_is_lost(mien, tmp_path, make_video, scene):
    frames = [scene((100, 60), width=400, height=300) for _ in range(30)]
    make_video(tmp_path / "a.mp4", frames, fps=10)
    (tmp_path / "b.mp4").write_bytes(b"no video")
    (tmp_path / "t.csv").write_text("file,participant\na.mp4,Zoë\nb.mp4,Y\nc.mp4,X\n", "utf-8")
    (tmp_path / "e.csv").write_text("label,start,end,participant\nfilm,1,2,\nlate,50,60,\n")
    options = ["--events", "e.csv", "--baseline", "0:1", "--at", "5", "--signs", "--out", "s"]
    done = mien("study", "t.csv", *options)
    assert done.returncode == 3
    assert "b.mp4" in done.stderr
    assert "c.mp4: no such file" in done.stderr
    assert "1 recording of 3 read" in done.stdout
    summary = rows(tmp_path / "s" / "summary.csv")
    assert [row["event"] for row in summary] == ["", "baseline", "film"]
    assert float(summary[1]["change_mean_happy"]) == 0
    assert abs(float(summary[2]["change_mean_happy"])) < 0.2
    assert float(summary[0]["mean_blendshape_mouthSmileLeft"]) > 0.3
    overview = rows(tmp_path / "s" / "recordings.csv")
    assert [row["read"] for row in overview] == ["1", "0", "0"]
    assert overview[2]["lost"]
    from arro3.io import read_parquet

    (course,) = (tmp_path / "s" / "series").rglob("*.parquet")
    assert read_parquet(course).read_all().num_rows == 15
    assert course.parent.name == "participant=Zoë"

    other = mien("study", "t.csv", "--out", "s", "--signs")
    assert other.returncode == 2
    assert "other settings" in other.stderr
    settings = json.loads((tmp_path / "s" / "study.json").read_text("utf-8"))
    assert settings["at"] == 5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("x.mp4", "--baseline", "5"), "--baseline"),
        (("x.mp4", "--at", "0"), "--at"),
        (("x.mp4", "--events", "none.csv"), "none.csv"),
        (("x.mp4", "--who", "tallest"), "tallest"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_made(mien, tmp_path, words, message):
    done = mien("study", *words)
    assert done.returncode not in (0, None)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "study").exists()
    assert not list(tmp_path.iterdir())
