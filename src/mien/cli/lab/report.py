"""``mien report``: all about a model on one page."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import err, out, print_note
from mien.cli.lab.evaluate import Cross, EstimateGroups, GroupFile, Split, View, Views
from mien.cli.lab.installed import Threads, require_lab, set_threads
from mien.cli.lab.subject import DataName, SubjectName, data_for, open_named


def report(
    subject: SubjectName,
    data: DataName = None,
    split: Annotated[
        Split,
        typer.Option(
            help="What mistakes, groups and explanations are of. PrivateTest for a recipe that "
            "will not change any more; Training and all for data that the model has never seen."
        ),
    ] = Split.PUBLIC,
    views: Views = View.SINGLE,
    groups: GroupFile = None,
    estimate_groups: EstimateGroups = False,
    cross: Cross = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain/--no-explain", help="Look into the network as well, which takes longest."
        ),
    ] = True,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for report.html and report.json. Default: that of the run, or "
            "evaluation-NAME here for a model file.",
            show_default=False,
        ),
    ] = None,
    threads: Threads = None,
) -> None:
    """Write one page that says how good a model is, on whom it fails and what it looks at."""
    require_lab()
    from mien.lab.report.report import make_report
    from mien.lab.report.report_page import write_report

    set_threads(threads)
    opened = open_named(subject, folder, threads)
    faces = data_for(opened, data)
    with err.status("evaluating") as status:
        found = make_report(
            opened,
            faces,
            split.value,
            views.value,
            group_table=groups,
            estimate_groups=estimate_groups,
            cross=cross,
            explain=explain,
            on_step=status.update,
        )
        status.update("drawing")
        command = shlex.join(["mien", *sys.argv[1:]])
        target = folder or opened.results
        page = write_report(found, faces, target, command)
    for finding in found.findings:
        out.print(f"[bold]{finding.question}[/bold]")
        out.print(f"    {finding.answer}", markup=False)
    size = page.stat().st_size / 1e6
    print_note(f"with pictures: {page} ({size:.1f} MB), figures: report.json next to it")
