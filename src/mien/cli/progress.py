"""How far a training is, on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column

from mien.cli.console import err

if TYPE_CHECKING:
    from mien.lab.training.epoch_log import EpochLog
    from mien.lab.training.loop import Step


class TrainingProgress:
    """A context manager: on a terminal a bar with the time left, anywhere a line an epoch.

    Parameters
    ----------
    console : Console
    quiet : bool
        Show nothing at all.
    clock : callable
        Seconds.
    """

    def __init__(
        self,
        console: Console = err,
        *,
        quiet: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._quiet = quiet
        self._clock = clock
        self._bar = Progress(
            _text("what"),
            BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=8)),
            *(_text(name) for name in ("loss", "accuracy", "gap", "speed", "left")),
            console=console,
            expand=True,
            transient=True,
            refresh_per_second=4,
            disable=quiet or not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._features: tuple[str, TaskID] | None = None
        self._loss = 0.0
        self._begun: tuple[int, float] | None = None

    def __enter__(self) -> TrainingProgress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def step(self, step: Step) -> None:
        """Move the bar on by a batch."""
        if self._bar.disable:
            return
        done = step.epoch * step.steps_per_epoch + step.step + 1
        total = step.epochs * step.steps_per_epoch
        now = self._clock()
        if self._begun is None:
            self._begun = (done, now)
        # Single batches jump; the mean of the last twenty or so is what one wants to see.
        keep = min(0.95, step.step / (step.step + 1))
        self._loss = keep * self._loss + (1 - keep) * step.loss
        if self._task is None:
            self._end_features()
            self._task = self._bar.add_task("", **_FIELDS)
        self._bar.update(
            self._task,
            total=total,
            completed=done,
            what=f"epoch {step.epoch + 1}/{step.epochs}",
            loss=f"loss {self._loss:.3f}",
            speed=f"{step.images_per_second:.0f} images/s",
            left=_left(done, total, *self._begun, now),
        )
        if step.last is not None:
            self._show_scores(step.last)

    def epoch(self, row: EpochLog, epochs: int) -> None:
        """Print the line of an epoch that is over."""
        if self._quiet:
            return
        self._console.print(
            f"epoch {row.epoch}/{epochs}  train loss {row.train_loss:.3f}  PublicTest loss "
            f"{row.public_loss:.3f} accuracy {row.public_accuracy:.1%}  Training accuracy "
            f"{row.clean_accuracy:.1%} (gap {100 * row.gap:+.1f})  "
            f"{row.images_per_second:.0f} images/s",
            markup=False,
        )

    def features(self, name: str, done: int, of: int) -> None:
        """Move the bar of the embeddings of ``name`` on."""
        if self._bar.disable:
            return
        if self._features is None or self._features[0] != name:
            self._end_features()
            fields = {**_FIELDS, "what": f"embeddings of {name}"}
            self._features = name, self._bar.add_task("", **fields)
        self._bar.update(self._features[1], total=of, completed=done)

    def note(self, text: str) -> None:
        """Print a sentence above the bar."""
        if not self._quiet:
            self._console.print(text, markup=False, style="yellow")

    def _show_scores(self, row: EpochLog) -> None:
        assert self._task is not None
        accuracy, gap = f"PublicTest {row.public_accuracy:.1%}", f"gap {100 * row.gap:+.1f}"
        self._bar.update(self._task, accuracy=accuracy, gap=gap)

    def _end_features(self) -> None:
        if self._features is not None:
            self._bar.remove_task(self._features[1])
            self._features = None


_FIELDS: dict[str, Any] = dict.fromkeys(("what", "loss", "accuracy", "gap", "speed", "left"), "")


def _text(field: str) -> TextColumn:
    return TextColumn(f"{{task.fields[{field}]}}", table_column=Column(no_wrap=True))


def _left(done: int, total: int, first: int, begun: float, now: float) -> str:
    """The time left, by the mean time of the steps since the first one that was seen."""
    if done == first or now <= begun:
        return ""
    seconds = (total - done) * (now - begun) / (done - first)
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min left"
    return f"{minutes} min {rest:02} s left" if minutes else f"{rest} s left"
