"""The table of ``mien models --trainable``: every network that the lab can train."""

from __future__ import annotations

from rich import box
from rich.padding import Padding
from rich.table import Table

from mien.cli.console import out
from mien.cli.lab.installed import require_lab

NOTES = (
    "total: as Keras counts, with the running mean and variance of each batch norm; learnable: "
    "without them. Both with one head of 7 labels. MMAC: million multiply-accumulates of one "
    "image of the published input.",
    "inceptionv3-head: Keras's InceptionV3 has no scale in its batch norms, torchvision's has, "
    "hence 17,216 values more than Keras counts (22,991,405).",
)


_WIDE = 110
"""Letters of a line from which on the sources have room in the table."""


def list_trainable() -> None:
    """Print name, parameters, cost, input, licence and source of each registered network.

    The networks are built without memory for their weights, so that it takes no time.

    Raises
    ------
    MissingExtraError
        If the lab is not installed.
    """
    require_lab()
    import torch

    from mien.lab.models import (
        count_macs,
        count_parameters,
        create_model,
        find_entry,
        model_names,
    )

    table = Table(title="Networks to train", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("name", no_wrap=True)
    for column in ("total", "learnable", "MMAC", "input"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("licence", no_wrap=True)
    # Where there is no room for a column, sources stand below the table.
    wide = out.width >= _WIDE
    if wide:
        table.add_column("source")
    sources = []
    for name in model_names():
        entry = find_entry(name)
        with torch.device("meta"):
            network = create_model(name, {"fer2013": 7})
        total, learnable = count_parameters(network)
        macs = count_macs(network, entry.channels, entry.size) / 1e6
        sources.append(f"{name}: {entry.source}")
        table.add_row(
            name,
            f"{total:,}",
            f"{learnable:,}",
            f"{macs:,.1f}" if macs < 100 else f"{macs:,.0f}",
            f"{entry.channels}×{entry.size}×{entry.size}",
            entry.licence,
            *([entry.source] if wide else []),
        )
    out.print(table)
    if not wide:
        for source in sources:
            out.print(Padding(source, (0, 1)), soft_wrap=False)
    for note in NOTES:
        out.print(Padding(note, (0, 1)), soft_wrap=False)
