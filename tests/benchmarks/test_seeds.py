"""The results table of docs/how-good.md is that of the committed results."""

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


def test_the_page_holds_these_results(rows):
    typed = seeds_table.read_rows()
    assert [row["recipe"] for row in typed] == [row["recipe"] for row in rows]
    assert seeds_table.page_table(typed) in (HERE / "docs" / "how-good.md").read_text("utf-8")
    page = (HERE / "benchmarks" / "results" / "seeds.md").read_text("utf-8")
    for protocol in (seeds_table.HONEST, seeds_table.KEPT):
        assert seeds_table.honest(typed, protocol) in page


def test_a_table_has_one_protocol(rows):
    """Recipes that keep the twins of test images in Training stand apart."""
    for row in rows:
        if row["protocol"] != seeds_table.LEAKY:
            words = shlex.split(row["command"])
            kept = load_recipe(words[2], tuple(words[3:])).data.twins == "keep"
            assert row["protocol"] == (seeds_table.KEPT if kept else seeds_table.HONEST)
    main, apart = seeds_table.page_table(seeds_table.read_rows()).split("keep the twins")
    assert "| vgg8 |" not in main and "cnn-132k" not in apart
    for recipe in ("vgg8", "vgg8-half", "vgg8-small"):
        assert f"| {recipe} |" in apart


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
