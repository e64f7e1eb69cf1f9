"""``mien lr-find``: which learning rate to train a recipe with."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from mien.cli.console import err, out, print_note
from mien.cli.lab.installed import DeviceName, Threads, require_lab, set_threads
from mien.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from mien.lab.training.recipe import Recipe
    from mien.lab.training.watching.lr_finder import RateCurve


def lr_find(
    recipe: Annotated[str, typer.Argument(help="A packaged recipe's name or a YAML file.")],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            help="Changes to the recipe: key=value, for example batch_size=64.",
            metavar="KEY=VALUE",
        ),
    ] = None,
    steps: Annotated[int, typer.Option(min=20, help="Training steps at most.")] = 200,
    lowest: Annotated[
        float | None,
        typer.Option(help="First rate; else a ten-thousandth of the recipe's.", show_default=False),
    ] = None,
    highest: Annotated[
        float | None,
        typer.Option(help="Last rate; 10 for sgd and muon, else 1.", show_default=False),
    ] = None,
    plot: Annotated[
        Path, typer.Option("--out", help="The curve as PNG; a CSV is written next to it.")
    ] = Path("lr.png"),
    threads: Threads = None,
    device: DeviceName = "auto",
) -> None:
    """Train a fresh network for some steps at a growing learning rate, and suggest one.

    The rate suggested is half of that at which the loss begins to climb; for adam, adamw and muon
    it is the one at which half of the loss's fall is done. It makes no run folder.
    """
    require_lab()
    from mien.lab.training.machines.device import find_device
    from mien.lab.training.recipe import load_recipe
    from mien.lab.training.watching.lr_finder import find_learning_rate, plot_rates, write_rates

    chosen = load_recipe(recipe, tuple(overrides or ()))
    optimiser = chosen.optimiser
    if lowest is None:
        lowest = optimiser.learning_rate / 1e4
    if highest is None:
        highest = 10.0 if optimiser.name in ("sgd", "muon") else 1.0
    if not 0 < lowest < highest:
        raise UsageError(
            f"--lowest {lowest:g} must be above 0 and below --highest {highest:g}",
        )
    table_path = plot.with_suffix(".csv")
    if table_path == plot:
        raise UsageError("--out is the picture, the CSV is written next to it", where=plot)
    set_threads(threads)
    take = _make_step(chosen, find_device(device))
    with Progress(
        TextColumn("learning rate {task.fields[rate]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]}"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        task = bar.add_task("", total=steps, rate="", loss="")
        curve = find_learning_rate(
            take,
            lowest=lowest,
            highest=highest,
            steps=steps,
            normalised=optimiser.name != "sgd",
            on_step=lambda done, rate, loss: bar.update(
                task, completed=done, rate=f"{rate:.1e}", loss=f"{loss:.3f}"
            ),
        )
    write_rates(curve, table_path)
    plot_rates(curve, plot, title=f"{chosen.name}: learning-rate range test, {optimiser.name}")
    _print_table(curve)
    out.print(f"recommended: optimiser.learning_rate={curve.recommended:.2g}", markup=False)
    out.print(f"curve: {plot}, {table_path}", markup=False)
    if not curve.complete:
        print_note(
            f"the loss did not rise again up to {highest:g}, so its lowest point may lie higher; "
            f"to see, try --highest {10 * highest:g}"
        )


def _make_step(recipe: Recipe, device: torch.device) -> Callable[[float], float]:
    """Training steps of the recipe, as its first epochs would take them."""
    import torch

    from mien.cli.progress import TrainingProgress
    from mien.lab.training.loop import fit
    from mien.lab.training.machines.distributed import ALONE
    from mien.lab.training.memory import explained_memory
    from mien.lab.training.setup import load_data, prepare
    from mien.lab.training.transfer import frozen_parts, train_mode

    data = load_data(recipe)
    side = data.image_shape.side
    with TrainingProgress() as progress, explained_memory(recipe, side, recipe.name):
        session = prepare(
            recipe, data, device, on_weights=progress.note, on_features=progress.features
        )
    train_mode(session.module, frozen_parts(session.network, recipe.transfer, 0))
    scaler = torch.amp.GradScaler(device.type, enabled=session.dtype == torch.float16)
    batches = itertools.chain.from_iterable(map(session.batches, itertools.count()))

    def step(rate: float) -> float:
        with explained_memory(recipe, side, recipe.name):
            batch = session.share(next(batches), ALONE)
            _, loss = fit(session, session.module, batch, scaler, rate)
        return loss.item()

    return step


def _print_table(curve: RateCurve) -> None:
    table = Table("rule", "learning rate")
    table.columns[1].justify = "right"
    edge = "where the loss begins to climb" if curve.complete else "where the loss is lowest"
    by_middle = curve.recommended < curve.steady
    mark = " (recommended)"
    table.add_row(f"{edge} (too high)", f"{curve.edge:.2g}")
    table.add_row(f"half of that{'' if by_middle else mark}", f"{curve.steady:.2g}")
    table.add_row(
        f"where half of the fall is done{mark if by_middle else ''}", f"{curve.middle:.2g}"
    )
    table.add_row("where the loss falls fastest", f"{curve.steepest:.2g}")
    out.print(table)
