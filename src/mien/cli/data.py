"""``mien data``: import a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from mien.cli.console import err, out
from mien.cli.lab import require_lab

data_app = typer.Typer(help="Import data sets.", invoke_without_command=True)


@data_app.callback()
def _group(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@data_app.command("import")
def import_data(
    path: Annotated[
        Path,
        typer.Argument(
            help="fer2013.csv, icml_face_data.csv, the folder or .tar.gz that holds one of them, "
            "or a Parquet file with columns emotion, usage, png."
        ),
    ],
    ferplus: Annotated[
        Path | None, typer.Option(help="fer2013new.csv: the FER+ votes, joined row by row.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name that recipes use.")] = "fer2013",
) -> None:
    """Check a data set row by row and keep it, with its SHA-256, for training."""
    require_lab()
    from mien.lab.data.faces import SPLITS
    from mien.lab.data.store import data_folder, import_faces

    with err.status("reading"):
        data = import_faces(path, name=name, ferplus=ferplus)
    table = Table(title=f"{name}: {len(data):,} images")
    table.add_column("")
    for split in SPLITS:
        table.add_column(split, justify="right")
    for number, label in enumerate(data.label_set.labels):
        counts = [
            np.count_nonzero((data.splits == code) & (data.labels == number))
            for code in range(len(SPLITS))
        ]
        table.add_row(label, *(f"{count:,}" for count in counts))
    out.print(table)
    out.print(f"FER+ votes: {'yes' if data.votes is not None else 'no'}")
    out.print(f"SHA-256: {data.sha256}")
    out.print(f"kept in: {data_folder() / name}.safetensors", markup=False)
