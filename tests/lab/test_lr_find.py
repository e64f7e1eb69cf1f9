"""``mien lr-find`` on the tiny data set."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from mien.cli.main import main
from mien.lab.data.faces import FaceData
from mien.lab.data.store import save_faces, stored_path
from mien.lab.training.recipe import Recipe


@pytest.fixture
def lr_find(
    tmp_path: Path,
    faces: FaceData,
    make_recipe: Callable[..., Recipe],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Run ``mien lr-find ARGUMENTS`` in an empty folder: status, stdout, stderr."""
    save_faces(faces, stored_path("tiny"))
    desk = tmp_path / "desk"
    desk.mkdir()
    (tmp_path / "tiny.yaml").write_text(make_recipe(epochs=2).to_yaml(), "utf-8")
    monkeypatch.chdir(desk)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mien", "lr-find", "../tiny.yaml", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        return (stopped.value.code or 0, *capsys.readouterr())

    return run


def rates() -> list[float]:
    with Path("lr.csv").open(encoding="utf-8") as stream:
        return [float(row["learning_rate"]) for row in csv.DictReader(stream)]


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adamw", "muon"])
def test_a_plot_a_table_and_a_suggestion(lr_find, optimiser):
    status, out, err = lr_find(f"optimiser={{name: {optimiser}}}", "--steps", "60")
    assert status == 0, err
    found = re.search(r"^recommended: optimiser.learning_rate=(\S+)$", out, re.MULTILINE)
    edge = re.search(r"^│ where the loss .* \(too high\) +│ +(\S+) │$", out, re.MULTILINE)
    assert found is not None
    assert edge is not None
    # What the loss does differs by processor, but a rate that is too high is never advised.
    assert rates()[0] <= float(found[1]) <= 0.53 * float(edge[1])
    assert out.count("(recommended)") == 1
    assert optimiser != "sgd" or "half of that (recommended)" in out
    assert "where the loss falls fastest" in out
    with Image.open("lr.png") as picture:
        assert picture.format == "PNG"
    # More steps than an epoch has.
    assert 20 <= len(rates()) <= 60
    # No run folder.
    assert {path.name for path in Path.cwd().iterdir()} == {"lr.png", "lr.csv"}


def test_the_range_can_be_chosen(lr_find):
    status, _, err = lr_find("--lowest", "1e-3", "--highest", "0.01", "--steps", "25")
    assert status == 0
    assert (rates()[0], rates()[-1], len(rates())) == (0.001, 0.01, 25)
    assert "try --highest 0.1" in err


def test_the_same_seed_gives_the_same_curve(lr_find):
    lr_find("--steps", "20", "--threads", "1")
    first = Path("lr.csv").read_text("utf-8")
    lr_find("--steps", "20", "--threads", "1")
    assert Path("lr.csv").read_text("utf-8") == first
    lr_find("seed=9", "--steps", "20", "--threads", "1")
    assert Path("lr.csv").read_text("utf-8") != first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--lowest", "2", "--highest", "1"], "--lowest 2 must be above 0 and below --highest 1"),
        (["--lowest", "-1"], "--lowest -1 must be above 0 and below --highest 10"),
        (["--lowest", "0"], "--lowest 0 must be above 0 and below --highest 10"),
        (["--out", "lr.csv"], "lr.csv: --out is the picture, the CSV is written next to it"),
    ],
)
def test_wrong_options(lr_find, arguments, message):
    status, out, err = lr_find(*arguments)
    assert (status, out, err) == (2, "", f"error: {message}\n")
    assert not list(Path.cwd().iterdir())


def test_a_rate_at_which_nothing_is_learnt(lr_find):
    status, _, err = lr_find("--lowest", "1e20", "--highest", "1e30")
    assert status == 1
    assert err.startswith("error: the loss diverges from the first steps on, at learning rate 1")
