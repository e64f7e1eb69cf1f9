"""``mien video`` through the installed entry point."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import av
import pyarrow.parquet
import pytest
from PIL import Image

from mien.emotions import FER2013

EXIT_SOME_UNREADABLE = 3
EXIT_INTERRUPTED = 130


@pytest.fixture(scope="module")
def clip(make_video, scene, tmp_path_factory) -> Path:
    """Two people who cross, three seconds with sound."""
    path = tmp_path_factory.mktemp("clip") / "two people.mp4"
    pictures = (scene((14.0 * step, 60), (430 - 14.0 * step, 80)) for step in range(30))
    return make_video(path, pictures, fps=10, sound="aac")


def one_line(stderr: str) -> str:
    lines = stderr.strip().splitlines()
    assert len(lines) == 1, stderr
    assert "Traceback" not in stderr
    return lines[0]


def read_video(path: Path) -> tuple[list[float], list[str]]:
    with av.open(str(path)) as container:
        times = [frame.time for frame in container.decode(video=0)]
        return times, [stream.type for stream in container.streams]


def test_rows_annotated_video_and_summary_in_one_go(mien, clip, tmp_path):
    done = mien("video", clip, "--out", "rows.csv", "--annotate", "drawn.mp4", "--summary", "sum")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "rows.csv").open()))
    assert {row["track"] for row in rows} == {"1", "2"}
    assert {row["smoothed_label"] for row in rows} == {"happy"}
    numbers = [int(row["number"]) for row in rows]
    assert numbers == sorted(numbers)
    assert {float(row["time"]) for row in rows} <= {step / 10 for step in range(30)}
    for row in rows:
        smoothed = [float(row[f"smoothed_{label}"]) for label in FER2013.labels]
        assert sum(smoothed) == pytest.approx(1, abs=1e-4)
    first = {row["track"]: float(row["left"]) for row in rows if row["number"] == "0"}
    last = {row["track"]: float(row["left"]) for row in rows if row["number"] == "29"}
    assert (first["1"] < first["2"]) != (last["1"] < last["2"])
    times, streams = read_video(tmp_path / "drawn.mp4")
    assert times == pytest.approx([step / 10 for step in range(30)])
    assert streams == ["video", "audio"]
    summary = json.loads((tmp_path / "sum" / "summary.json").read_text())
    assert [person["id"] for person in summary["people"]] == [1, 2]
    assert (tmp_path / "sum" / "timeline.png").stat().st_size > 1000
    assert "2 people" in done.stdout
    assert done.stderr == ""


def test_all_formats_say_the_same(mien, clip, tmp_path):
    part = ("--start", "0.5", "--end", "0:01", "--fps", "5")
    for name in ("a.csv", "a.jsonl", "a.json", "a.parquet"):
        assert mien("video", clip, "--out", name, *part).returncode == 0
    rows = list(csv.DictReader((tmp_path / "a.csv").open()))
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert json.loads((tmp_path / "a.json").read_text())["frames"] == lines
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert [frame["number"] for frame in lines] == [5, 7, 9]
    faces = [(frame, face) for frame in lines for face in frame["faces"]]
    assert len(faces) == len(rows) == table.num_rows > 3
    for (frame, face), row, typed in zip(faces, rows, table.to_pylist(), strict=True):
        assert float(row["time"]) == frame["time"] == typed["time"]
        assert int(row["track"]) == face["track"]["id"] == typed["track"]
        assert row["smoothed_label"] == face["track"]["label"] == typed["smoothed_label"]
        assert float(row["smoothed_sad"]) == face["track"]["probabilities"]["sad"]
        assert typed["smoothed_sad"] == face["track"]["probabilities"]["sad"]
        assert row["detected"] == ("true" if face["track"]["detected"] else "false")


def test_without_smoothing_and_with_detection_in_every_frame(mien, clip):
    done = mien(
        "video", clip, "--format", "csv", "--smooth", "0", "--detect-every", "1", "--end", "0.5"
    )
    assert done.returncode == 0, done.stderr
    for row in csv.DictReader(io.StringIO(done.stdout)):
        assert row["detected"] == "true"
        assert row["smoothed_happy"] == row["happy"]


def test_a_cut_off_file_is_read_and_reported(mien, make_video, scene, tmp_path):
    pictures = (scene((14.0 * step, 60)) for step in range(30))
    path = make_video(tmp_path / "cut.mkv", pictures, fps=10)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    done = mien("video", path, "--out", "rows.csv", "--annotate", "drawn.mkv")
    assert done.returncode == EXIT_SOME_UNREADABLE
    assert "cut off" in one_line(done.stderr)
    assert len((tmp_path / "rows.csv").read_text().splitlines()) > 5
    assert 5 < len(read_video(tmp_path / "drawn.mkv")[0]) < 30


def test_nobody_is_a_result_too(mien, make_video, scene, tmp_path):
    path = make_video(tmp_path / "empty.mp4", [scene()] * 5)
    done = mien("video", path, "--out", "rows.csv", "--summary", "sum")
    assert done.returncode == 0, done.stderr
    assert "0 people" in done.stdout
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 1
    assert json.loads((tmp_path / "sum" / "summary.json").read_text())["people"] == []


@pytest.mark.parametrize(
    ("arguments", "status", "what"),
    [
        (["none.mp4"], 1, "no such file"),
        (["camera:63"], 1, "no such camera"),
        (["camera:x"], 2, "camera:0"),
        (["http://127.0.0.1:9/a.mp4"], 1, "cannot be reached"),
        (["x.mp4", "--start", "1:99"], 2, "is no time"),
        (["x.mp4", "--start", "5", "--end", "3"], 2, "is not after start"),
        (["x.mp4", "--out", "a.xyz"], 2, "--format"),
        (["x.mp4", "--annotate", "x.mp4"], 2, "replace the video itself"),
        (["x.mp4", "--out", "a.mp4", "--format", "csv", "--annotate", "a.mp4"], 2, "two results"),
        (["x.mp4", "--out", "sum/summary.csv", "--summary", "sum"], 2, "two results"),
        (["x.mp4", "--out", "none/a.csv"], 1, "folder does not exist"),
        (["x.mp4", "--summary", "photo.png"], 1, "photo.png: is a file"),
        (["notes.txt"], 1, "is text, not a video"),
        (["photo.png"], 1, "mien analyze"),
    ],
)
def test_what_goes_wrong_is_one_clear_line(
    mien, clip, astronaut, tmp_path, arguments, status, what
):
    (tmp_path / "x.mp4").write_bytes(clip.read_bytes())
    shutil.copy(astronaut, tmp_path / "photo.png")
    (tmp_path / "notes.txt").write_text("no video\n" * 50)
    done = mien("video", *arguments)
    assert done.returncode == status
    assert what in one_line(done.stderr)
    assert done.stdout == ""


@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_keeps_what_was_read(mien_path, make_video, scene, tmp_path, number):
    drawn = [scene((2.0 * step, 20), width=320, height=240) for step in range(50)]
    pictures = (drawn[step % 50] for step in range(600))
    make_video(tmp_path / "long.mp4", pictures, fps=30, sound="aac")
    command = [mien_path, "video", "long.mp4", "--out", "rows.csv", "--annotate", "drawn.mp4"]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while running.poll() is None and not any(
        part.stat().st_size > 30_000 for part in tmp_path.glob(".mien-*.part")
    ):
        time.sleep(0.05)
    running.send_signal(number)
    _, stderr = running.communicate(timeout=600)
    assert running.returncode == EXIT_INTERRUPTED
    assert one_line(stderr).startswith("interrupted at")
    assert one_line(stderr).endswith("; complete up to there: rows.csv, drawn.mp4")
    rows = list(csv.DictReader((tmp_path / "rows.csv").open()))
    times, streams = read_video(tmp_path / "drawn.mp4")
    assert 0 < len(times) < 600
    assert streams == ["video", "audio"]
    assert int(rows[-1]["number"]) == len(times) - 1
    assert None not in rows[-1].values()
    assert list(tmp_path.glob(".mien-*")) == []


@pytest.fixture
def recordings(clip, astronaut, tmp_path) -> Path:
    """Two videos, the frames of a third, and a file that is no video."""
    folder = tmp_path / "recordings"
    (folder / "frames").mkdir(parents=True)
    for name in ("a.mp4", "a.mkv"):
        shutil.copy(clip, folder / name)
    (folder / "broken.mp4").write_bytes(b"no video" * 100)
    with Image.open(astronaut) as photo:
        for number in range(3):
            photo.crop((number, 0, number + 400, 300)).save(folder / "frames" / f"{number}.png")
    return folder


def test_several_videos_give_a_set_of_files_each(mien, recordings, tmp_path):
    sources = [recordings / name for name in ("a.mp4", "broken.mp4", "a.mkv", "frames")]
    results = ("--out", "all", "--annotate", "all", "--summary", "all")
    done = mien("video", *sources, *results, "--end", "0.5")
    assert done.returncode == EXIT_SOME_UNREADABLE
    first, last = done.stderr.splitlines()
    assert "broken.mp4" in first
    assert last == "error: 1 of 4 videos could not be read"
    names = {path.name for path in (tmp_path / "all").iterdir()}
    stems = ("a_mp4", "a_mkv", "frames")
    drawn = {"a_mp4.mp4", "a_mkv.mkv", "frames.mp4"}
    assert names == {*stems, *(f"{stem}.csv" for stem in stems), *drawn}
    for stem, people in zip(stems, (2, 2, 1), strict=True):
        rows = list(csv.DictReader((tmp_path / "all" / f"{stem}.csv").open()))
        assert len({row["track"] for row in rows}) == people
        assert len({row["path"] for row in rows}) == 1
        summary = json.loads((tmp_path / "all" / stem / "summary.json").read_text())
        assert summary["path"] == rows[0]["path"]
        assert rows[0]["path"] in done.stdout


def test_several_videos_fit_in_one_table(mien, recordings, tmp_path):
    done = mien("video", "recordings", "--out", "rows.json", "--end", "0.3")
    assert done.returncode == EXIT_SOME_UNREADABLE
    document = json.loads((tmp_path / "rows.json").read_text())
    paths = [frame["path"] for frame in document["frames"]]
    assert paths == ["recordings/a.mkv"] * 3 + ["recordings/a.mp4"] * 3
    assert [error["path"] for error in document["errors"]] == ["recordings/broken.mp4"]
    done = mien("video", "recordings/a.*", "recordings/a.mp4", "-f", "csv", "--end", "0.3")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["path"] for row in rows if row["number"] == "0"] == [
        *["recordings/a.mkv"] * 2,
        *["recordings/a.mp4"] * 2,
    ]
    assert {row["track"] for row in rows} == {"1", "2"}


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--annotate", "drawn.mp4"], "one file for several videos"),
        (["--annotate", "recordings"], "would replace the video itself"),
        (["--out", "all.xyz"], "the format cannot be told"),
        (["camera:0"], "a camera is read alone"),
        (["--rate", "0"], "rate is 0"),
    ],
)
def test_several_videos_need_places_of_their_own(mien, recordings, tmp_path, arguments, what):
    shutil.copy(recordings / "a.mp4", recordings / "b.mp4")
    done = mien("video", "recordings/frames", "recordings/b.mp4", *arguments)
    assert done.returncode == 2
    assert what in one_line(done.stderr)
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["recordings"]


def test_signs_and_bodies_are_told_with_the_quick_detector_too(mien, recordings, tmp_path):
    asked = ("--signs", "--focal", "800", "--detector", "auto")
    done = mien("video", recordings / "frames", *asked, "--out", "rows.csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "rows.csv").open()))
    assert [row["track"] for row in rows] == ["1"] * 3
    for row in rows:
        assert "corners of the mouth" in row["signs"]
        assert row["focal_from"] == "given"
        assert float(row["distance_low"]) < 1.1 < float(row["distance_high"])
    done = mien("video", recordings / "frames", "--body", "--end", "0.05", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout.splitlines()[0])["faces"][0]["signs"]["body"]
    assert "left_shoulder" in body["points"]


def test_frames_in_a_folder_are_a_video(mien, astronaut, tmp_path):
    frames = tmp_path / "frames"
    frames.mkdir()
    with Image.open(astronaut) as photo:
        for number in range(6):
            photo.crop((number, 0, number + 400, 300)).save(frames / f"{number:04d}.png")
    out, drawn = tmp_path / "rows.csv", tmp_path / "drawn.mp4"
    for source in (frames, frames / "%04d.png", frames / "*.png"):
        done = mien("video", source, "--rate", "10", "--out", out, "--annotate", drawn)
        assert done.returncode == 0, done.stderr
        rows = list(csv.DictReader(out.open(newline="")))
        assert [(row["number"], float(row["time"])) for row in rows] == [
            (str(number), number / 10) for number in range(6)
        ]
        assert {row["track"] for row in rows} == {"1"}
        assert drawn.stat().st_size > 0
