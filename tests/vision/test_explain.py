"""Activation maps of the packaged model, through ONNX Runtime alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageFont

from mien.card import METADATA_KEY
from mien.errors import ModelFileError
from mien.media.drawing.explained import draw_explanation, heat, titles
from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path
from mien.results import Frame
from mien.vision.classify import Classifier
from mien.vision.explain import FaceExplanation, explain_faces
from mien.vision.pixel_analyzer import PixelAnalyzer

onnx = pytest.importorskip("onnx")
helper = onnx.helper


@pytest.fixture(scope="module")
def analyzer() -> PixelAnalyzer:
    return PixelAnalyzer()


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return read_image(packaged_path(ASTRONAUT))


def test_each_face_has_a_map_for_each_expression(analyzer, photo):
    frame = analyzer.analyze(np.hstack([photo, photo]))
    explanations = explain_faces(analyzer.classifier, np.hstack([photo, photo]), frame)
    assert len(explanations) == len(frame.faces) == 2
    for face, explanation in zip(frame.faces, explanations, strict=True):
        assert explanation.crop.shape == (48, 48)
        assert list(explanation.maps) == list(face.probabilities)
        for values in explanation.maps.values():
            assert values.shape == (48, 48)
            assert values.min() >= 0
            assert 0.5 < values.max() <= 1
            # The model sees the central 44 pixels only.
            assert not values[:2].any()
            assert not values[:, -2:].any()


def test_what_is_lit_matters_more_than_what_is_dark(analyzer, photo):
    """Grey over the brightest third costs more confidence than over the darkest third."""
    frame = analyzer.analyze(photo)
    (explanation,) = explain_faces(analyzer.classifier, photo, frame)
    strength = explanation.maps[frame.faces[0].top_emotion][2:46, 2:46]
    order = np.argsort(strength.ravel())
    third = len(order) // 3
    confidences = []
    for hidden in (order[-third:], order[:third]):
        inner = explanation.crop[2:46, 2:46].copy()
        inner.ravel()[hidden] = int(explanation.crop.mean())
        crop = explanation.crop.copy()
        crop[2:46, 2:46] = inner
        found = analyzer.classifier.classify(crop[None])["fer2013"][0]
        confidences.append(found[list(explanation.maps).index(frame.faces[0].top_emotion)])
    assert confidences[0] < confidences[1] - 0.1


def test_no_face_is_no_explanation(analyzer, photo):
    frame = Frame(None, 512, 512, (), "centerface", "x")
    assert explain_faces(analyzer.classifier, photo, frame) == ()


def test_a_file_without_maps_says_so(analyzer, photo, tmp_path):
    model = onnx.load(analyzer.classifier.path)
    card = analyzer.card.model_copy(update={"activation_maps": None, "embedding": None})
    helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    onnx.save(model, tmp_path / "old.onnx")
    old = Classifier(tmp_path / "old.onnx")
    assert old.embed(np.zeros((1, 48, 48), np.uint8)) is None
    with pytest.raises(ModelFileError, match="no activation maps inside; name a model"):
        explain_faces(old, photo, analyzer.analyze(photo))


def test_the_picture_has_a_row_a_face_and_names_the_expressions(analyzer, photo):
    pair = np.hstack([photo, photo])
    frame = analyzer.analyze(pair)
    one = draw_explanation(
        analyzer.analyze(photo),
        explain_faces(analyzer.classifier, photo, analyzer.analyze(photo)),
    )
    two = draw_explanation(frame, explain_faces(analyzer.classifier, pair, frame))
    assert two.shape[1] == one.shape[1]
    # One expression is likely here: there is no empty place for a second one.
    assert one.shape[1] < 3 * 240
    assert two.shape[0] > one.shape[0] + 200


def test_words_are_no_wider_than_the_picture_below_them(analyzer, photo):
    (face,) = analyzer.analyze(photo).faces
    probabilities = {"surprise": 0.45, "contempt": 0.44, "neutral": 0.11}
    unsure = replace(face, unsure=True, probabilities=probabilities)
    font = ImageFont.load_default(18)
    for title in (*titles(unsure, 1, 1), *titles(unsure, 100, 120)):
        assert font.getlength(title) <= 240, title


def test_the_stronger_the_yellower():
    strengths = np.linspace(0, 1, 11, dtype=np.float32)[None]
    colours = heat(np.full((1, 11), 128, np.uint8), strengths)[0].astype(int)
    assert colours[-1, 1] - colours[-1, 2] > 60
    assert (np.diff(colours[:, 0]) >= 0)[2:].all()
    assert np.ptp(colours[0]) < 5


def test_a_crop_in_colour_is_shown_in_colour(analyzer, photo):
    frame = analyzer.analyze(photo)
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 200
    maps = {name: np.zeros((64, 64), np.float32) for name in frame.faces[0].probabilities}
    explanation = FaceExplanation(red, maps)
    assert explanation.rgb is red
    row = draw_explanation(frame, (explanation,))[60:240, 30:240]
    np.testing.assert_array_equal(row.reshape(-1, 3), np.tile([200, 0, 0], (180 * 210, 1)))
    assert heat(red, maps["happy"])[0, 0, 0] > heat(red, maps["happy"])[0, 0, 1]
