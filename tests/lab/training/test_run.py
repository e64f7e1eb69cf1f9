from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from mien.errors import OutputError, RunError
from mien.lab.data.preprocess import Input, standardise
from mien.lab.evaluation.subject import open_subject
from mien.lab.models import create_model
from mien.lab.training.predict import predict_logits
from mien.lab.training.run import Run, run_folder


def test_the_folder_is_named_after_recipe_and_seed(make_recipe):
    assert run_folder(make_recipe(seed=12), Path("runs")) == Path("runs/tiny-s12")


def test_a_finished_run_holds_these_files_and_no_leftovers(finished):
    assert sorted(path.name for path in finished.folder.iterdir()) == [
        "checkpoint.pt",
        "evaluation.json",
        "log.csv",
        "model.safetensors",
        "predictions.parquet",
        "recipe.yaml",
        "run.json",
    ]


def test_the_model_is_ready_to_use(finished):
    model = finished.load_model()
    assert not model.training
    assert {value.dtype for value in model.parameters()} == {torch.float32}
    weights = load_file(finished.weights)
    assert all(torch.equal(value, weights[key]) for key, value in model.state_dict().items())


def test_no_such_folder(tmp_path):
    run = Run(tmp_path / "no")
    with pytest.raises(RunError, match=r"/no: no such run folder; make one: mien train$"):
        run.facts()
    with pytest.raises(RunError, match=r"/no: not a run folder \(no readable recipe.yaml\)"):
        run.recipe()


def test_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(RunError, match="the training is not complete; go on with: mien train"):
        Run(tmp_path).facts()
    for content in (b"\xff\xfe", b"name: [", b"a: 2020-13-45"):
        (tmp_path / "recipe.yaml").write_bytes(content)
        with pytest.raises(RunError, match="not a run folder"):
            Run(tmp_path).recipe()


def test_facts_that_are_damaged(finished_copy):
    (finished_copy.folder / "run.json").write_text("{")
    with pytest.raises(RunError, match="the training is not complete"):
        finished_copy.facts()


def test_weights_that_are_missing_damaged_or_of_another_network(finished_copy):
    path = finished_copy.weights
    whole = path.read_bytes()
    for content in (b"", whole[:1000], whole[:-1], b"hello, this is a text"):
        path.write_bytes(content)
        with pytest.raises(RunError) as caught:
            finished_copy.load_model()
        assert str(caught.value) == f"{path}: its weights cannot be loaded"
    save_file(
        create_model("vgg8", {"fer2013": 7, "ferplus": 8}, size=44, width=5).state_dict(), path
    )
    with pytest.raises(RunError, match="its weights cannot be loaded"):
        finished_copy.load_model()
    path.unlink()
    with pytest.raises(RunError, match="its weights cannot be loaded"):
        finished_copy.load_model()


def test_a_full_disk_at_the_very_end(finished_copy, disk_full):
    """The run must not count as complete, and the error is one line."""
    model = finished_copy.load_model()
    finished_copy.weights.unlink()
    (finished_copy.folder / "run.json").unlink()
    with disk_full(), pytest.raises(OutputError) as caught:
        finished_copy.write_result(model, {"epochs": 8})
    assert str(caught.value).startswith(f"{finished_copy.weights}: cannot be written (")
    assert len(str(caught.value).splitlines()) == 1
    assert not finished_copy.weights.exists()
    assert not (finished_copy.folder / "run.json").exists()


def test_predictions_are_of_the_central_crop_in_any_batch_size(finished, faces):
    model = finished.load_model()
    images = faces.images[:21]
    found = predict_logits(model, images, Input(crop=44), batch_size=8)
    with torch.inference_mode():
        centre = torch.from_numpy(images)[:, None, 2:46, 2:46].float()
        expected = model(standardise(centre))
    assert list(found) == ["fer2013", "ferplus"]
    for head, values in found.items():
        assert values.shape == (21, {"fer2013": 7, "ferplus": 8}[head])
        assert values.dtype == np.float32
        np.testing.assert_allclose(values, expected[head].numpy(), atol=1e-4)


def test_predicting_does_not_train(finished, faces):
    """Batch norm must not learn from what is predicted, nor dropout act."""
    model = finished.load_model().train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    one = predict_logits(model, faces.images[:9], Input(crop=44))
    two = predict_logits(model, faces.images[:9], Input(crop=44))
    assert np.array_equal(one["fer2013"], two["fer2013"])
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


@pytest.mark.parametrize(
    "content", ["[]", "3", "{}", '{"data": "tiny"}', '{"labels": [], "heads": 3}']
)
def test_a_foreign_run_json(finished_copy, content):
    (finished_copy.folder / "run.json").write_text(content)
    with pytest.raises(RunError, match=r"run\.json: not the run\.json of a training"):
        finished_copy.facts()


def test_a_recipe_that_is_not_the_runs_own(finished_copy):
    path = finished_copy.folder / "recipe.yaml"
    whole = path.read_text()
    path.write_text(whole.replace("crop: 44", "crop: 40"))
    with pytest.raises(RunError, match=r"recipe\.yaml is not the recipe that this run was trained"):
        open_subject(finished_copy.folder)
    # Comments and the order of keys are nobody's business; runs of before have no hash.
    first, *rest = whole.splitlines(keepends=True)
    path.write_text("".join(["# mine\n", *rest, first]))
    assert open_subject(finished_copy.folder).network is not None
    path.write_text(whole.replace("rotation: 5", "rotation: 6"))
    facts = json.loads((finished_copy.folder / "run.json").read_text())
    del facts["recipe_sha256"]
    (finished_copy.folder / "run.json").write_text(json.dumps(facts))
    assert finished_copy.facts() == facts


def test_a_run_folder_that_is_a_file(tmp_path):
    path = tmp_path / "tiny-s3"
    path.write_text("a file")
    with pytest.raises(RunError, match="a file, not a run folder"):
        Run(path).facts()
    for content in ("[]", "3", "text"):
        path.unlink(missing_ok=True)
        tmp_path.joinpath("folder").mkdir(exist_ok=True)
        (tmp_path / "folder" / "recipe.yaml").write_text(content)
        with pytest.raises(RunError, match="not a run folder"):
            Run(tmp_path / "folder").recipe()
