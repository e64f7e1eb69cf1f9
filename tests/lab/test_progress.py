from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from mien.cli.progress import TrainingProgress
from mien.lab.training.epoch_log import EpochLog
from mien.lab.training.loop import Step


def row(epoch: int) -> EpochLog:
    return EpochLog(epoch, 0.1, 1.234, 0.5, 1.0, 0.655, 1.1, 0.605, 0.05, 512.3, 40.0)


def run(console: Console, *, quiet: bool = False, look: Callable[[], None] = lambda: None) -> None:
    """Two epochs of ten batches, a second each."""
    now = 0.0
    with TrainingProgress(console, quiet=quiet, clock=lambda: now) as progress:
        for part in range(3):
            progress.features("Training", 100 * part, 200)
        last = None
        for epoch in range(2):
            for step in range(10):
                now += 1
                progress.step(Step(epoch, 2, step, 10, 2.0, 321.0, last))
            look()
            last = row(epoch + 1)
            progress.epoch(last, 2)
        progress.note("the model [overfits]")


def test_not_a_terminal_a_line_an_epoch():
    console = Console(file=io.StringIO(), width=200)
    run(console)
    first, second, note = console.file.getvalue().splitlines()
    assert first == (
        "epoch 1/2  train loss 1.234  PublicTest loss 1.100 accuracy 60.5%  Training accuracy "
        "65.5% (gap +5.0)  512 images/s"
    )
    assert second.startswith("epoch 2/2  ")
    assert note == "the model [overfits]"


@pytest.mark.parametrize("terminal", [True, False])
def test_quiet_is_quiet(terminal):
    console = Console(file=io.StringIO(), width=200, force_terminal=terminal)
    run(console, quiet=True)
    assert console.file.getvalue() == ""


def test_a_terminal_shows_a_bar_and_the_lines():
    console = Console(file=io.StringIO(), width=140, force_terminal=True, highlight=False)
    run(console)
    text = console.file.getvalue()
    assert text.count("epoch 1/2  train loss 1.234") == 1
    assert text.count("epoch 2/2  train loss 1.234") == 1
    # Nothing of the bar remains but what scrolls by.
    assert "\x1b[2K" in text


@pytest.mark.parametrize("width", [140, 100])
def test_what_the_bar_shows(width):
    """One line of everything, within the width, so that it never wraps and flickers."""
    now = 0.0
    console = Console(file=io.StringIO(), width=width, force_terminal=True)
    with TrainingProgress(console, clock=lambda: now) as progress:
        for step in range(5):
            now += 2
            progress.step(Step(1, 2, step, 10, 1.5, 321.0, row(1)))
        lines = list(console.render_lines(progress._bar.get_renderable(), pad=False))
        shown = "".join(segment.text for segment in lines[0])
    assert len(lines) == 1
    assert len(shown) <= width
    assert shown.startswith("epoch 2/2")
    assert shown.rstrip().endswith("loss 1.500 PublicTest 60.5% gap +5.0 321 images/s 10 s left")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(1, "18 s left"), (10, "3 min 00 s left"), (400, "2 h 00 min left")],
)
def test_time_left_counts_from_where_this_process_began(seconds, expected):
    """A resumed run has not trained the epochs before it."""
    now = 100.0
    console = Console(file=io.StringIO(), width=140, force_terminal=True)
    with TrainingProgress(console, clock=lambda: now) as progress:
        progress.step(Step(8, 10, 0, 10, 1.0, 1.0, None))
        now += seconds
        progress.step(Step(8, 10, 1, 10, 1.0, 1.0, None))
        (task,) = progress._bar.tasks
        assert (task.completed, task.total) == (82, 100)
        assert task.fields["left"] == expected


def test_the_loss_shown_is_a_mean_that_begins_anew_each_epoch():
    console = Console(file=io.StringIO(), width=140, force_terminal=True)
    with TrainingProgress(console) as progress:
        for step, loss in enumerate([1.0, 2.0, 3.0]):
            progress.step(Step(0, 2, step, 3, loss, 1.0, None))
        assert progress._bar.tasks[0].fields["loss"] == "loss 2.000"
        progress.step(Step(1, 2, 0, 3, 7.0, 1.0, None))
        assert progress._bar.tasks[0].fields["loss"] == "loss 7.000"


def test_embeddings_have_a_bar_of_their_own_that_goes():
    console = Console(file=io.StringIO(), width=140, force_terminal=True)
    with TrainingProgress(console) as progress:
        progress.features("Training", 50, 200)
        (task,) = progress._bar.tasks
        assert (task.fields["what"], task.completed, task.total) == (
            "embeddings of Training", 50, 200,
        )  # fmt: skip
        progress.features("PublicTest", 10, 20)
        assert [t.fields["what"] for t in progress._bar.tasks] == ["embeddings of PublicTest"]
        progress.step(Step(0, 2, 0, 10, 1.0, 1.0, None))
        assert [t.fields["what"] for t in progress._bar.tasks] == ["epoch 1/2"]
