"""``mien evaluate``: how good a run is."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from mien.cli.console import out, print_note
from mien.cli.lab import Threads, require_lab, set_threads
from mien.cli.scores import score_tables


class View(StrEnum):
    """What is looked at of each image."""

    SINGLE = "single"
    FLIP = "flip"
    TEN_CROP = "ten-crop"


class Split(StrEnum):
    """Splits that can be evaluated."""

    PUBLIC = "PublicTest"
    PRIVATE = "PrivateTest"


def evaluate(
    run: Annotated[Path, typer.Argument(help="A run folder, for example runs/vgg8-half-s0.")],
    split: Annotated[
        Split,
        typer.Option(
            help="PublicTest is for every choice; PrivateTest (reported beside it) for a recipe "
            "that will not change any more."
        ),
    ] = Split.PUBLIC,
    views: Annotated[
        View,
        typer.Option(
            help="single: the central crop, as a model file does it; flip: averaged with its "
            "mirror image; ten-crop: five crops and their mirror images."
        ),
    ] = View.SINGLE,
    threads: Threads = None,
) -> None:
    """Predict, write predictions.parquet, calibrate on PublicTest, and print the scores."""
    require_lab()
    from mien.lab.evaluation.evaluate import evaluate_run
    from mien.lab.training.run import Run
    from mien.lab.training.setup import load_data

    set_threads(threads)
    folder = Run(run)
    folder.facts()  # Says so when the training is not complete, before the data are read.
    data = load_data(folder.recipe())
    evaluation = evaluate_run(folder, data, (split.value,), views.value)
    out.print(score_tables(evaluation.scores))
    for name, classes in evaluation.classes.items():
        out.print(_class_table(name, classes))
    temperatures = evaluation.calibration.temperatures
    out.print(
        "temperature: "
        + ", ".join(f"{head} {value:.3f}" for head, value in temperatures.items())
        + f"; unsure below {evaluation.calibration.unsure_below:.3f} (both fitted on PublicTest)"
    )
    if views is View.TEN_CROP and folder.recipe().input.crop == data.images.shape[1]:
        print_note(
            "input.crop is the whole image, so that the ten crops are two: it and its mirror"
        )
    print_note(f"all of it: {folder.evaluation_of(views)}, from {folder.predictions_of(views)}")


def _class_table(split: str, classes: dict[str, dict[str, float]]) -> Table:
    table = Table(title=f"{split} by class")
    table.add_column("class")
    for column in ("precision", "recall", "F1", "n"):
        table.add_column(column, justify="right")
    for name, row in classes.items():
        table.add_row(
            name,
            f"{row['precision']:.3f}",
            f"{row['recall']:.3f}",
            f"{row['f1']:.3f}",
            f"{row['n']:,}",
        )
    return table
