"""``mien evaluate``: how good a run or a model file is, on its own data or on others."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from mien.cli.console import out, print_note
from mien.cli.lab.corruptions import evaluate_corruptions
from mien.cli.lab.end_to_end import evaluate_end_to_end
from mien.cli.lab.installed import Threads, require_lab, set_threads
from mien.cli.lab.subject import DataName, SubjectName, data_for, open_named
from mien.cli.lab.tables.groups import group_tables
from mien.cli.lab.tables.scores import score_tables
from mien.cli.options import ReadingName
from mien.errors import UsageError

if TYPE_CHECKING:
    from mien.lab.evaluation.evaluate import Evaluation
    from mien.lab.evaluation.measures.measures import Measures
    from mien.lab.evaluation.measures.statistics import Estimate


class View(StrEnum):
    """What is looked at of each image."""

    SINGLE = "single"
    FLIP = "flip"
    TEN_CROP = "ten-crop"


class Split(StrEnum):
    """Splits that can be evaluated."""

    PUBLIC = "PublicTest"
    PRIVATE = "PrivateTest"
    TRAINING = "Training"
    ALL = "all"


Views = Annotated[
    View,
    typer.Option(
        help="single: the central crop, as a model file does it; flip: averaged with its "
        "mirror image; ten-crop: five crops and their mirror images."
    ),
]

GroupFile = Annotated[
    Path | None,
    typer.Option(
        "--groups",
        help="CSV or Parquet with a column row and columns to group by: who is served worse?",
        show_default=False,
    ),
]

EstimateGroups = Annotated[
    bool,
    typer.Option(
        "--estimate-groups",
        help=r"Guess gender and age of the faces with another model (needs mien\[audit]): a hint "
        "where nothing better is known, no evidence.",
    ),
]

Cross = Annotated[
    bool, typer.Option("--cross", help="Also the groups that two columns make together.")
]

Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Folder for the figures of a model file; evaluation-NAME here when not given. A "
        "run keeps its own.",
        show_default=False,
    ),
]


def evaluate(
    subject: SubjectName,
    data: DataName = None,
    split: Annotated[
        Split,
        typer.Option(
            help="PublicTest is for every choice; PrivateTest (of a run: in addition to "
            "PublicTest) for a recipe that will not change any more; Training and all for data "
            "that the model has never seen."
        ),
    ] = Split.PUBLIC,
    views: Views = View.SINGLE,
    betas: Annotated[
        list[float] | None,
        typer.Option("--beta", help="Of F-beta; may be given again.", show_default="0.5 and 2"),
    ] = None,
    groups: GroupFile = None,
    estimate_groups: EstimateGroups = False,
    cross: Cross = False,
    end_to_end: Annotated[
        bool,
        typer.Option(
            "--end-to-end",
            help="DATA is a folder or table of whole pictures with labels: faces are found and "
            "read as mien analyze does, and intervals are by person.",
        ),
    ] = False,
    corruptions: Annotated[
        bool,
        typer.Option(
            "--corruptions",
            help="Change the faces as cameras, light and covers do, in kinds and strengths, and "
            "show what that does to a model file's answers.",
        ),
    ] = False,
    reading: ReadingName = None,
    to: Out = None,
    threads: Threads = None,
) -> None:
    """Predict, write predictions.parquet, and print the scores with their intervals.

    A run is calibrated on its own PublicTest; a model file carries its calibration.
    """
    require_lab()
    if end_to_end:
        if corruptions:
            raise UsageError("--end-to-end and --corruptions are asked for one at a time")
        evaluate_end_to_end(subject, data, to, reading, threads)
        return
    if corruptions:
        evaluate_corruptions(subject, data, split.value, to, reading, threads)
        return
    if reading is not None:
        raise UsageError(
            "--reading goes with --end-to-end or --corruptions", hint="add one, or leave it out"
        )
    from mien.lab.evaluation.evaluate import (
        BETAS,
        evaluate_subject,
        evaluation_path,
        predictions_path,
    )
    from mien.lab.evaluation.groups.group_files import evaluate_groups

    set_threads(threads)
    opened = open_named(subject, to, threads)
    faces = data_for(opened, data)
    evaluation = evaluate_subject(
        opened, faces, (split.value,), views.value, betas=tuple(betas or BETAS)
    )
    _print_evaluation(evaluation)
    if groups is not None or estimate_groups:
        compared, where = evaluate_groups(
            opened,
            faces,
            split.value,
            views.value,
            evaluation.calibration,
            table=groups,
            estimate=estimate_groups,
            cross=cross,
        )
        out.print(group_tables(compared))
        print_note(f"groups: {where}")
    if views is View.TEN_CROP and _whole_image(opened.where):
        print_note(
            "input.crop is the whole image, so that the ten crops are two: it and its mirror"
        )
    print_note(
        f"all of it: {evaluation_path(opened, faces, views.value)}, from "
        f"{predictions_path(opened, faces, views.value)}"
    )
    on = "" if data is None else f" {data}"
    print_note(f"as a page, with mistakes and pictures: mien report {subject}{on}")


def _print_evaluation(evaluation: Evaluation) -> None:
    for note in evaluation.notes:
        print_note(note)
    out.print(score_tables(evaluation.scores))
    for name, found in evaluation.measures.items():
        out.print(_class_table(name, found))
        _print_confusions(found)
        _print_humans(found)
    _print_calibration(evaluation)
    _print_balanced(evaluation)


def _whole_image(folder: Path) -> bool:
    from mien.lab.training.run import Run

    run = Run(folder)
    side = run.image_shape().side
    return run.recipe().input.cropped(side) == side


def _class_table(split: str, found: Measures) -> Table:
    table = Table(title=f"{split} by class, with 95 % intervals of the recall")
    table.add_column("class")
    betas = [f"F{beta:g}" for beta in found.betas]
    for column in ("precision", "recall", "", "F1", *betas, "n"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in found.classes:
        recall = row.recall
        interval = "" if recall.low is None else f"{recall.low:.2f} to {recall.high:.2f}"
        table.add_row(
            row.label,
            _figure(row.precision.value),
            _figure(recall.value),
            interval,
            _figure(row.f1),
            *(_figure(value) for value in row.f_beta.values()),
            f"{row.images:,}",
        )
    return table


def _print_confusions(found: Measures) -> None:
    pairs = [
        (count, rate, true, guess)
        for true, counts, rates in zip(
            found.labels, found.confusion.counts, found.confusion.rates, strict=True
        )
        for guess, count, rate in zip(found.labels, counts, rates, strict=True)
        if guess != true and count
    ]
    pairs.sort(key=lambda pair: -pair[0])
    if pairs:
        worst = ", ".join(
            f"{true} for {guess} {count} ({rate:.0%})" for count, rate, true, guess in pairs[:3]
        )
        out.print(f"most often taken: {worst} of the class", markup=False)


def _print_humans(found: Measures) -> None:
    if found.humans is not None:
        people, model = found.humans.annotator.value, found.humans.model.value
        if people is not None and model is not None:
            out.print(
                f"of the FER+ annotators {model:.1%} would agree with the model, {people:.1%} "
                "with another annotator"
            )


def _print_calibration(evaluation: Evaluation) -> None:
    calibration = evaluation.calibration
    temperatures = ", ".join(
        f"{head} {value:.3f}" for head, value in calibration.temperatures.items()
    )
    out.print(
        f"temperature: {temperatures}; unsure below {calibration.unsure_below:.3f} "
        f"({evaluation.calibrated_on})",
        markup=False,
    )


def _print_balanced(evaluation: Evaluation) -> None:
    """What the second operating point gains in the rare classes, and what it costs."""
    for split, found in evaluation.balanced.items():
        before, after = evaluation.measures[split].overall, found.overall
        recall = _change(before.balanced_accuracy, after.balanced_accuracy)
        accuracy = _change(before.accuracy, after.accuracy)
        out.print(
            f"balanced operating point, {split}: macro recall {recall}, accuracy {accuracy}",
            markup=False,
        )


def _change(before: Estimate, after: Estimate) -> str:
    return f"{_figure(before.value)} → {_figure(after.value)}"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
