"""``mien evaluate --corruptions``: what bad pictures do to a model's answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from mien.cli.console import err, out, print_note
from mien.cli.lab.subject import data_for, model_file, open_named

if TYPE_CHECKING:
    from mien.lab.evaluation.robustness.corruption_table import CorruptedScores, CorruptionTable


def evaluate_corruptions(
    model: str,
    data: str | None,
    split: str,
    to: Path | None,
    reading: str | None,
    threads: int | None,
) -> None:
    """Measure a model file under every kind and strength, print it, and write corruptions.json."""
    from mien.lab.evaluation.robustness.corruption_table import FILE_NAME, measure_corruptions
    from mien.lab.result_files import OTHER_FOLDER, json_text, write_results
    from mien.vision.pixel_analyzer import PixelAnalyzer

    path = model_file(model, "--corruptions")
    subject = open_named(model, to)
    faces = data_for(subject, data)
    rows = faces.rows(split)
    analyzer = PixelAnalyzer(path, reading=reading, threads=threads or 1)
    with err.status("reading faces") as status:
        found = measure_corruptions(
            analyzer,
            faces.images[rows],
            faces.labels[rows].astype("int64"),
            data=faces.name,
            split=split,
            on_row=status.update,
        )
    target = subject.results / FILE_NAME
    contents = {target.name: json_text(found.to_dict())}
    write_results(target.parent, contents, hint=OTHER_FOLDER)
    out.print(_table(found))
    print_note(f"all of it: {target}")


def _table(found: CorruptionTable) -> Table:
    table = Table(
        title=f"{found.model}, {found.reading} reading, {found.images:,} faces of {found.split}, %"
    )
    table.add_column("kind")
    for name in ("strength", "accuracy", "lost", "confidence", "unsure", "calibration error"):
        table.add_column(name, justify="right")
    _add(table, "as they are", "", found.clean, found.clean)
    for each in found.corrupted:
        _add(table, each.kind, f"{each.strength:g}", each, found.clean)
    table.add_section()
    table.add_row("mean of the kinds", "", f"{100 * found.mean_accuracy:.1f}")
    table.add_section()
    for kind, unsure in found.non_faces.items():
        table.add_row(kind, "", "", "", "", f"{100 * unsure:.1f}")
    return table


def _add(
    table: Table, kind: str, strength: str, scores: CorruptedScores, clean: CorruptedScores
) -> None:
    shares = (
        scores.accuracy,
        clean.accuracy - scores.accuracy,
        scores.confidence,
        scores.unsure,
        scores.calibration_error,
    )
    table.add_row(kind, strength, *(f"{100 * share:.1f}" for share in shares))
