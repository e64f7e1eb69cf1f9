"""Scores of whole photos get onto the card of the model that was measured."""

from __future__ import annotations

import json

import pytest

from mien.cli.lab.export import export
from mien.errors import DataError, UsageError
from mien.lab.evaluation.end_to_end.answers_to_pictures import ask_about
from mien.lab.evaluation.end_to_end.end_to_end import measure_end_to_end
from mien.lab.evaluation.end_to_end.labelled_pictures import read_labelled_pictures
from mien.lab.export.photo_scores import PHOTOS, photo_scores
from mien.packaged import ASTRONAUT, EXPRESSION_MODELS, packaged_path
from mien.vision.classify import Classifier
from mien.vision.pixel_analyzer import PixelAnalyzer

SMALL = packaged_path(EXPRESSION_MODELS["small"])


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The figures of one photo, with its label."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "few" / "happy").mkdir(parents=True)
    (folder / "few" / "happy" / "a.png").write_bytes(packaged_path(ASTRONAUT).read_bytes())
    answers = ask_about(PixelAnalyzer(SMALL), read_labelled_pictures(folder / "few"))
    path = folder / "end-to-end.json"
    path.write_text(json.dumps(measure_end_to_end(answers).to_dict()), "utf-8")
    return path


def test_the_figures_are_on_the_card_and_the_rest_stays(found, tmp_path, capsys):
    to = tmp_path / "new.onnx"
    export(SMALL, to, photos=[found])
    before, after = Classifier(SMALL).card, Classifier(to).card
    told = {score.metric: score for score in after.scores if score.split == PHOTOS}
    assert told["top word right"].value == 1
    assert told["happy: top word right"].rule == "few"
    assert told["share answered"].head == "everyday"
    assert "scores of photos" in capsys.readouterr().out
    kept = [score for score in after.scores if score.split != PHOTOS]
    assert kept == [score for score in before.scores if score.split != PHOTOS]
    assert after.readings == before.readings
    export(to, tmp_path / "again.onnx", photos=[found])
    assert Classifier(tmp_path / "again.onnx").card.scores == after.scores


def test_figures_of_another_model_are_refused(found, tmp_path):
    default = packaged_path(EXPRESSION_MODELS["default"])
    with pytest.raises(UsageError, match="is of vgg8-small-robust with the everyday reading"):
        export(default, tmp_path / "new.onnx", photos=[found])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", "{}", '{"schema": "mien.frame/2"}'])
def test_another_file_is_told(tmp_path, text):
    path = tmp_path / "end-to-end.json"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match="no result of whole photos; made by"):
        photo_scores(path, Classifier(SMALL).card)


def test_a_run_is_exported_first(tmp_path):
    with pytest.raises(UsageError, match="--photos is for a model file"):
        export(tmp_path, photos=[tmp_path / "x.json"])
