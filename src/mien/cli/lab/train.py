"""``mien train``: train the model of a recipe."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.console import out, print_note
from mien.cli.lab.installed import DeviceName, Threads, require_lab, set_threads
from mien.errors import UsageError

if TYPE_CHECKING:
    from mien.cli.progress import TrainingProgress
    from mien.lab.training.epoch_log import EpochLog
    from mien.lab.training.run import Run
    from mien.lab.training.watching.tensorboard import TensorBoardLog


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
    device: DeviceName = "auto",
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write TensorBoard's event files too.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")] = False,
) -> None:
    """Train the model of a recipe on an imported data set.

    Leaves runs/RECIPE-sSEED/ with the resolved recipe, log.csv, curves.png, a checkpoint and the
    weights. For several GPUs or machines start it with torchrun or accelerate launch.
    """
    require_lab()
    from mien.cli.progress import TrainingProgress
    from mien.lab.training.lock import training_lock
    from mien.lab.training.loop import train as run_training
    from mien.lab.training.machines.device import find_device
    from mien.lab.training.machines.distributed import process_group
    from mien.lab.training.recipe import load_recipe
    from mien.lab.training.run import Run, run_folder
    from mien.lab.training.setup import load_data

    chosen = load_recipe(recipe, tuple(overrides or ()))
    run = Run(run_folder(chosen, runs))
    if resume and restart:
        raise UsageError("--resume and --restart exclude each other")
    data = load_data(chosen)
    set_threads(threads)
    with contextlib.ExitStack() as stack:
        group, device_name = stack.enter_context(process_group(device))
        chosen_device = find_device(device_name)
        if group.leads:
            stack.enter_context(training_lock(run.folder))
        there = group.from_leader(run.checkpoint.exists())
        if there and not restart and not resume:
            raise UsageError(
                "there is a run already",
                where=run.folder,
                hint="go on with --resume, or begin anew with --restart",
            )
        if restart and group.leads:
            run.delete()
        board = None
        if tensorboard and group.leads:
            from mien.lab.training.watching.tensorboard import TensorBoardLog

            board = stack.enter_context(TensorBoardLog(run.folder / "tensorboard"))
        progress = stack.enter_context(TrainingProgress(quiet=quiet or not group.leads))
        try:
            logs = run_training(
                chosen,
                data,
                run,
                resume=resume,
                device=chosen_device,
                group=group,
                on_step=progress.step,
                on_epoch=_epoch_shown(run, chosen.epochs, progress, board),
                on_weights=progress.note if group.leads else lambda text: None,
                on_features=progress.features,
            )
        except KeyboardInterrupt:
            print_note(f"stopped; {run.folder} goes on after its last whole epoch with --resume")
            raise
    if group.leads:
        _print_result(run, logs)
        if not quiet:
            print_note(f"next: mien evaluate {run.folder}")


def _epoch_shown(
    run: Run, epochs: int, progress: TrainingProgress, board: TensorBoardLog | None
) -> Callable[[list[EpochLog]], None]:
    """What is done after each epoch: a line, the curves, TensorBoard, a warning of overfitting."""
    from mien.lab.training.watching.learning_curves import plot_curves
    from mien.lab.training.watching.overfitting import gap_warning

    def show(logs: list[EpochLog]) -> None:
        progress.epoch(logs[-1], epochs)
        plot_curves(logs, run.curves, title=run.folder.name)
        if board is not None:
            board.write(logs[-1])
        warning = gap_warning(logs)
        if warning:
            progress.note(warning)

    return show


def _print_result(run: Run, logs: list[EpochLog]) -> None:
    kept = run.facts().get("best_epoch", len(logs))
    best = logs[kept - 1]
    which = "" if kept == len(logs) else f", the weights are those of epoch {kept}"
    out.print(
        f"{run.folder}: {len(logs)} epochs{which}, PublicTest accuracy "
        f"{best.public_accuracy:.2%}, Training {best.clean_accuracy:.2%}",
        markup=False,
    )
