"""What the terminal is told of a data set that is now kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from mien.cli.console import out

if TYPE_CHECKING:
    from mien.lab.data.faces import FaceData


def tell_data_set(data: FaceData, kept_in: Path, more_notes: tuple[str, ...] = ()) -> None:
    """Print its counts, notes, labels and hash, where it lies and how a recipe names it."""
    from mien.lab.data.audit.vote_join import check_join

    out.print(_counts_table(data))
    for note in (*data.notes, *more_notes):
        out.print(f"note: {note}", markup=False)
    out.print(f"images: {data.image_shape}")
    out.print(f"label set: {data.label_set.name} ({', '.join(data.label_set.labels)})")
    join = check_join(data)
    agreement = "" if join is None else f"; {join.sentence}"
    out.print(f"FER+ votes: {'yes' if data.votes is not None else 'no'}{agreement}")
    out.print(f"SHA-256: {data.sha256}")
    out.print(f"kept in: {kept_in}", markup=False)
    if data.name != "fer2013":
        out.print(f"use it in a recipe: data.dataset={data.name}", markup=False)


def _counts_table(data: FaceData) -> Table:
    from mien.lab.data.faces import SPLITS

    table = Table(title=f"{data.name}: {len(data):,} images", show_footer=True)
    table.add_column("", footer="all")
    for code, split in enumerate(SPLITS):
        footer = f"{np.count_nonzero(data.splits == code):,}"
        table.add_column(split, justify="right", footer=footer)
    for number, label in enumerate(data.label_set.labels):
        counts = [
            np.count_nonzero((data.splits == code) & (data.labels == number))
            for code in range(len(SPLITS))
        ]
        table.add_row(label, *(f"{count:,}" for count in counts))
    return table
