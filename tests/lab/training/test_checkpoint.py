from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.errors import OutputError, RunError
from mien.lab.beside import write_beside
from mien.lab.training.checkpoint import load_checkpoint, save_checkpoint


def _state() -> dict[str, object]:
    weight = torch.randn(40, 50, generator=torch.Generator().manual_seed(0))
    return {"weight": weight, "logs": [{"epoch": 1, "loss": 0.25}], "name": "tiny"}


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "runs" / "tiny" / "checkpoint.pt"
    save_checkpoint(path, _state())
    found = load_checkpoint(path)
    assert torch.equal(found.pop("weight"), _state()["weight"])
    assert found == {"logs": [{"epoch": 1, "loss": 0.25}], "name": "tiny"}
    assert _names(path.parent) == ["checkpoint.pt"]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file cannot be replaced")
def test_the_old_file_is_replaced_at_once_and_never_written_into(tmp_path):
    """Who reads while it is being saved sees the old checkpoint to its end."""
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, {"logs": "old"})
    before = path.read_bytes()
    with path.open("rb") as reader:
        save_checkpoint(path, _state())
        assert reader.read() == before
    assert path.read_bytes() != before


def test_damage_anywhere_is_found(tmp_path):
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, _state())
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    place = whole.find(_state()["weight"].numpy().tobytes())
    assert place > 0
    # In the tensor itself, where torch alone would notice nothing; and cut off anywhere.
    damaged = [whole[:length] for length in (0, 10, *rng.integers(0, len(whole), 6))]
    for at in rng.integers(place, place + 8000, 6):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << int(rng.integers(8))
        damaged.append(bytes(flipped))
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(RunError) as caught:
            load_checkpoint(path)
        assert str(caught.value) == (
            f"{path}: the checkpoint cannot be read; train again with --restart"
        )


@pytest.mark.parametrize("content", [b"", b"hello world", b"\x80\x02}q\x00.", bytes(64)])
def test_a_file_that_is_something_else(tmp_path, content):
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content)
    with pytest.raises(RunError, match="the checkpoint cannot be read"):
        load_checkpoint(path)


def test_code_in_a_checkpoint_is_not_run(tmp_path):
    class Attack:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "owned",))

    path = tmp_path / "checkpoint.pt"
    torch.save({"weight": Attack()}, path)
    with pytest.raises(RunError, match="the checkpoint cannot be read"):
        load_checkpoint(path)
    assert not (tmp_path / "owned").exists()


def test_a_full_disk_keeps_the_old_checkpoint(tmp_path, disk_full):
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, {"logs": "old"})
    with disk_full(), pytest.raises(OutputError, match="File too large") as caught:
        save_checkpoint(path, _state())
    assert str(caught.value).startswith(f"{path}: cannot be written (")
    assert load_checkpoint(path) == {"logs": "old"}
    assert _names(tmp_path) == ["checkpoint.pt"]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(OutputError, match=r"checkpoint\.pt: cannot be written"):
        save_checkpoint(tmp_path / "runs" / "tiny" / "checkpoint.pt", _state())


def test_whatever_goes_wrong_while_writing_leaves_nothing_half_written(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("old")

    def stop(partial: Path) -> None:
        partial.write_text("half of the n")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_beside(path, stop)
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["log.csv"]
