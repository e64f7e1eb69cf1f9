"""``benchmarks/training.py`` runs and prints finite, positive figures."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torchvision")

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "training.py"


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
        (speed,) = re.findall(rf"^\| {row} \| 1 \| (\d+) \|", text, re.MULTILINE)
        assert int(speed) > 0
    for piece in ("data and augmentation", "forward, backward, optimiser", "running average"):
        shares = re.findall(rf"^\| {piece} .*$", text, re.MULTILINE)
        assert len(shares) == 1
        assert all(0 < float(share) < 100 for share in re.findall(r"([\d.]+)%", shares[0]))
    assert re.search(r"^\| cnn-132k \| 1×48² \| 11.4 \| 1 \| \d+ \| \d+ \| \d+ \|", text, re.M)
