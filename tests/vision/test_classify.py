"""The packaged expression model through the runtime's classifier."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mien.card import CARD_VERSION, METADATA_KEY
from mien.errors import ModelFileError, UsageError
from mien.media.image import read_image
from mien.packaged import ASTRONAUT, EXPRESSION_MODELS, packaged_path
from mien.vision.classify import Classifier
from mien.vision.pixel_analyzer import PixelAnalyzer

onnx = pytest.importorskip("onnx")
TensorProto, helper = onnx.TensorProto, onnx.helper

GOLDEN = Path(__file__).parents[1] / "golden" / "packaged_model.json"
# In int8 processors round differently: those without VNNI units add up in 16 bits.
AS_RECORDED = {"fast": 0.1}


def fixed_crops() -> np.ndarray:
    """Inputs that need no data set: ramps, rings, noise, and the hard cases of standardisation."""
    y, x = np.mgrid[:48, :48]
    generator = np.random.default_rng(20131)
    crops = [
        np.full((48, 48), 128),
        np.zeros((48, 48)),
        x * 5,
        y * 5,
        127 + 100 * np.sin(np.hypot(x - 24, y - 24) / 3),
        *generator.integers(0, 256, (3, 48, 48)),
    ]
    return np.stack(crops).astype(np.uint8)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


@pytest.mark.parametrize("role", EXPRESSION_MODELS)
def test_fixed_inputs_give_the_recorded_probabilities(role):
    """After a new model was packaged: ``python tests/vision/test_classify.py`` records anew."""
    golden = json.loads(GOLDEN.read_text("utf-8"))[role]
    classifier = Classifier(packaged_path(EXPRESSION_MODELS[role]))
    assert golden["model"] == classifier.card.name
    found = classifier.classify(fixed_crops())
    assert list(found) == list(golden["probabilities"])
    for head, expected in golden["probabilities"].items():
        np.testing.assert_allclose(found[head], expected, atol=AS_RECORDED.get(role, 1e-4))


def test_the_fast_model_reads_as_the_default_does():
    default, fast = (Classifier(packaged_path(EXPRESSION_MODELS[r])) for r in ("default", "fast"))
    assert fast.card.activation_maps is None
    assert fast.card.name == f"{default.card.name}-int8"
    assert fast.path.stat().st_size < default.path.stat().st_size
    analyzer, photo = PixelAnalyzer(), read_image(ASTRONAUT.path)
    face = analyzer.cut_out(photo, analyzer.find_faces(photo))
    for head, values in fast.classify(face).items():
        expected = default.classify(face)[head]
        assert (values.argmax(1) == expected.argmax(1)).all()
        np.testing.assert_allclose(values, expected, atol=0.1)


def test_rows_are_probabilities_in_the_order_of_the_card(classifier):
    found = classifier.classify(fixed_crops())
    assert list(found) == list(classifier.card.heads)
    for head, values in found.items():
        assert values.shape == (8, len(classifier.card.heads[head].labels))
        assert values.dtype == np.float32
        assert (values >= 0).all()
        np.testing.assert_allclose(values.sum(1), 1, atol=1e-5)


def test_one_run_says_what_two_say(classifier):
    by_head, embeddings = classifier.classify_and_embed(fixed_crops())
    for head, values in classifier.classify(fixed_crops()).items():
        np.testing.assert_allclose(by_head[head], values, atol=1e-6)
    np.testing.assert_allclose(embeddings, classifier.embed(fixed_crops()), atol=1e-5)


def test_factors_that_do_not_fit_the_labels_are_refused(classifier, tmp_path):
    point = {**classifier.card.balanced.model_dump(), "factors": [1.0, 0.5]}
    path = changed(tmp_path, classifier.card.model_dump(mode="json") | {"balanced": point})
    with pytest.raises(ModelFileError, match="not one balancing factor a label"):
        Classifier(path)


@pytest.mark.parametrize("count", [0, 1, 17])
def test_embeddings_and_maps_are_one_a_face(classifier, count):
    crops = np.random.default_rng(0).integers(0, 256, (count, 48, 48), dtype=np.uint8)
    assert classifier.embed(crops).shape == (count, classifier.card.embedding)
    maps = classifier.activation_maps(crops)
    assert maps.shape[:2] == (count, len(next(iter(classifier.card.heads.values())).labels))
    assert (maps >= 0).all()


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 130])
def test_a_batch_says_what_single_faces_say(classifier, count):
    crops = np.resize(fixed_crops(), (count, 48, 48))
    found = classifier.classify(crops)["fer2013"]
    assert found.shape == (count, 7)
    for row in range(0, count, 50):
        single = classifier.classify(crops[row : row + 1])["fer2013"]
        np.testing.assert_allclose(found[row : row + 1], single, atol=1e-5)


def test_light_does_not_matter(classifier):
    """Standardisation is in the graph: gain and offset change nothing but rounding."""
    crop = (fixed_crops()[4:5] // 2).astype(np.uint8)
    np.testing.assert_allclose(
        classifier.classify(crop)["fer2013"], classifier.classify(crop + 60)["fer2013"], atol=1e-4
    )


def test_two_threads_say_the_same(classifier):
    twice = Classifier(threads=2)
    np.testing.assert_allclose(
        twice.classify(fixed_crops())["fer2013"],
        classifier.classify(fixed_crops())["fer2013"],
        atol=1e-5,
    )


@pytest.mark.parametrize(
    "crops",
    [
        np.zeros((1, 48, 48), np.float32),
        np.zeros((48, 48), np.uint8),
        np.zeros((1, 44, 44), np.uint8),
    ],
)
def test_other_shapes_and_types_are_refused(classifier, crops):
    with pytest.raises(UsageError, match=r"expected uint8 \(n, 48, 48\)"):
        classifier.classify(crops)


def changed(tmp_path: Path, card: dict | str | None) -> Path:
    model = onnx.load(Classifier().path)
    del model.metadata_props[:]
    if card is not None:
        text = card if isinstance(card, str) else json.dumps(card)
        helper.set_model_props(model, {METADATA_KEY: text})
    path = tmp_path / "changed.onnx"
    onnx.save(model, path)
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda card: None, "without a Mien card"),
        (lambda card: "not json", "not JSON"),
        (lambda card: card | {"card_version": CARD_VERSION + 1}, "update with: pip install"),
        (lambda card: card | {"input_width": 64}, "its input is not uint8"),
        (lambda card: {k: v for k, v in card.items() if k != "crop"}, "crop"),
        (lambda card: card | {"heads": {"mood": card["heads"]["fer2013"]}}, "mood"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(classifier, tmp_path, change, said):
    path = changed(tmp_path, change(classifier.card.model_dump(mode="json")))
    with pytest.raises(ModelFileError, match=said) as caught:
        Classifier(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    for content in (b"", b"hello", Classifier().path.read_bytes()[:5000]):
        path = tmp_path / "broken.onnx"
        path.write_bytes(content)
        with pytest.raises(ModelFileError, match=r"broken\.onnx: "):
            Classifier(path)
    with pytest.raises(ModelFileError, match="no such model file"):
        Classifier(tmp_path / "missing.onnx")


def test_another_onnx_model_is_refused(tmp_path):
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "other",
        [value("x", TensorProto.FLOAT, [1])],
        [value("y", TensorProto.FLOAT, [1])],
    )
    path = tmp_path / "other.onnx"
    opset = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), path)
    with pytest.raises(ModelFileError, match="without a Mien card"):
        Classifier(path)


def recorded(role: str) -> dict[str, object]:
    model = Classifier(packaged_path(EXPRESSION_MODELS[role]))
    found = model.classify(fixed_crops())
    # As float64: a rounded float32 is written with all its digits.
    rounded = {head: v.astype(np.float64).round(6).tolist() for head, v in found.items()}
    return {"model": model.card.name, "probabilities": rounded}


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({role: recorded(role) for role in EXPRESSION_MODELS}, indent=1))
