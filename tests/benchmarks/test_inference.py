"""``benchmarks/inference.py`` runs, prints finite numbers, and outlives peers that fail."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "inference.py"

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="measures with wait4")


def run_script(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, timeout=600
    )


def tables(text: str) -> dict[str, list[list[str]]]:
    """By heading, the rows of its table: the header, then the others."""
    found = {}
    for part in text.split("\n## ")[1:]:
        rows = [
            [cell.strip() for cell in line.strip("|").split(" | ")]
            for line in part.splitlines()
            if line.startswith("|") and not line.startswith("| ---")
        ]
        found[part.splitlines()[0]] = rows
    return found


def number(cell: str) -> float:
    """The leading number of a cell like ``0.95 (0.93–0.98)``."""
    match = re.match(r"[+-]?\d+(\.\d+)?", cell)
    assert match, f"no number: {cell!r}"
    return float(match[0])


@pytest.fixture(scope="module")
def broken_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment whose ``fer`` cannot be imported."""
    folder = tmp_path_factory.mktemp("peers")
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python3*/site-packages")
    (packages / "fer").mkdir()
    (packages / "fer" / "__init__.py").write_text("raise ImportError('no | weights\\nsecond line')")
    metadata = packages / "fer-1.2.3.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: fer\nVersion: 1.2.3\n")
    return folder


@pytest.fixture(scope="module")
def printed(
    broken_environment: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, list[list[str]]]]:
    out = tmp_path_factory.mktemp("out") / "inference.md"
    done = run_script("--quick", "--peers", str(broken_environment), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert out.read_text(encoding="utf-8") == done.stdout
    assert [path.name for path in out.parent.iterdir()] == ["inference.md"]
    return done.stdout, tables(done.stdout)


def test_times_of_mien_are_finite(printed: tuple[str, dict[str, list[list[str]]]]) -> None:
    for heading in ("Classifier, ms a face", "Photo, detect and classify, ms"):
        header, *rows = printed[1][heading]
        own = [row for row in rows if row[0] == "mien"]
        assert [row[1] for row in own] == ["1", "2"]
        for row in own:
            assert len(row) == len(header)
            for cell in row[2:]:
                assert 0 < number(cell) < math.inf


def test_mien_finds_the_faces_of_both_photos(
    printed: tuple[str, dict[str, list[list[str]]]],
) -> None:
    header, *rows = printed[1]["Photo, detect and classify, ms"]
    found = [index for index, name in enumerate(header) if name == "found"]
    assert [rows[0][index] for index in found] == ["1", "5"]


def test_peak_memory_is_of_a_process_with_the_libraries(
    printed: tuple[str, dict[str, list[list[str]]]],
) -> None:
    _, row = printed[1]["One photo from a cold start"]
    assert row[0] == "mien analyze"
    assert 60 < number(row[1]) < 1000


def test_importing_takes_time(printed: tuple[str, dict[str, list[list[str]]]]) -> None:
    _, *rows = printed[1]["Import"]
    seconds = {row[0]: number(row[1]) for row in rows}
    assert seconds["`from mien import Analyzer, read_image`"] > 0
    assert seconds["`import mien`"] > 0


def test_a_broken_peer_is_a_row_that_says_why(
    printed: tuple[str, dict[str, list[list[str]]]],
) -> None:
    text, found = printed
    packages = {row[0]: row for row in found["Packages"][1:]}
    assert packages["fer 1.2.3"][4].startswith("no: ImportError: no \\| weights")
    assert "second line" not in text
    classifier = {row[0]: row for row in found["Classifier, ms a face"][1:]}
    assert classifier["fer"][2] == "fails (ImportError)"


def test_no_path_of_this_machine_is_printed(
    printed: tuple[str, dict[str, list[list[str]]]], broken_environment: Path
) -> None:
    for path in (broken_environment, SCRIPT.parent, Path.home(), Path(sys.prefix)):
        assert f"{path}/" not in printed[0]


def test_an_environment_without_peers_is_refused(tmp_path: Path) -> None:
    done = run_script("--quick", "--peers", str(tmp_path))
    assert done.returncode == 1
    assert "give a virtual environment's folder" in done.stderr
