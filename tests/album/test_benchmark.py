"""``benchmarks/album.py`` runs and prints a number in every row."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "album.py"


def test_a_tiny_run() -> None:
    options = "--photos 3 --megapixels 2 --files 3 --ranked 40 --workers 1 --compared 3"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *options.split()], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^\| (?!---)(.+) \| ([^|]+) \|$", done.stdout, re.MULTILINE)
    numbers = [value for name, value in rows if re.match(r"[\d.]", value)]
    assert len(numbers) >= 20
    assert dict(rows)["same first label"] == "100.0%"
    assert dict(rows)["faces found, reduced"] == dict(rows)["faces found, full size"] > "0"
