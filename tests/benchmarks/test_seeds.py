"""The results table of the README is that of the committed results."""

from __future__ import annotations

import csv
import shlex
import sys
from pathlib import Path

import pytest

from mien.lab.training.recipe import load_recipe

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "benchmarks"))

import seeds_table  # noqa: E402


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (HERE / "benchmarks" / "results" / "seeds.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_readme_holds_these_results(rows):
    typed = [
        {key: float(value) if _is_share(key) and value else value for key, value in row.items()}
        for row in rows
    ]
    assert seeds_table.readme_table(typed) in (HERE / "README.md").read_text("utf-8")


def test_every_row_has_a_command_that_parses(rows):
    for row in rows:
        words = shlex.split(row["command"])
        if words[:2] == ["mien", "train"]:
            load_recipe(words[2], tuple(words[3:]))
        else:
            assert words[:3] == ["python", "benchmarks/seeds.py", "leak"]


def test_a_leak_is_shown_beside_what_the_network_is_worth(rows):
    leaky = [row for row in rows if row["protocol"] == "leaky"]
    assert {row["recipe"] for row in leaky} <= {row["recipe"] for row in rows}
    for row in leaky:
        assert row["public"] and row["private"], row["recipe"]


def _is_share(key: str) -> bool:
    return key.startswith(("public", "private")) and "f1" not in key
