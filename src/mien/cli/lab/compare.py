"""``mien compare``: which of several models is really better, and what each costs."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from mien.cli.console import err, out, print_note
from mien.cli.lab.evaluate import Split, View
from mien.cli.lab.installed import require_lab, set_threads
from mien.cli.lab.subject import named_path

if TYPE_CHECKING:
    from mien.lab.comparison.compare import Comparison
    from mien.lab.comparison.compared import Compared

# What the figures leave of 100 columns.
_NAME_WIDTH = 29


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN|MODEL...",
            help="Run folders, .onnx files or names of packaged models, two or more.",
            show_default=False,
        ),
    ],
    split: Annotated[
        Split,
        typer.Option(help="PublicTest is for every choice; PrivateTest to report what was chosen."),
    ] = Split.PUBLIC,
    views: Annotated[
        View, typer.Option(help="Which predictions to compare, see mien evaluate.")
    ] = View.SINGLE,
    baseline: Annotated[
        str | None,
        typer.Option(
            help="Hold all others against this one. Default: the most accurate.",
            show_default=False,
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--out", help="Folder for compare.csv, compare.json, compare.html.")
    ] = Path("compare"),
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Make the predictions that are missing.")
    ] = False,
    speed: Annotated[
        bool, typer.Option("--speed/--no-speed", help="Measure how long a face takes.")
    ] = True,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="CPU threads. Default: all cores to evaluate, one to measure the time.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Accuracy with intervals, paired tests, size, speed and training of several models."""
    require_lab()
    from mien.lab.comparison.compare import compare as compare_models
    from mien.lab.comparison.comparison_page import write_comparison
    from mien.lab.comparison.words import findings

    set_threads(threads)
    with err.status("reading the predictions") as status:
        found = compare_models(
            [named_path(run) for run in runs],
            split=split.value,
            views=views.value,
            baseline=None if baseline is None else named_path(baseline),
            evaluate=evaluate,
            speed=speed,
            threads=threads or 1,
            on_stage=status.update,
        )
        status.update("drawing the page")
        page = write_comparison(found, folder)
    out.print(comparison_table(found))
    for line in findings(found):
        out.print(f"- {line}", markup=False)
    print_note(f"with plots: {page} (and compare.csv, compare.json next to it)")


def comparison_table(found: Comparison) -> Table:
    """The table for the terminal; the rest is on the page."""
    from mien.lab.comparison.words import points, with_margin

    table = Table(
        title=f"{found.split}, {found.images:,} images: per cent with 95 % intervals",
        title_justify="left",
        box=box.SIMPLE,
        pad_edge=False,
    )
    table.add_column("model", overflow="fold")
    columns = ["accuracy", f"against {found.reference_called}", "macro F1", "params", "MMAC"]
    if found.models[0].latency is not None:
        columns.append("ms")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for model in found.models:
        cells = [with_margin(model.scores.accuracy), "", f"{100 * model.scores.macro_f1.value:.1f}"]
        if model.against is not None:
            gain = model.against.difference.accuracy
            cells[1] = f"{points(gain.value)} ({points(gain.low)}, {points(gain.high)})"
        cells += [_short(model.facts.learnable), f"{model.facts.macs / 1e6:.1f}", *_time(model)]
        table.add_row(Text("\n".join(textwrap.wrap(model.name, _NAME_WIDTH))), *cells)
    return table


def _time(model: Compared) -> list[str]:
    return [] if model.latency is None else [f"{model.latency.timings[0].milliseconds:.2f}"]


def _short(count: int) -> str:
    return f"{count / 1e6:.2f} M" if count >= 1e6 else f"{count / 1e3:.0f} k"
