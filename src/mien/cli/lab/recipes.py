"""``mien recipes``: the recipes that come with Mien."""

from __future__ import annotations

from typing import Annotated

import typer
from rich import box
from rich.table import Table

from mien.cli.console import out
from mien.cli.lab.installed import require_lab


def recipes(
    name: Annotated[
        str | None, typer.Argument(help="Print this recipe with every default, as YAML.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Argument(help="Changes to it: key=value.", metavar="[KEY=VALUE]..."),
    ] = None,
) -> None:
    """List the packaged recipes, or print one, to change and to train from."""
    require_lab()
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
    table.add_column("summary")
    for known in packaged_recipes():
        recipe = load_recipe(known)
        needs = {"FER+ votes": recipe.data.ferplus, "weights": bool(recipe.transfer.weights)}
        table.add_row(
            known,
            f"{recipe.input.channels}×{recipe.input.side}×{recipe.input.side}",
            str(recipe.epochs),
            ", ".join(what for what, needed in needs.items() if needed),
            recipe.summary,
        )
    out.print(table, soft_wrap=False)
