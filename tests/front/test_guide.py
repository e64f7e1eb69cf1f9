"""The programs of the guide run, and print what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from mien.packaged import ASTRONAUT, packaged_path

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guides" / "python.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")

PROGRAM = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.M)
LEAVES = {"faces.jsonl", "plot.png", "drawn.jpg"}


def programs() -> list[object]:
    """Programs and what they print; None where that is not told."""
    found = []
    for chapter in re.split(r"^## ", GUIDE, flags=re.M)[1:]:
        title = chapter.partition("\n")[0]
        for number, (code, output) in enumerate(PROGRAM.findall(chapter), 1):
            found.append(pytest.param(code, output or None, id=f"{title} {number}"))
    return found


@pytest.fixture
def desk(tmp_path, scene) -> Path:
    """A folder with what the guide speaks of."""
    photo = packaged_path(ASTRONAUT).read_bytes()
    (tmp_path / "party").mkdir()
    for name in ("photo.jpg", "party/1.jpg", "party/2.jpg"):
        (tmp_path / name).write_bytes(photo)
    (tmp_path / "party" / "notes.txt").write_text("bring chairs")
    writer = cv2.VideoWriter(
        str(tmp_path / "camera.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 360)
    )
    for step in range(8):
        writer.write(cv2.cvtColor(scene((190 + 4 * step, 50)), cv2.COLOR_RGB2BGR))
    writer.release()
    return tmp_path


def run(code: str, desk: Path) -> str:
    # A file, because spawned processes import the program that they belong to.
    (desk / "program.py").write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=desk, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("code", "output"), programs())
def test_programs_print_what_the_guide_says(code, output, desk):
    if "to_dataframe" in code:
        pytest.importorskip("pandas")
    if "matplotlib" in code:
        pytest.importorskip("matplotlib")
    before = set(desk.iterdir())
    printed = run(code.replace("VideoCapture(0)", 'VideoCapture("camera.avi")'), desk)
    if output is not None:
        assert printed == output
    elif "VideoCapture" in code:
        assert re.fullmatch(r"(1 (happy|unsure) \d+%\n){8}", printed)
    left = {path.name for path in set(desk.iterdir()) - before} - {"program.py", "__pycache__"}
    assert left == {name for name in LEAVES if name in code}
    for name in left:
        assert (desk / name).stat().st_size > 300


def test_all_that_is_left_is_written_by_some_program():
    assert all(name in GUIDE for name in LEAVES)


def test_the_program_of_the_readme(desk):
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.M)
    assert run(code, desk).startswith("happy 0.9")


def test_the_contents_of_the_guide():
    headings = re.findall(r"^## (.*)", GUIDE, re.M)
    listed = re.findall(r"^- \[(.*)\]\(#(.*)\)", GUIDE, re.M)
    assert [title for title, _ in listed] == headings
    for title, anchor in listed:
        assert anchor == re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
