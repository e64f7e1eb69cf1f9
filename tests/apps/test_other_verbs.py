"""``mien demo``, ``mien models`` and ``mien doctor`` through the installed entry point."""

from __future__ import annotations

import json

import numpy as np
from PIL import Image

from mien.packaged import ASTRONAUT, PACKAGED_FILES, packaged_path


def test_demo_prints_a_table_and_names_what_it_wrote(mien, tmp_path):
    done = mien("demo")
    assert done.returncode == 0, done.stderr
    assert "happy" in done.stdout
    assert "annotated.png" in done.stdout
    assert "faces.json" in done.stdout
    assert np.asarray(Image.open(tmp_path / "mien-demo" / "annotated.png")).shape == (512, 512, 3)
    document = json.loads((tmp_path / "mien-demo" / "faces.json").read_text("utf-8"))
    assert document["frames"][0]["faces"][0]["label"] == "happy"


def test_models_lists_shows_and_verifies(mien):
    listed = mien("models")
    assert listed.returncode == 0
    rows = [line.split() for line in listed.stdout.splitlines() if "vgg8" in line]
    assert [(row[1], row[3]) for row in rows] == [
        ("default", "vgg8-robust"),
        ("fast", "vgg8-robust-int8"),
        ("small", "vgg8-small-robust"),
        ("crops", "vgg8"),
    ]
    assert listed.stdout == mien("models", "list").stdout
    card = json.loads(mien("models", "show", "--json").stdout)
    assert card["name"] == "vgg8-robust"
    assert card["training"]["data_sha256"]
    shown = mien("models", "show", "vgg8-robust").stdout
    assert card["licence"] in shown
    assert shown == mien("models", "show", "default").stdout
    small = mien("models", "show", "small").stdout
    assert "vgg8-small-robust" in small
    assert small == mien("models", "show", "vgg8-small-robust").stdout
    verified = mien("models", "verify")
    assert verified.returncode == 0
    assert len(verified.stdout.strip().splitlines()) == len(PACKAGED_FILES)
    assert "DAMAGED" not in verified.stdout


def test_doctor_finds_a_whole_installation(mien):
    done = mien("doctor")
    assert done.returncode == 0, done.stderr
    assert "all is well" in done.stdout
    assert "onnxruntime" in done.stdout


def test_a_verb_imports_what_it_needs_and_no_other(mien):
    def imported(*arguments) -> set[str]:
        done = mien(*arguments, PYTHONPROFILEIMPORTTIME="1")
        assert done.returncode == 0, done.stderr
        return {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}

    version = imported("--version")
    assert "mien.cli.main" in version
    assert not version & {"numpy", "onnxruntime", "cv2", "mien.cli.analyze"}
    read = imported("analyze", packaged_path(ASTRONAUT))
    assert "mien.vision.pixel_analyzer" in read
    assert not {name for name in read if name.startswith(("mien.album", "mien.server", "mien.lab"))}
    assert "mien.media.video.open_video" not in read


def test_a_misspelt_verb_is_told_the_right_one(mien):
    done = mien("analyse")
    assert done.returncode == 2
    assert done.stderr.startswith("error: No such command 'analyse'. Did you mean 'analyze'")
    assert len(done.stderr.splitlines()) == 1


def test_a_group_without_a_verb_shows_its_verbs_and_no_empty_error(mien):
    done = mien("album")
    assert done.returncode == 2
    assert "COMMAND" in done.stdout
    assert done.stderr == ""


def test_help_names_every_verb(mien):
    shown = mien().stdout
    assert shown == mien("--help").stdout
    for verb in ("analyze", "demo", "models", "doctor", "data", "train", "evaluate", "export"):
        assert verb in shown
