from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import numpy_helper

import mien
from mien.card import METADATA_KEY, ModelCard, Score
from mien.emotions import FER2013, FERPLUS
from mien.errors import OutputError, RunError
from mien.lab.data.preprocess import Input
from mien.lab.data.views import single_view
from mien.lab.evaluation.calibration import Calibration, probabilities
from mien.lab.evaluation.evaluate import evaluate_run
from mien.lab.evaluation.predictions import read_predictions
from mien.lab.export import export as export_module
from mien.lab.export.cards import make_card
from mien.lab.export.export import export_half, export_int8, export_run
from mien.lab.export.graph import CalibratedNetwork
from mien.lab.export.halved import halved
from mien.lab.export.optional_maps import without_maps
from mien.lab.export.parity import TOLERANCE, check_parity
from mien.lab.training.loop import train
from mien.lab.training.run import Run
from mien.vision.classify import Classifier


@pytest.fixture
def evaluation(finished: Run) -> dict[str, object]:
    return json.loads(finished.evaluation.read_text("utf-8"))


def _network(run: Run, temperatures: dict[str, float] | None = None) -> CalibratedNetwork:
    fitted = json.loads(run.evaluation.read_text("utf-8"))["calibration"]["temperatures"]
    return CalibratedNetwork(run.load_model(), Input(crop=44), temperatures or fitted).eval()


def _edited(path: Path, name: str, value: float) -> bytes:
    """The file with the first number of the weight ``name`` replaced."""
    model = onnx.load(path)
    tensor = next(tensor for tensor in model.graph.initializer if tensor.name == name)
    changed = numpy_helper.to_array(tensor).copy()
    changed.flat[0] = value
    tensor.CopyFrom(numpy_helper.from_array(changed, name))
    return model.SerializeToString()


def test_the_card_in_the_file_is_the_card_that_was_returned(exported):
    path, card, _ = exported
    assert Classifier(path).card == card
    metadata = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert ModelCard.from_json(metadata[METADATA_KEY], path) == card
    assert [file.name for file in path.parent.iterdir()] == ["tiny.onnx"]


def test_the_card_tells_where_the_model_comes_from(exported, finished, faces, evaluation):
    _, card, _ = exported
    recipe = finished.recipe()
    assert card.name == recipe.name
    assert card.summary == recipe.summary
    assert card.mien_version == mien.__version__
    age = datetime.now(UTC).date() - date.fromisoformat(card.created)
    assert age <= timedelta(days=1)
    assert card.training.recipe == recipe.model_dump(mode="json")
    assert card.training.seed == recipe.seed
    assert card.training.data_sha256 == faces.sha256
    assert card.training.epochs == recipe.epochs
    assert card.training.torch == torch.__version__
    assert {name: head.labels for name, head in card.heads.items()} == {
        "fer2013": FER2013.labels,
        "ferplus": FERPLUS.labels,
    }
    calibration = evaluation["calibration"]
    assert {n: head.temperature for n, head in card.heads.items()} == calibration["temperatures"]
    assert card.unsure_below == calibration["unsure_below"]
    assert card.scores == tuple(Score(**score) for score in evaluation["scores"])
    assert card.score("PrivateTest", "accuracy") is not None
    weights = finished.load_model()
    assert card.parameters == sum(value.numel() for value in weights.parameters())
    assert card.macs > 0
    # Not a packaged recipe: it comes out of the model file.
    assert card.commands[:2] == (
        "mien models show MODEL --recipe > recipe.yaml",
        "mien train recipe.yaml seed=3",
    )
    assert card.training_data.startswith("data set 'tiny' (angry, disgust, ")
    assert "FER2013" not in card.training_data
    assert (card.input_height, card.input_width) == (48, 48)


def test_uint8_faces_of_any_number_go_in(exported):
    path, _, _ = exported
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    assert given.type == "tensor(uint8)"
    assert given.shape[1:] == [48, 48]
    assert isinstance(given.shape[0], str)
    names = [output.name for output in session.get_outputs()]
    assert names == ["fer2013", "ferplus", "embedding", "activation_maps"]
    rng = np.random.default_rng(0)
    for count in (1, 3, 65):
        images = rng.integers(0, 256, (count, 48, 48), dtype=np.uint8)
        outputs = session.run(names[:2], {given.name: images})
        for head, found in zip((7, 8), outputs, strict=True):
            assert found.shape == (count, head)
            assert found.dtype == np.float32
            assert found.sum(axis=1) == pytest.approx(np.ones(count), abs=1e-5)


def test_the_file_says_what_the_evaluation_measured(exported, finished, faces):
    """Predictions of the run, calibrated by hand, against the runtime's own classifier."""
    path, card, _ = exported
    predictions = read_predictions(finished.predictions)
    found = Classifier(path).classify(faces.images[predictions.rows])
    for head, logits in predictions.logits.items():
        expected = probabilities(logits, card.heads[head].temperature)
        np.testing.assert_allclose(found[head], expected, atol=TOLERANCE)


def test_torch_and_onnx_agree(exported, finished, faces):
    path, card, difference = exported
    assert 0 <= difference <= TOLERANCE
    hard = [faces.images[:9]]
    hard += [np.full((1, 48, 48), value, np.uint8) for value in (0, 1, 128, 255)]
    hard[1][0, 5, 5] = 1
    images = np.concatenate(hard)
    assert check_parity(_network(finished), path.read_bytes(), card, images) <= TOLERANCE


def test_embedding_and_maps_are_the_networks_own(exported, finished, faces):
    path, card, _ = exported
    classifier, images = Classifier(path), faces.images[:20]
    with torch.inference_mode():
        seen = single_view(torch.from_numpy(images), finished.recipe().input)[0]
        embedding, maps = finished.load_model().embed_with_maps(seen, "fer2013")
    np.testing.assert_allclose(classifier.embed(images), embedding, atol=1e-4, rtol=1e-4)
    found = classifier.activation_maps(images)
    assert found.shape == (20, 7, 11, 11)
    assert np.abs(found - maps.numpy()).mean() < 1e-4 * float(maps.max())
    assert card.activation_maps.side == 44
    assert card.embedding == embedding.shape[1]


def test_maps_are_computed_only_when_wanted(exported):
    path = exported[0]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    images = np.zeros((3, 48, 48), np.uint8)
    assert session.run(["activation_maps"], {"faces": images})[0].shape == (0, 7, 1, 1)
    wanted = {"faces": images, "maps_wanted": np.array(True)}
    assert session.run(["activation_maps"], wanted)[0].shape == (3, 7, 11, 11)


def test_wrong_maps_are_refused(exported, finished, faces):
    path, card, _ = exported
    model = onnx.load(path)
    (chosen,) = (node for node in model.graph.node if node.op_type == "If")
    (branch,) = (part.g for part in chosen.attribute if part.name == "then_branch")
    last = branch.node[-1]
    doubled = onnx.helper.make_node("Add", [last.output[0], last.output[0]], ["doubled"])
    branch.node.append(doubled)
    branch.output[0].name = "doubled"
    with pytest.raises(RunError, match="differ by"):
        check_parity(_network(finished), model.SerializeToString(), card, faces.images[:9])


def test_nothing_of_the_machine_stands_in_the_file(exported):
    content = exported[0].read_bytes()
    for word in (b"stack_trace", b"site-packages", str(Path(mien.__file__).parent).encode()):
        assert word not in content


def test_another_temperature_is_refused(exported, finished, faces):
    path, card, _ = exported
    fitted = {name: head.temperature for name, head in card.heads.items()}
    other = {**fitted, "ferplus": fitted["ferplus"] * 1.05}
    with pytest.raises(RunError) as caught:
        check_parity(_network(finished, other), path.read_bytes(), card, faces.images[:20])
    assert str(caught.value).startswith("tiny: torch and ONNX Runtime differ by 0.0")
    assert "at most 0.0001 is allowed; the model file was not written" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("network.heads.fer2013.bias", 0.02),
        ("network.heads.ferplus.weight", 3.0),
        # Not a number anywhere makes every comparison false, and must not pass for agreement.
        ("network.heads.fer2013.bias", np.nan),
        ("network.heads.ferplus.bias", np.nan),
        ("network.stages.0.convolution2.weight", np.nan),
    ],
)
def test_a_tampered_graph_is_refused(exported, finished, faces, name, value):
    path, card, _ = exported
    with pytest.raises(RunError, match="torch and ONNX Runtime differ by"):
        check_parity(_network(finished), _edited(path, name, value), card, faces.images[:20])


def test_a_graph_that_depends_on_the_batch_is_refused(exported, finished, faces):
    """Right for the whole batch and wrong for one face alone, as after a bad export."""
    path, card, _ = exported
    model = onnx.load(path)
    graph = model.graph
    final = next(node for node in graph.node if "fer2013" in node.output)
    final.output[0] = "right"
    graph.initializer.append(numpy_helper.from_array(np.array(1, np.int64), "one"))
    graph.initializer.append(numpy_helper.from_array(np.array([0], np.int64), "first"))
    # Adds 1 to the probabilities when there is exactly one face.
    graph.node.extend(
        [
            onnx.helper.make_node("Shape", ["faces"], ["shape"], start=0, end=1),
            onnx.helper.make_node("Equal", ["shape", "one"], ["alone"]),
            onnx.helper.make_node("Cast", ["alone"], ["extra"], to=onnx.TensorProto.FLOAT),
            onnx.helper.make_node("Add", ["right", "extra"], ["fer2013"]),
        ]
    )
    with pytest.raises(RunError, match="differ by 1, at most"):
        check_parity(_network(finished), model.SerializeToString(), card, faces.images[:20])


@pytest.mark.parametrize("value", [0.02, np.nan])
def test_nothing_is_written_when_the_check_fails(
    tmp_path, exported, finished, faces, monkeypatch, value
):
    """A fault in the exporter, which the tests have to put there."""
    broken = _edited(exported[0], "network.heads.fer2013.bias", value)
    monkeypatch.setattr(export_module, "to_onnx", lambda network, card: broken)
    target = tmp_path / "out" / "tiny.onnx"
    with pytest.raises(RunError, match="the model file was not written"):
        export_run(finished, faces, target)
    assert not target.parent.exists()
    target.parent.mkdir()
    target.write_bytes(b"the file before")
    with pytest.raises(RunError, match="the model file was not written"):
        export_run(finished, faces, target)
    assert target.read_bytes() == b"the file before"
    assert len(list(target.parent.iterdir())) == 1


def test_the_check_looks_at_real_faces_noise_and_blanks(
    tmp_path, exported, finished, faces, monkeypatch
):
    shown = []
    real = export_module.check_parity

    def recorded(network, content, card, images):
        shown.append(images)
        return real(network, content, card, images)

    content = exported[0].read_bytes()
    monkeypatch.setattr(export_module, "to_onnx", lambda network, card: content)
    monkeypatch.setattr(export_module, "check_parity", recorded)
    card, _ = export_run(finished, faces, tmp_path / "tiny.onnx", "another name")
    assert card.name == "another name"
    assert Classifier(tmp_path / "tiny.onnx").card == card
    public = faces.images[faces.rows("PublicTest")]
    assert np.array_equal(shown[0][:21], public)
    spread = shown[0][21:].std(axis=(1, 2))
    assert (spread > 60).sum() >= 32
    assert (spread == 0).sum() >= 4
    assert ((spread > 0) & (spread < 1)).sum() >= 4


def test_a_run_that_was_not_evaluated(tmp_path, finished_copy, faces):
    for content in (None, "{", "{}", '{"calibration": {"temperatures": {}}, "scores": []}'):
        if content is None:
            finished_copy.evaluation.unlink()
        else:
            finished_copy.evaluation.write_text(content)
        with pytest.raises(RunError) as caught:
            export_run(finished_copy, faces, tmp_path / "tiny.onnx")
        folder = finished_copy.folder
        assert str(caught.value) == (
            f"{folder}: the run has not been evaluated; run first: mien evaluate {folder}"
        )
    assert not (tmp_path / "tiny.onnx").exists()


def test_a_run_that_is_not_complete(tmp_path, finished_copy, faces):
    (finished_copy.folder / "run.json").unlink()
    with pytest.raises(RunError, match="the training is not complete"):
        export_run(finished_copy, faces, tmp_path / "tiny.onnx")


def test_a_temperature_that_is_missing(finished):
    with pytest.raises(RunError, match="no temperature for ferplus; evaluate it again"):
        make_card(finished, [], [], Calibration({"fer2013": 1.0}, 0.3), "tiny")


def test_a_target_that_cannot_be_written(tmp_path, exported, finished, faces, monkeypatch):
    content = exported[0].read_bytes()
    monkeypatch.setattr(export_module, "to_onnx", lambda network, card: content)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"tiny\.onnx: cannot be written"):
        export_run(finished, faces, tmp_path / "file" / "tiny.onnx")


def test_the_file_is_all_that_the_runtime_needs(tmp_path, exported, faces):
    """Moved elsewhere, away from the run, it still works."""
    path = shutil.copy(exported[0], tmp_path / "größe 1.onnx")
    found = Classifier(Path(path)).classify(faces.images)
    right = found["fer2013"].argmax(1) == faces.labels
    assert right.mean() > 0.5


def test_a_card_names_the_weights_that_training_began_with(
    tmp_path, finished, faces, make_recipe, data_home
):
    recipe = make_recipe(
        epochs=1,
        data={"ferplus": False},
        loss={"ferplus_head": 0, "ferplus_blend": 0},
        transfer={"weights": str(finished.weights), "freeze": "backbone"},
        augmentation={"rotation": 0, "erasing": 0},
    )
    run = Run(tmp_path / "transferred")
    train(recipe, faces, run)
    evaluate_run(run, faces, ("PublicTest",))
    card, _ = export_run(run, faces, tmp_path / "transferred.onnx")
    assert card.training_data.endswith(
        "Training split; began with the weights of model.safetensors"
    )
    assert str(tmp_path) not in card.training_data
    assert card.licence.startswith("MIT; began with weights of others")
    # PrivateTest was not measured, so no command measures it.
    assert not any("PrivateTest" in command for command in card.commands)


def test_int8_is_smaller_weights_and_scores_of_its_own(exported, finished, faces, tmp_path):
    path, card, _ = exported
    target = tmp_path / "tiny-int8.onnx"
    small, difference = export_run(finished, faces, target, "tiny-int8", int8=True)
    assert difference <= TOLERANCE
    classifier = Classifier(target)
    assert classifier.card == small
    assert small.summary == f"{card.summary}, in int8"
    assert small.commands[-1].endswith(" --int8")
    weights = onnx.load(target).graph.initializer
    assert sum(tensor.data_type == onnx.TensorProto.INT8 for tensor in weights) >= 7
    # What the card says is what the file does, split by split, at both operating points.
    for split in ("PublicTest", "PrivateTest"):
        rows = faces.rows(split)
        said = small.score(split, "accuracy")
        found = classifier.classify(faces.images[rows])["fer2013"]
        assert said.value == pytest.approx(np.mean(found.argmax(1) == faces.labels[rows]))
    assert {s.split for s in small.balanced.scores} == {"PublicTest", "PrivateTest"}
    # It says nearly the same, and not exactly the same.
    plain = Classifier(path).classify(faces.images)["fer2013"]
    away = np.abs(classifier.classify(faces.images)["fer2013"] - plain)
    assert 0 < away.mean() < 0.05
    assert classifier.activation_maps(faces.images[:2]) is None
    assert target.stat().st_size < path.stat().st_size
    assert [file.name for file in tmp_path.iterdir()] == ["tiny-int8.onnx"]


def test_int8_of_a_file_is_int8_of_its_run(exported, finished, faces, tmp_path):
    of_run, of_file = tmp_path / "run.onnx", tmp_path / "file.onnx"
    export_run(finished, faces, of_run, "tiny-int8", int8=True)
    card = export_int8(exported[0], faces, of_file, "tiny-int8")
    one, other = Classifier(of_run), Classifier(of_file)
    assert (card.name, card.activation_maps) == ("tiny-int8", None)
    assert card.scores == one.card.scores
    for head, found in one.classify(faces.images).items():
        assert np.array_equal(found, other.classify(faces.images)[head])


def test_weights_in_16_bits_halve_the_file_and_not_what_it_says(
    exported, finished, faces, tmp_path
):
    path, card, _ = exported
    of_run, of_file = tmp_path / "run.onnx", tmp_path / "file.onnx"
    export_run(finished, faces, of_run, "tiny-half", half=True)
    assert export_half(path, faces, of_file, "tiny-half").scores == Classifier(of_run).card.scores
    plain = Classifier(path)
    kept = sum(
        np.prod(tensor.dims)
        for tensor in onnx.load(path).graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT and np.prod(tensor.dims) >= 1024
    )
    for target in (of_run, of_file):
        half = Classifier(target)
        assert half.card.commands[-1].endswith(" --half")
        assert half.card.activation_maps == card.activation_maps
        assert half.card.readings == card.readings
        assert path.stat().st_size - target.stat().st_size > 1.5 * kept
        for head, found in half.classify(faces.images).items():
            expected = plain.classify(faces.images)[head]
            away = np.abs(found - expected).max()
            assert 0 < away < 0.01
            said = half.card.score("PublicTest", "accuracy")
            if head == said.head:
                rows = faces.rows("PublicTest")
                right = found[rows].argmax(1) == faces.labels[rows]
                assert said.value == pytest.approx(np.mean(right))
        maps, expected = (each.activation_maps(faces.images[:4]) for each in (half, plain))
        assert np.abs(maps - expected).mean() < 0.01 * expected.max()


def test_weights_that_16_bits_cannot_hold_stay_as_they_are(exported):
    model = onnx.load(exported[0])
    large = next(t for t in model.graph.initializer if np.prod(t.dims) >= 1024)
    values = numpy_helper.to_array(large).copy()
    values.flat[0] = 1e5
    large.CopyFrom(numpy_helper.from_array(values, large.name))
    after = onnx.load_from_string(halved(model.SerializeToString()))
    stored = {tensor.name: tensor for tensor in after.graph.initializer}
    assert np.array_equal(numpy_helper.to_array(stored[large.name]), values)
    assert any(tensor.data_type == onnx.TensorProto.FLOAT16 for tensor in stored.values())


def test_without_its_maps_a_file_says_the_same(exported, faces):
    plain = onnxruntime.InferenceSession(without_maps(exported[0].read_bytes()))
    assert [each.name for each in plain.get_inputs()] == ["faces"]
    found = plain.run(["fer2013"], {"faces": faces.images[:8]})[0]
    assert np.array_equal(found, Classifier(exported[0]).classify(faces.images[:8])["fer2013"])


def test_int8_of_a_file_of_other_data_is_refused(exported, faces, tmp_path):
    with pytest.raises(RunError, match="was trained on other data"):
        export_int8(
            exported[0],
            replace(faces, name="b", labels=faces.labels[::-1].copy()),
            tmp_path / "x.onnx",
            "x",
        )
    assert not list(tmp_path.iterdir())
