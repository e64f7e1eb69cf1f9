from __future__ import annotations

import importlib.util
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from mien.errors import MissingExtraError
from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.watching.tensorboard import TensorBoardLog

ROW = EpochLog(1, 0.1, 2.0, 0.3, 1.9, 0.35, 1.8, 0.32, 0.03, 512.0, 40.0)


def points(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """What TensorBoard shows: step and value of each scalar."""
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulator.EventAccumulator(str(folder))
    events.Reload()
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }


def epoch(number: int, loss: float = 1.0) -> EpochLog:
    return replace(ROW, epoch=number, public_loss=loss)


def test_every_value_arrives_at_its_epoch(tmp_path):
    pytest.importorskip("tensorboard")
    with TensorBoardLog(tmp_path) as board:
        board.write(ROW)
        board.write(epoch(2))
    found = points(tmp_path)
    values = {key: value for key, value in asdict(ROW).items() if key not in ("epoch", "seconds")}
    assert sorted(steps[0][1] for steps in found.values()) == pytest.approx(sorted(values.values()))
    assert {tuple(step for step, _ in steps) for steps in found.values()} == {(1, 2)}
    assert [value for _, value in found["loss/PublicTest"]] == pytest.approx([1.8, 1.0])
    assert found["accuracy/gap"][0][1] == pytest.approx(0.03)


def test_it_can_be_read_while_the_run_goes_on(tmp_path):
    pytest.importorskip("tensorboard")
    with TensorBoardLog(tmp_path) as board:
        board.write(ROW)
        assert points(tmp_path)["loss/train"] == [(1, 2.0)]


def test_a_resumed_run_goes_on_where_its_checkpoint_was(tmp_path):
    pytest.importorskip("tensorboard")
    with TensorBoardLog(tmp_path) as board:
        for number in (1, 2, 3):
            board.write(epoch(number, loss=1.0))
    # The checkpoint of epoch 3 was not written.
    with TensorBoardLog(tmp_path) as board:
        for number in (3, 4):
            board.write(epoch(number, loss=2.0))
    assert points(tmp_path)["loss/PublicTest"] == [(1, 1.0), (2, 1.0), (3, 2.0), (4, 2.0)]


def test_nothing_is_written_for_nothing(tmp_path):
    pytest.importorskip("tensorboard")
    with TensorBoardLog(tmp_path / "board"):
        pass
    assert not (tmp_path / "board").exists()


def test_without_the_package(tmp_path, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *r: None if name == "tensorboard" else real(name)
    )
    with pytest.raises(MissingExtraError) as caught:
        TensorBoardLog(tmp_path)
    assert str(caught.value) == (
        "--tensorboard: TensorBoard is not installed; "
        'install it with: pip install ".[tensorboard]" in the folder of Mien\'s source'
    )
