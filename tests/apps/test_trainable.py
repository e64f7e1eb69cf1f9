"""``mien models --trainable`` through the installed entry point."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from mien.cli.console import out
from mien.cli.main import main
from mien.lab.models import find_entry, model_names


@pytest.fixture(scope="module")
def listed(mien_path, tmp_path_factory):
    return subprocess.run(
        [mien_path, "models", "--trainable"],
        capture_output=True,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        cwd=tmp_path_factory.mktemp("empty"),
        timeout=600,
        check=True,
    ).stdout.decode()


@pytest.fixture
def listed_here(monkeypatch, capsys):
    """Standard output of a verb at 80 columns, in this process, which has torch loaded."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["mien", *arguments])
        monkeypatch.setattr(out, "_width", 80)
        with pytest.raises(SystemExit) as stopped:
            main()
        assert not stopped.value.code
        return capsys.readouterr().out

    return run


def test_every_network_is_a_row_with_its_counts_cost_input_and_licence(listed):
    rows = {line.split()[0]: line.split() for line in listed.splitlines() if line.strip()}
    for name in model_names():
        entry = find_entry(name)
        assert rows[name][4] == f"{entry.channels}×{entry.size}×{entry.size}"
        assert rows[name][5] == entry.licence
    assert rows["mini-xception"][1:4] == ["58,423", "56,951", "10.0"]
    assert rows["cnn-915k"][1:4] == ["916,747", "914,825", "45.6"]
    assert rows["resnet18"][1:4] == ["11,189,703", "11,180,103", "1,814"]


def test_it_fits_100_columns_and_says_how_it_counts(listed):
    assert max(len(line) for line in listed.splitlines()) <= 100
    text = " ".join(listed.split())
    assert "running mean and variance of each batch norm" in text
    assert "17,216 values more than Keras counts" in text
    assert "arXiv 1710.07557" in text


def test_both_spellings_list_the_same_and_at_80_columns_nothing_is_cut(listed, listed_here):
    narrow = listed_here("models", "list", "--trainable")
    assert_fits(narrow)
    assert [word for word in narrow.split() if word in model_names()] == [
        word for word in listed.split() if word in model_names()
    ]


def test_it_does_not_go_with_another_verb(mien):
    done = mien("models", "--trainable", "verify")
    assert done.returncode == 2
    assert done.stderr == (
        "error: --trainable does not go with verify; try: mien models --trainable\n"
    )


def test_recipes_at_80_columns_are_not_cut(listed_here):
    assert_fits(listed_here("recipes"))


def assert_fits(text):
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in text
    assert min(len(line.strip()) for line in lines if line.strip()) > 1
