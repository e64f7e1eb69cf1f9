"""``mien explain`` as a user runs it, its files and its page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner, Result

from mien.cli.lab.explain import explain, faces_to_show
from mien.errors import MienError, RunError, UsageError
from mien.lab.data.faces import AS_FER2013
from mien.lab.data.store import save_faces, stored_path
from mien.lab.evaluation.subject import RunSubject
from mien.lab.explain.explain import explain_run
from mien.lab.explain.explanation_page import write_explanation
from mien.lab.explain.shown import Shown, rows_to_show
from mien.lab.models import create_model
from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.crop import crop_faces
from mien.vision.pixel_analyzer import PixelAnalyzer

app = typer.Typer()
app.command()(explain)


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faces) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    save_faces(faces, stored_path("tiny"))


def _run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(result.exception, MienError):
        raise result.exception
    return result


def test_a_page_pictures_and_numbers_are_written(finished, tmp_path):
    done = _run(finished.folder, "row:3", "row:4", "--n", 2, "--threads", 1)
    assert done.exit_code == 0, done.output
    assert "row 3 (" in done.stdout and "rank correlation" in done.stdout
    folder = tmp_path / f"explain-{finished.folder.name}"
    page = (folder / "explain.html").read_text("utf-8")
    names = {path.name for path in folder.iterdir()}
    assert {"explain.html", "explain.json", "what-each-class-looks-at.png"} <= names
    assert {"kernels-stage1.png", "kernels-stage4.png", "embedding-map-labels.png"} <= names
    assert len([name for name in names if name.startswith("saliency-row-")]) == 2
    assert len([name for name in names if name.startswith("activations-row-")]) == 2
    assert not [name for name in names if "partial" in name]
    pictures = re.findall(r'<img src="([^"]*)" alt="([^"]*)"', page)
    assert len(pictures) == len(names) - 2
    assert all(uri.startswith("data:image/png;base64,") and alt for uri, alt in pictures)
    assert not re.search(r'(src|href)="(?!data:|#)|url\(|<script|@import', page)
    for name in names:
        if name.endswith(".png"):
            with Image.open(folder / name) as picture:
                assert min(picture.size) > 100 and picture.convert("L").getextrema() != (255, 255)


def test_the_numbers_are_those_of_the_run(finished, faces, tmp_path):
    _run(finished.folder, "row:3", "--class", "happy", "--layer", "stage2", "--out", "here/there")
    text = (tmp_path / "here/there/explain.json").read_text("utf-8")
    found = json.loads(text)
    assert found["schema"] == "mien.explain/1"
    assert found["grad_cam"] == {"layer": "stage2", "resolution": [11, 11]}
    (image,) = found["images"]
    assert image["target"] == "happy"
    assert image["label"] == faces.label_set.labels[faces.labels[3]]
    logits = RunSubject(finished).logits(faces.images[3:4], "single")["fer2013"][0]
    shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    np.testing.assert_allclose(list(image["probabilities"].values()), shares, rtol=1e-4)
    assert image["predicted"] == found["labels"][int(logits.argmax())]
    public = faces.rows("PublicTest")
    assert found["dead_units"]["images"] == len(public)
    assert sum(part["images"] for part in found["classes"]) == len(public)
    assert [row for row, _, _ in found["embedding"]["points"]] == public.tolist()
    stages = [part["part"] for part in found["activations"][0]["parts"]]
    assert stages == ["stage1", "stage2", "stage3", "stage4", "gate", "heads"]


def test_bad_images_are_named_and_the_rest_is_done(finished, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture", "utf-8")
    Image.new("RGB", (90, 90), (90, 90, 90)).save(tmp_path / "blank.png")
    bad = ["text.jpg", "blank.png", "missing.png", "row:96", "row:", packaged_path(ASTRONAUT)]
    done = _run(finished.folder, *bad)
    assert done.exit_code == 3
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert [line.split(":")[1].strip() for line in errors] == [
        "text.jpg",
        "blank.png",
        "missing.png",
        "row",
        "row",
    ]
    assert "no face was found" in errors[1] and "0 to 95" in errors[3]
    folder = tmp_path / f"explain-{finished.folder.name}"
    (image,) = json.loads((folder / "explain.json").read_text("utf-8"))["images"]
    assert image["name"] == "astronaut.png" and image["label"] is None
    assert (folder / "saliency-astronaut-png.png").is_file()


def test_nothing_is_written_when_no_image_is_left(finished, tmp_path):
    done = _run(finished.folder, "missing.png")
    assert done.exit_code == 3
    assert not list(tmp_path.glob("explain-*"))


def test_a_photo_is_cropped_as_the_runtime_does_it():
    photo = read_image(packaged_path(ASTRONAUT))
    analyzer = PixelAnalyzer()
    (crop,) = crop_faces(
        photo, analyzer.detector.detect(photo), analyzer.card.crop, height=48, width=48
    )
    (shown,) = faces_to_show(str(packaged_path(ASTRONAUT)), AS_FER2013)
    np.testing.assert_array_equal(shown.image, crop)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--class", "hapy"], "--class hapy: .*did you mean 'happy'"),
        (["--layer", "stage9"], "--layer stage9: .*did you mean 'stage"),
    ],
)
def test_unknown_classes_and_layers(finished, arguments, message, tmp_path):
    with pytest.raises(UsageError, match=message):
        _run(finished.folder, "row:3", *arguments)
    assert not list(tmp_path.glob("explain-*"))


def test_a_model_file_is_sent_elsewhere():
    with pytest.raises(UsageError, match="mien analyze --explain"):
        _run("model.onnx")


def test_other_data_than_the_run_was_trained_on(finished, faces):
    save_faces(faces.take(np.arange(90)), stored_path("tiny"))
    with pytest.raises(RunError, match="trained on other data"):
        _run(finished.folder, "row:3")


def test_a_network_without_maps(finished, faces, tmp_path):
    """The page says what there is not."""

    class Flat(RunSubject):
        @property
        def network(self):
            return create_model("fcnn-256-512", {"fer2013": 7}, channels=1, size=44).eval()

    found = explain_run(
        Flat(finished), faces, [Shown("<b>one</b>", faces.images[0]), Shown("two", faces.images[1])]
    )
    assert found.layer is None
    assert set(found.images[0].maps) == {"integrated gradients", "occlusion"}
    assert {part.method for part in found.classes} == {"occlusion"}
    page = write_explanation(found, tmp_path / "flat")
    text = page.read_text("utf-8")
    assert "No part of this network gives a map" in text
    assert "no convolution of 3×3 or more" in text
    assert "<b>one</b>" not in text


def test_the_same_run_is_explained_the_same(finished, faces):
    subject = RunSubject(finished)
    images = rows_to_show(subject, faces, faces.rows("PublicTest"))[:2]
    once, again = (explain_run(subject, faces, images).to_dict() for _ in range(2))
    assert once == again
