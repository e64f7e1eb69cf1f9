from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from mien.errors import OutputError
from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.watching import learning_curves as curves
from mien.lab.training.watching.learning_curves import plot_curves


def row(epoch: int) -> EpochLog:
    clean, public = 1 - 0.6 * 0.8**epoch, 0.6 - 0.3 * 0.7**epoch
    return EpochLog(epoch, 0.1 / epoch, 1.0, 0.5, 0.9, clean, 1.2, public, clean - public, 9.0, 1.0)


@pytest.mark.parametrize("epochs", [1, 2, 60])
def test_a_picture_of_any_number_of_epochs(tmp_path, epochs):
    plot_curves([row(n + 1) for n in range(epochs)], tmp_path / "curves.png", title="tiny-s3")
    with Image.open(tmp_path / "curves.png") as picture:
        assert (picture.format, picture.size) == ("PNG", (800, 900))
        colours = np.array(picture.convert("RGB")).reshape(-1, 3)
    for colour in (curves.TRAIN, curves.CLEAN, curves.PUBLIC, curves.RATE):
        wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert (np.abs(colours - np.array(wanted)).max(1) < 8).sum() > 10
    assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]


def test_what_the_picture_says(tmp_path, monkeypatch):
    figures = []
    monkeypatch.setattr(curves, "write_figure", lambda figure, path: figures.append(figure))
    rows = [row(n) for n in range(1, 11)]
    plot_curves(rows, tmp_path / "curves.png", title="tiny-s3")
    losses, accuracies, rates = figures[0].axes
    assert [axes.get_ylabel() for axes in figures[0].axes] == ["loss", "accuracy", "learning rate"]
    assert rates.get_xlabel() == "epoch"
    labels = [text.get_text() for text in accuracies.get_legend().get_texts()]
    assert f"PublicTest {rows[-1].public_accuracy:.1%}" in labels
    assert f"gap {100 * rows[-1].gap:.1f} points" in labels
    by_label = {line.get_label(): line for line in accuracies.lines}
    assert list(by_label["Training, augmented"].get_ydata()) == [0.5] * 10
    assert list(rates.lines[0].get_ydata()) == [r.learning_rate for r in rows]
    assert len({line.get_linestyle() for line in losses.lines[:3]}) == 3


def test_a_disk_that_is_full_keeps_the_picture_before(tmp_path, disk_full):
    path = tmp_path / "curves.png"
    plot_curves([row(1)], path)
    before = path.read_bytes()
    with disk_full(), pytest.raises(OutputError, match="cannot be written"):
        plot_curves([row(1), row(2)], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
