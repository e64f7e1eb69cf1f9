"""The leaderboard is that of the committed logs."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

HERE = Path(__file__).resolve().parents[2] / "benchmarks"
spec = importlib.util.spec_from_file_location("leaderboard", HERE / "leaderboard.py")
leaderboard = importlib.util.module_from_spec(spec)
spec.loader.exec_module(leaderboard)


def test_the_page_says_what_the_logs_say():
    page = leaderboard.PAGE.read_text("utf-8")
    with leaderboard.RUNS.open(encoding="utf-8", newline="") as stream:
        for run in csv.DictReader(stream):
            assert (HERE.parent / run["recipe"]).is_file()
            assert "| " + " | ".join(leaderboard.row_of(run)) + " |" in page


def test_a_step_counts_from_the_first_epoch_that_reached_it():
    found = [leaderboard.first_minute([0.6, 0.7, 0.65], [1, 2, 3], step) for step in (0.65, 0.8)]
    assert found == [2, None]
