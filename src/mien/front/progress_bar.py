"""The bar, or the function that is told, while several pictures are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = bool | Callable[[int, int | None], object]
"""Whether to show a bar; or what to call after each picture, with how many are done and how many
there are (None if nobody knows)."""


@contextmanager
def progress_of(progress: Progress, total: int | None) -> Iterator[Callable[[int], object]]:
    """A function to call with how many pictures are done."""
    if callable(progress):
        tell = progress
        yield lambda done: tell(done, total)
        return
    if not progress:
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)
