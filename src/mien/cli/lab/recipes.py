"""``mien recipes``: the recipes that come with Mien."""

from __future__ import annotations

from typing import Annotated

import typer
from rich import box
from rich.padding import Padding
from rich.table import Table

from mien.cli.console import out
from mien.cli.lab.installed import require_lab

_WIDE = 110
"""Letters of a line from which on the summaries have room in the table."""


def recipes(
    name: Annotated[
        str | None, typer.Argument(help="Print this recipe with every default, as YAML.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Argument(help="Changes to it: key=value.", metavar="KEY=VALUE"),
    ] = None,
) -> None:
    """List the packaged recipes, or print one, to change and to train from."""
    require_lab()
    from mien.lab.data.faces import IMAGE_SIZE
    from mien.lab.training.recipe import load_recipe, packaged_recipes

    if name is not None:
        text = load_recipe(name, tuple(overrides or ())).to_yaml()
        out.print(text, markup=False, end="")
        return
    table = Table(title="Recipes", box=box.SIMPLE_HEAD)
    table.add_column("name", no_wrap=True)
    table.add_column("input", justify="right", no_wrap=True)
    table.add_column("epochs", justify="right")
    table.add_column("needs", no_wrap=True)
    # A narrow terminal has the summaries below their recipes' names.
    wide = out.width >= _WIDE
    if wide:
        table.add_column("summary")
    summaries = []
    for known in packaged_recipes():
        recipe = load_recipe(known)
        side = recipe.input.network_side(IMAGE_SIZE)
        needs = {"FER+ votes": recipe.data.ferplus, "weights": bool(recipe.transfer.weights)}
        table.add_row(
            known,
            f"{recipe.input.channels}×{side}×{side}",
            str(recipe.epochs),
            ", ".join(what for what, needed in needs.items() if needed),
            *([recipe.summary] if wide else []),
        )
        summaries.append(f"{known}: {recipe.summary}")
    out.print(table, soft_wrap=False)
    if not wide:
        for summary in summaries:
            out.print(Padding(summary, (0, 2)), soft_wrap=False)
