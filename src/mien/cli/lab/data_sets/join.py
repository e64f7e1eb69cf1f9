"""``mien data join``: several imported data sets as one."""

from __future__ import annotations

from typing import Annotated

import typer

from mien.cli.console import err
from mien.cli.lab.data_sets.told import tell_data_set
from mien.cli.lab.installed import require_lab
from mien.errors import UsageError


def join(
    names: Annotated[list[str], typer.Argument(help="Two or more imported data sets.")],
    name: Annotated[str, typer.Option(help="Name of the joined set, which recipes use.")],
    labels: Annotated[
        str | None,
        typer.Option(
            help="Translate each set to this label set first: positive-negative, valence, four, …",
            show_default=False,
        ),
    ] = None,
    measure_on: Annotated[
        str | None,
        typer.Option(
            help="Set whose PublicTest and PrivateTest count; those of the others are left out.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Join imported data sets, so that a recipe can train on them together."""
    require_lab()
    from mien.lab.data.join import join_faces
    from mien.lab.data.store import load_faces, save_faces, stored_names, stored_path

    target = stored_path(name)
    if name in stored_names():
        raise UsageError(
            f"there is a data set {name} already",
            hint=f"choose another --name, or remove it: mien data remove {name}",
        )
    with err.status("joining"):
        parts = [load_faces(each) for each in names]
        data = join_faces(parts, name, label_set=labels, measure_on=measure_on)
        save_faces(data, target)
    tell_data_set(data, target)
