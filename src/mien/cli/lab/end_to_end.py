"""``mien evaluate --end-to-end``: what a user is shown of whole pictures with labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from mien.cli.console import err, out, print_note
from mien.cli.lab.subject import model_file
from mien.cli.lab.tables.estimates import interval, percent
from mien.errors import UsageError

if TYPE_CHECKING:
    from mien.lab.evaluation.end_to_end.end_to_end import EndToEnd
    from mien.lab.evaluation.measures.statistics import Estimate

_FIGURES = {
    "right": "top word right",
    "unsure": "unsure",
    "neutral_shown_negative": "neutral shown a negative word",
    "happy_shown": "happy shown as happy",
}


def evaluate_end_to_end(
    model: str, data: str | None, to: Path | None, reading: str | None, threads: int | None
) -> None:
    """Find, read and judge every picture as ``mien analyze`` does, and print how good that is."""
    from mien.lab.evaluation.end_to_end.answers_to_pictures import ask_about, to_csv
    from mien.lab.evaluation.end_to_end.end_to_end import measure_end_to_end
    from mien.lab.evaluation.end_to_end.labelled_pictures import read_labelled_pictures
    from mien.lab.result_files import OTHER_FOLDER, json_text, write_results
    from mien.vision.pixel_analyzer import PixelAnalyzer

    if data is None:
        raise UsageError(
            "--end-to-end needs a folder or table of pictures with labels",
            hint="for example: mien evaluate default photos/ --end-to-end",
        )
    path = model_file(model, "--end-to-end")
    pictures = read_labelled_pictures(Path(data))
    analyzer = PixelAnalyzer(path, reading=reading, threads=threads or 1)
    with err.status("reading pictures") as status:
        answers = ask_about(
            analyzer,
            pictures,
            lambda done: status.update(f"{done} of {len(pictures.paths)} pictures"),
        )
    for line in answers.unreadable:
        print_note(line)
    found = measure_end_to_end(answers)
    folder = to or Path(f"end-to-end-{found.model}")
    contents = {"answers.csv": to_csv(answers), "end-to-end.json": json_text(found.to_dict())}
    write_results(folder, contents, hint=OTHER_FOLDER)
    out.print(_overall(found))
    out.print(_classes(found))
    if found.groups:
        out.print(_groups(found))
    print_note(f"all of it: {folder / 'end-to-end.json'}, {folder / 'answers.csv'}")


def _overall(found: EndToEnd) -> Table:
    people = "" if found.persons is None else f" of {found.persons:,} persons"
    table = Table(
        title=f"{found.model}, {found.reading} reading: {found.pictures:,} pictures{people}"
    )
    table.add_column("figure")
    table.add_column("%", justify="right")
    table.add_column("95 % interval", justify="right", no_wrap=True)
    for name, value in (
        ("top word right", found.right),
        ("mean of the classes", found.mean_of_classes),
        ("shown its label (unsure is wrong)", found.shown),
        ("answered", found.answered),
        ("right when answered", found.right_when_answered),
        ("calibration error", found.calibration_error),
        ("neutral shown a negative word", found.neutral_shown_negative),
    ):
        table.add_row(name, percent(value), interval(value))
    table.add_row("no face found", f"{found.missed:,}", "pictures")
    table.add_row("boxes that lie on each other", f"{found.overlapping:,}", "pictures")
    return table


def _classes(found: EndToEnd) -> Table:
    table = Table(title="by class")
    table.add_column("label")
    for name in ("pictures", "top word right, %", "", "shown, %"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in found.classes:
        table.add_row(
            each.label,
            f"{each.pictures:,}",
            percent(each.top),
            interval(each.top),
            percent(each.shown),
        )
    return table


def _groups(found: EndToEnd) -> Table:
    table = Table(title="by group, %; gaps in points")
    table.add_column("group")
    table.add_column("pictures", justify="right")
    for name in _FIGURES.values():
        table.add_column(name, justify="right")
    for each in found.groups:
        cells = (_with_interval(getattr(each, key)) for key in _FIGURES)
        table.add_row(f"{each.column} {each.group}", f"{each.pictures:,}", *cells)
    for gap in found.gaps:
        cells = (_with_interval(getattr(gap, key)) for key in _FIGURES)
        table.add_row(f"{gap.column}: {gap.groups[0]} less {gap.groups[1]}", "", *cells)
    return table


def _with_interval(value: Estimate) -> str:
    between = interval(value)
    return percent(value) + (f"\n{between}" if between else "")
