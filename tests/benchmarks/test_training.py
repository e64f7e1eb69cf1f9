"""``benchmarks/training.py`` runs and prints finite, positive figures."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torchvision")

NUMBER = r"[\d.]+(?:e[-+]?\d+)?"
SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "training.py"


@pytest.mark.whole_contract
def test_a_quick_run_prints_its_tables(tmp_path):
    target = tmp_path / "training.md"
    arguments = ["--quick", "--networks", "cnn-132k", "--out", str(target)]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    text = target.read_text("utf-8")
    assert text.rstrip() in done.stdout
    for row in ("plain loop", "mien, float32", "mien, bfloat16"):
        (speed,) = re.findall(rf"^\| {row} \| 1 \| ({NUMBER}) \|", text, re.MULTILINE)
        assert float(speed) > 0
    pieces = ("data and augmentation", "forward, backward, optimiser", "running average")
    rows = [re.findall(rf"^\| {piece} .*$", text, re.MULTILINE) for piece in pieces]
    assert [len(found) for found in rows] == [1, 1, 1]
    # How the parts compare is the processor's affair; together they are the whole, in both columns.
    shares = [list(map(float, re.findall(r"([\d.]+)%", found[0]))) for found in rows]
    for column in zip(*shares, strict=True):
        assert all(0 <= share <= 100 for share in column)
        assert sum(column) == pytest.approx(100, abs=0.02)
    numbers = rf"({NUMBER}) \| ({NUMBER}) \| ({NUMBER})"
    found = re.search(rf"^\| cnn-132k \| 1×48² \| 11.4 \| 1 \| {numbers} \|", text, re.M)
    assert found is not None
    assert all(float(speed) > 0 for speed in found.groups())
