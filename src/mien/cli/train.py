"""``mien train``: train the model of a recipe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from mien.cli.console import err, out, print_note
from mien.cli.lab import Threads, require_lab, set_threads
from mien.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mien.lab.training.loop import EpochLog, Step


def train(
    recipe: Annotated[str, typer.Argument(help="A packaged recipe's name or a YAML file.")],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            help="Changes to the recipe: key=value, for example epochs=5.", metavar="[KEY=VALUE]..."
        ),
    ] = None,
    runs: Annotated[Path, typer.Option(help="Folder of the run folders.")] = Path("runs"),
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Delete what the run folder holds and begin anew.")
    ] = False,
    threads: Threads = None,
) -> None:
    """Train the model of a recipe on an imported data set.

    Leaves runs/RECIPE-sSEED/ with the resolved recipe, log.csv, a checkpoint and the weights.
    """
    require_lab()
    from mien.lab.data.store import load_faces
    from mien.lab.training.loop import train as run_training
    from mien.lab.training.recipe import load_recipe
    from mien.lab.training.run import Run, run_folder

    chosen = load_recipe(recipe, tuple(overrides or ()))
    run = Run(run_folder(chosen, runs))
    if resume and restart:
        raise UsageError("--resume and --restart exclude each other")
    if not restart and not resume and run.checkpoint.exists():
        raise UsageError(
            "there is a run already",
            where=run.folder,
            hint="go on with --resume, or begin anew with --restart",
        )
    data = load_faces(chosen.data.dataset)
    if restart:
        _delete_run(run.folder)
    set_threads(threads)
    try:
        with _progress() as on_step:
            logs = run_training(chosen, data, run, resume=resume, on_step=on_step)
    except KeyboardInterrupt:
        print_note(f"stopped; {run.folder} goes on after its last whole epoch with --resume")
        raise
    last = logs[-1]
    out.print(
        f"{run.folder}: {last.epoch} epochs, PublicTest accuracy {last.public_accuracy:.2%}",
        markup=False,
    )
    print_note(f"next: mien evaluate {run.folder}")


def _delete_run(folder: Path) -> None:
    """Delete a run folder, and nothing that is not one."""
    if folder.exists():
        if not (folder / "recipe.yaml").is_file():
            raise UsageError("not a run folder, so it is not deleted", where=folder)
        shutil.rmtree(folder)


@contextmanager
def _progress() -> Iterator[Callable[[Step], None]]:
    """A bar with the time left on a terminal; a line an epoch anywhere."""
    with Progress(
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.3f}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(elapsed_when_finished=False),
        console=err,
        disable=not err.is_terminal,
    ) as bar:
        task = bar.add_task("", total=None, epoch="", loss=0.0)
        shown: EpochLog | None = None

        def on_step(step: Step) -> None:
            nonlocal shown
            if step.last is not None and step.last is not shown:
                shown = step.last
                _print_epoch(shown, step.epochs)
            done = step.epoch * step.steps_per_epoch + step.step + 1
            bar.update(
                task,
                total=step.epochs * step.steps_per_epoch,
                completed=done,
                epoch=f"{step.epoch + 1}/{step.epochs}",
                loss=step.loss,
            )

        yield on_step


def _print_epoch(log: EpochLog, epochs: int) -> None:
    err.print(
        f"epoch {log.epoch}/{epochs}  train loss {log.train_loss:.3f} accuracy "
        f"{log.train_accuracy:.1%}  PublicTest loss {log.public_loss:.3f} accuracy "
        f"{log.public_accuracy:.1%}  {log.images_per_second:.0f} images/s",
        markup=False,
    )
