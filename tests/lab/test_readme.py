"""Every command and the Python of README and docs/commands.md, run in order as a reader would."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from mien.packaged import ASTRONAUT, packaged_path

ROOT = Path(__file__).resolve().parents[2]
README, COMMANDS = ROOT / "README.md", ROOT / "docs" / "commands.md"
# What .ci/run does itself: installing, and running these tests. What runs until it is stopped has
# tests of its own.
NOT_HERE = ("pip install", "pytest", "mien live", "mien serve", "mien album open")
# A reader has 28,709 training images and an hour, this test 56 images and a narrow network.
SHORT = " epochs=1 batch_size=16 model.width=4 --restart"


def blocks(language: str) -> list[str]:
    text = README.read_text("utf-8") + COMMANDS.read_text("utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def commands() -> list[str]:
    lines = [
        line.split("  #")[0].strip() for block in blocks("bash") for line in block.splitlines()
    ]
    shorter = {"train": SHORT, "report": " --no-explain"}
    return [
        line + shorter.get(line.removeprefix("mien ").split()[0], "")
        for line in lines
        if line and not line.startswith("#") and not any(word in line for word in NOT_HERE)
    ]


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    photo = Image.open(packaged_path(ASTRONAUT))
    (folder / "holiday" / "day 1").mkdir(parents=True)
    (folder / "photos").mkdir()
    names = ("photo.jpg", "party.jpg", "x.png", "holiday/a.jpg", "holiday/day 1/b.jpg")
    for name in (*names, "photos/c.jpg"):
        photo.save(folder / name)
    (folder / "frames").mkdir()
    for number in range(4):
        photo.save(folder / "frames" / f"{number:04d}.png")
    page = photo.convert("RGB")
    page.save(folder / "scan.tif", save_all=True, append_images=[page, page])
    shutil.copy(Path(__file__).parents[1] / "golden" / "portrait.heic", folder / "IMG_0001.HEIC")
    return folder


def test_the_commands_work_in_order(
    desk, faces, write_csv, write_votes, scene, make_video, warm_lab
):
    pictures = [scene((40 + 10 * number, 60), (400, 80)) for number in range(15)]
    make_video(desk / "party.mp4", pictures)
    write_csv(desk / "fer2013.csv", faces)
    write_votes(desk / "fer2013new.csv", faces)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MIEN_DATA": str(desk / "data"),
        "OMP_NUM_THREADS": "1",
    }
    found = commands()
    assert len(found) > 10
    for command in found:
        program, *arguments = shlex.split(command)
        if program == "mien" and not {"|", ">", "&&", "ray"} & set(arguments):
            done = warm_lab.mien(arguments, desk, environment)
        else:
            bash = ["bash", "-c", f"set -o pipefail; {command}"]
            done = subprocess.run(bash, cwd=desk, env=environment, capture_output=True)
        assert done.returncode == 0, f"{command}: {done.stderr.decode()}"
    assert (desk / "faces.csv").read_text("utf-8").count("happy,happy") == 2
    assert (desk / "drawn" / "x.png").is_file()
    assert (desk / "mine.onnx").is_file()
    assert (desk / "out.mp4").is_file()
    assert (desk / "people" / "summary.json").is_file()
    assert "c.jpg" in (desk / "happiest.html").read_text("utf-8")


def test_the_python_works(desk, capsys, monkeypatch):
    monkeypatch.chdir(desk)
    for code in blocks("python"):
        exec(compile(code, "README.md", "exec"), {})
        assert capsys.readouterr().out.startswith("happy 0.")


def test_links_lead_to_files():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README.read_text("utf-8")):
        assert (ROOT / target).exists(), target


def test_the_table_of_the_readme_is_what_was_measured():
    """All of its rows stand in the results, under the same two headings."""
    measured = (ROOT / "benchmarks" / "results" / "wild.md").read_text("utf-8")
    rows = [line.strip("| \n").split(" | ") for line in measured.splitlines() if line[:1] == "|"]
    two = {tuple(row[:3]) for row in rows}
    shown = re.findall(r"^\| (.+ \| .+ \| .+) \|$", README.read_text("utf-8"), re.M)
    told = [tuple(row.split(" | ")) for row in shown if not row.startswith("---")]
    assert len(told) > 5
    assert not [row for row in told if row not in two]
