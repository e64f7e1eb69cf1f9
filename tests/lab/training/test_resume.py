"""A run that was stopped goes on as if it had not been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from mien.errors import MienError, OutputError, RunError
from mien.lab.data.store import save_faces
from mien.lab.training.checkpoint import load_checkpoint
from mien.lab.training.loop import Step, train
from mien.lab.training.run import Run


def _stop_at(epoch: int, step: int):
    def on_step(progress: Step) -> None:
        if (progress.epoch, progress.step) == (epoch, step):
            raise KeyboardInterrupt

    return on_step


@pytest.mark.parametrize("stops", [[(0, 2)], [(1, 0)], [(2, 3)], [(1, 2), (3, 1)]])
def test_weights_and_log_are_the_same_bit_for_bit(
    tmp_path, faces, short_recipe, short_run, same_weights, without_times, stops
):
    run = Run(tmp_path / "run")
    for stop in stops:
        with pytest.raises(KeyboardInterrupt):
            train(short_recipe, faces, run, resume=True, on_step=_stop_at(*stop))
        assert not run.weights.exists()
        assert run.checkpoint.exists() == (stop[0] > 0)
    begun = []
    logs = train(short_recipe, faces, run, resume=True, on_step=begun.append)
    # The epoch that was broken off is done again, and none before it.
    assert (begun[0].epoch, begun[0].step) == (stops[-1][0], 0)
    assert same_weights(run.weights, short_run[0].weights)
    assert without_times(logs) == without_times(short_run[1])
    assert len(run.log.read_text().splitlines()) == 1 + 4


def test_a_killed_process_loses_no_whole_epoch(
    tmp_path, data_home, faces, short_recipe, short_run, same_weights, without_times
):
    """SIGKILL in the middle of the third epoch; nothing of Python runs any more."""
    save_faces(faces, data_home / "tiny.safetensors")
    (tmp_path / "recipe.yaml").write_text(short_recipe.to_yaml())
    code = (
        "import sys, time, torch\n"
        "from pathlib import Path\n"
        "from mien.lab.data.store import load_faces\n"
        "from mien.lab.training.loop import train\n"
        "from mien.lab.training.recipe import load_recipe\n"
        "from mien.lab.training.run import Run\n"
        "torch.set_num_threads(1)\n"
        "def on_step(step):\n"
        "    if (step.epoch, step.step) == (2, 1):\n"
        "        print('now', flush=True)\n"
        "        time.sleep(60)\n"
        "train(load_recipe('recipe.yaml'), load_faces('tiny'), Run(Path('run')), on_step=on_step)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        process.kill()
        assert process.wait() == (-signal.SIGKILL if os.name == "posix" else 1)
    run = Run(tmp_path / "run")
    assert len(run.log.read_text().splitlines()) == 1 + 2
    with pytest.raises(RunError, match="the training is not complete; go on with: mien train"):
        run.facts()
    logs = train(short_recipe, faces, run, resume=True)
    assert same_weights(run.weights, short_run[0].weights)
    assert without_times(logs) == without_times(short_run[1])


def test_a_run_that_is_complete_stays_as_it_is(
    tmp_path, faces, short_recipe, short_run, same_weights
):
    run = Run(tmp_path / "run")
    logs = train(short_recipe, faces, run)
    begun = []
    assert train(short_recipe, faces, run, resume=True, on_step=begun.append) == logs
    assert begun == []
    assert same_weights(run.weights, short_run[0].weights)


def test_a_stop_between_checkpoint_and_log_leaves_no_gap(tmp_path, faces, short_recipe):
    run = Run(tmp_path / "run")
    train(short_recipe, faces, run)
    whole = run.log.read_text()
    run.log.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    train(short_recipe, faces, run, resume=True)
    assert run.log.read_text() == whole


def test_without_resume_it_begins_anew(tmp_path, faces, short_recipe, short_run, same_weights):
    run = Run(tmp_path / "run")
    train(short_recipe.model_copy(update={"seed": 8, "epochs": 1}), faces, run)
    train(short_recipe, faces, run)
    assert same_weights(run.weights, short_run[0].weights)


@pytest.fixture
def one_epoch(tmp_path, faces, short_recipe):
    run = Run(tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        train(short_recipe, faces, run, on_step=_stop_at(1, 0))
    return run


def test_a_run_of_another_recipe_is_refused(faces, one_epoch, make_recipe, short_recipe):
    before = one_epoch.checkpoint.read_bytes(), (one_epoch.folder / "recipe.yaml").read_bytes()
    other = short_recipe.model_copy(update={"epochs": 9, "ema": 0.5})
    with pytest.raises(RunError) as caught:
        train(other, faces, one_epoch, resume=True)
    assert str(caught.value) == (
        f"{one_epoch.folder}: holds a run of another recipe (differs in epochs, ema); "
        "train with --restart, or give the recipe another name"
    )
    after = one_epoch.checkpoint.read_bytes(), (one_epoch.folder / "recipe.yaml").read_bytes()
    assert after == before


def test_a_run_on_other_data_is_refused(faces, one_epoch, short_recipe):
    images = faces.images.copy()
    images[0, 0, 0] ^= 1
    with pytest.raises(RunError, match=r"holds a run on other data \(SHA-256 differs\)"):
        train(short_recipe, replace(faces, images=images), one_epoch, resume=True)


def test_a_damaged_checkpoint_is_refused(faces, one_epoch, short_recipe):
    content = bytearray(one_epoch.checkpoint.read_bytes())
    content[len(content) // 2] ^= 1
    one_epoch.checkpoint.write_bytes(bytes(content))
    with pytest.raises(RunError, match="the checkpoint cannot be read; train again with --restart"):
        train(short_recipe, faces, one_epoch, resume=True)


def test_a_disk_that_fills_up_costs_the_epoch_and_not_the_run(
    tmp_path, faces, short_recipe, short_run, same_weights, disk_full
):
    run = Run(tmp_path / "run")
    limit = disk_full()

    def on_step(step: Step) -> None:
        if (step.epoch, step.step) == (1, 3):
            limit.__enter__()

    try:
        with pytest.raises(OutputError, match=r"checkpoint.pt: cannot be written \(.*too large"):
            train(short_recipe, faces, run, on_step=on_step)
    finally:
        limit.__exit__(None, None, None)
    names = sorted(path.name for path in run.folder.iterdir())
    assert names == ["checkpoint.pt", "log.csv", "recipe.yaml"]
    train(short_recipe, faces, run, resume=True)
    assert same_weights(run.weights, short_run[0].weights)


def test_training_anew_forgets_the_scores_of_before(finished_copy, faces, make_recipe):
    """Export would otherwise put the old temperatures into the new model file."""
    assert finished_copy.evaluation.exists()
    with pytest.raises(KeyboardInterrupt):
        train(make_recipe(), faces, finished_copy, on_step=_stop_at(0, 0))
    for path in (finished_copy.evaluation, finished_copy.predictions, finished_copy.weights):
        assert not path.exists()


@pytest.mark.parametrize(
    "content",
    [
        [1, 2],
        torch.zeros(3),
        {},
        {"epoch": 3, "state_dict": {"weight": torch.zeros(2)}},
        {"recipe": 3},
        {"recipe": {"name": "tiny"}},
    ],
)
def test_a_foreign_checkpoint_is_refused_in_one_line(faces, one_epoch, short_recipe, content):
    torch.save(content, one_epoch.checkpoint)
    with pytest.raises(MienError) as told:
        train(short_recipe, faces, one_epoch, resume=True)
    assert str(told.value).startswith(f"{one_epoch.checkpoint}: ")
    assert len(str(told.value).splitlines()) == 1


FOREIGN_PARTS = [
    *((part, None) for part in ("model", "optimiser", "average", "logs", "best", "scaler")),
    *((part, other) for part in ("model", "optimiser", "logs") for other in ({"foreign": 1}, 7)),
]


@pytest.mark.parametrize(("part", "instead"), FOREIGN_PARTS)
def test_a_checkpoint_with_a_foreign_part(faces, one_epoch, short_recipe, part, instead):
    state = load_checkpoint(one_epoch.checkpoint)
    if instead is None:
        del state[part]
    else:
        state[part] = instead
    torch.save(state, one_epoch.checkpoint)
    with pytest.raises(RunError, match="not a checkpoint of this training; train again with"):
        train(short_recipe, faces, one_epoch, resume=True)


def test_a_recipe_file_of_another_training_is_refused(faces, one_epoch, short_recipe):
    """Two trainings in one folder left the one's checkpoint under the other's recipe."""
    path = one_epoch.folder / "recipe.yaml"
    path.write_text(path.read_text().replace("epochs: 4", "epochs: 9"))
    with pytest.raises(RunError, match="yaml is not the recipe of the checkpoint"):
        train(short_recipe, faces, one_epoch, resume=True)
    # Another layout, or a key written by a newer Mien, is the same recipe.
    one_epoch.write_recipe(short_recipe)
    path.write_text("# of mine\n" + path.read_text().replace("ema: ", "ema:   "))
    train(short_recipe, faces, one_epoch, resume=True)
