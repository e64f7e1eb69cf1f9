"""Data sets of more than 48 pixels and in colour, from a folder of pictures to a face that is read.

The pictures are drawn here: discs with two eyes and a mouth, in any colours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from mien.card import CARD_VERSION, ModelCard
from mien.cli.main import app
from mien.errors import DataError, RecipeError, RunError, UsageError
from mien.lab.data.audit.audit import audit_faces
from mien.lab.data.audit.audit_page import render_page
from mien.lab.data.faces import FaceData, ImageShape
from mien.lab.data.store import load_faces
from mien.lab.evaluation.evaluate import evaluate_run
from mien.lab.evaluation.robustness.corruption_table import measure_corruptions
from mien.lab.evaluation.subject import ModelSubject, RunSubject, seen_by, trained_on
from mien.lab.explain.explain import explain_run
from mien.lab.explain.explanation_figures import draw_classes, draw_saliency
from mien.lab.explain.shown import row_to_show
from mien.lab.export.export import export_run
from mien.lab.training.loop import train
from mien.lab.training.recipe import Recipe, parse_recipe
from mien.lab.training.run import Run
from mien.lab.training.setup import load_data, prepare
from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.classify import Classifier
from mien.vision.pixel_analyzer import PixelAnalyzer

MOUTHS = {"happy": (20, 160), "sad": (200, 340), "surprise": (0, 360)}
COLOUR = ImageShape(100, True)


def _draw(label: str, side: int, rng: np.random.Generator) -> Image.Image:
    picture = Image.new("RGB", (side, side), tuple(rng.integers(0, 256, 3).tolist()))
    pencil = ImageDraw.Draw(picture)
    skin = tuple(rng.integers(120, 256, 3).tolist())
    pencil.ellipse([0.15 * side, 0.05 * side, 0.85 * side, 0.95 * side], fill=skin)
    for x in (0.35, 0.65):
        pencil.ellipse([(x - 0.05) * side, 0.35 * side, (x + 0.05) * side, 0.43 * side], fill=0)
    mouth = [0.33 * side, 0.55 * side, 0.67 * side, 0.8 * side]
    pencil.arc(mouth, *MOUTHS[label], fill=(180, 20, 20), width=4)
    return picture


def _recipe(**changes: object) -> Recipe:
    raw: dict[str, object] = {
        "name": "drawn",
        "summary": "A network for tests",
        "data": {"dataset": "drawn"},
        "model": {"name": "convnet-2", "width": 2},
        "input": {"crop": 44, "colour": True},
        "augmentation": {
            "rotation": 5, "scale": [0.9, 1.1], "shift": 0.05, "brightness": 0.1, "contrast": 0.1,
            "erasing": 0.2, "gamma": 0.2, "side_light": 0.2, "cover": 0.2, "blur": 0.2,
            "low_resolution": 0.2, "noise": 0.2, "jpeg": 0.2,
        },
        "mixing": {"mixup": 0.2, "cutmix": 1},
        "epochs": 1,
        "batch_size": 12,
    }  # fmt: skip
    return parse_recipe({**raw, **changes}, "test")


@dataclass(frozen=True)
class Made:
    """What the way through the lab has left."""

    home: Path
    imported: str
    data: FaceData
    run: Run
    file: Path
    card: ModelCard


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Pictures of 100 and 120 pixels, imported, trained on and exported."""
    folder = tmp_path_factory.mktemp("larger")
    rng = np.random.default_rng(0)
    for split, count in (("train", 7), ("val", 3)):
        for label in MOUTHS:
            place = folder / "drawn" / split / label
            place.mkdir(parents=True)
            for at in range(count):
                _draw(label, 100 if at else 120, rng).save(place / f"{at}.png")
    home = folder / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_DATA", str(home))
        words = ["data", "import", str(folder / "drawn"), "--size", "100", "--colour"]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        data = load_data(_recipe())
    run = Run(folder / "drawn-s0")
    train(_recipe(), data, run)
    evaluate_run(run, data, ("PublicTest",))
    file = folder / "drawn.onnx"
    card, _ = export_run(run, data, file)
    return Made(home, done.stdout, data, run, file, card)


@pytest.fixture(autouse=True)
def data_home(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_DATA", str(made.home))


def test_the_import_says_size_and_colour_and_what_it_resized(made):
    assert "images: 100×100 colour" in made.imported
    said = " ".join(made.imported.split())
    assert "6 of 30 images were resized to 100×100 (most of them from 120×120)" in said
    assert made.data.images.shape == (30, 100, 100, 3)
    (one,) = json.loads(CliRunner().invoke(app, ["data", "list", "--json"]).stdout)
    assert (one["size"], one["colour"], one["sha256"]) == (100, True, made.data.sha256)
    assert "100 colour" in CliRunner().invoke(app, ["data", "list"]).stdout


def test_the_card_says_what_the_file_takes(made):
    card = Classifier(made.file).card
    assert card == made.card
    assert card.card_version == CARD_VERSION
    assert (card.input_height, card.input_width, card.colour) == (100, 100, "rgb")
    assert card.input_shape == (100, 100, 3)
    assert card.training.data_sha256 == made.data.sha256
    grey = np.zeros((1, 100, 100), np.uint8)
    with pytest.raises(UsageError, match=r"expected uint8 \(n, 100, 100, 3\)"):
        Classifier(made.file).classify(grey)


def test_the_file_finds_and_reads_a_face(made):
    photo = str(packaged_path(ASTRONAUT))
    words = ["analyze", photo, "--model", str(made.file), "--format", "json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    (frame,) = json.loads(done.stdout)["frames"]
    assert frame["model"] == "drawn"
    (face,) = frame["faces"]
    assert abs(sum(face["probabilities"].values()) - 1) < 1e-3


def test_run_and_file_say_the_same(made, tmp_path):
    file = ModelSubject(made.file, tmp_path)
    assert file.image_shape == RunSubject(made.run).image_shape == COLOUR
    ours, theirs = (
        subject.logits(made.data.images, "flip")["fer2013"]
        for subject in (RunSubject(made.run), file)
    )
    assert np.array_equal(ours.argmax(axis=1), theirs.argmax(axis=1))


@pytest.mark.parametrize(
    ("wanted", "shape"),
    [
        ({"colour": True}, ImageShape(100, True)),
        ({"colour": True, "size": 64}, ImageShape(64, True)),
        ({}, ImageShape(100, False)),
        ({"size": 48}, ImageShape(48, False)),
    ],
)
def test_recipes_take_less_than_there_is_and_it_stays_the_same_data_set(made, wanted, shape):
    data = load_data(_recipe(input=wanted))
    assert data.image_shape == shape
    assert data.sha256 == made.data.sha256
    assert len(data.notes) == len(made.data.notes) + (shape != COLOUR)
    crop = 44
    network_side = parse_recipe(
        {**_recipe().model_dump(), "input": {**wanted, "crop": crop}}, "test"
    ).input.network_side(shape.side)
    assert network_side == wanted.get("size", 92)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"size": 128}, "input.size: 128 is more than the 100×100 pixels .* input.size=100"),
        ({"colour": True, "channels": 1}, "input: colour: true needs channels: 3"),
    ],
)
def test_what_a_recipe_cannot_have(made, wanted, message):
    with pytest.raises(RecipeError, match=message) as caught:
        load_data(_recipe(input=wanted))
    assert len(str(caught.value).splitlines()) == 1


def test_a_colour_recipe_on_a_grey_set(faces):
    with pytest.raises(RecipeError, match=r"input.colour: the images .* are grey; .*--colour"):
        _recipe().input.fit(faces)


def test_a_model_is_not_shown_less_than_it_takes(made, faces):
    with pytest.raises(DataError, match=r"48×48 pixels, 100×100 are asked .*--size 100 --colour"):
        seen_by(RunSubject(made.run), faces)


def test_a_data_set_with_more_is_brought_to_what_a_model_takes(made, finished):
    seen = seen_by(RunSubject(finished), made.data)
    assert seen.image_shape == ImageShape(48, False)
    assert "made grey and reduced from 100×100 to 48×48 pixels" in seen.notes[-1]


def test_twins_are_looked_for_at_the_size_of_the_model(made):
    other = load_faces("drawn").take(np.arange(5))
    assert trained_on(RunSubject(made.run), other).shape == (21, 100, 100, 3)


def test_a_teacher_sees_what_its_pupil_sees(made):
    recipe = _recipe(
        input={"colour": True, "size": 64}, distillation={"teachers": [str(made.run.folder)]}
    )
    with pytest.raises(RunError, match="sees 100×100 colour images, the recipe 64×64 colour ones"):
        prepare(recipe, load_data(recipe), torch.device("cpu"))


def test_the_audit_is_of_the_pictures_and_counts_grey_values(made):
    audit = audit_faces(made.data)
    assert audit.image_shape == COLOUR
    assert audit.intensity[-1].images == 30
    assert "30 images of 100×100 pixels in colour" in render_page(audit, made.data)


def test_corruptions_and_crops_without_faces_have_its_size(made):
    table = measure_corruptions(
        PixelAnalyzer(made.file),
        made.data.images[:8],
        made.data.labels[:8].astype(np.int64),
        data="drawn",
        split="Training",
    )
    assert table.images == 8


def test_explanations_are_of_its_size_and_can_be_drawn(made):
    shown = [row_to_show(made.data, 0)]
    found = explain_run(RunSubject(made.run), made.data, shown)
    assert (found.image_side, found.seen, found.window) == (100, 92, 17)
    (image,) = found.images
    assert {values.shape for values in image.maps.values()} == {(100, 100)}
    assert found.classes[0].face.shape == (100, 100, 3)
    draw_saliency(image, found.seen)
    draw_classes(found.classes, found.seen)
