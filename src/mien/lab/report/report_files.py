"""Writes a report into a folder."""

from __future__ import annotations

from pathlib import Path

from mien.lab.data.faces import FaceData
from mien.lab.pages.page import write_page
from mien.lab.report.report import Report
from mien.lab.report.report_page import render_page

JSON_NAME, PAGE_NAME = "report.json", "report.html"


def write_report(report: Report, data: FaceData, folder: Path, command: str) -> tuple[Path, Path]:
    """Write ``report.json`` and ``report.html``, each beside first and then renamed.

    Returns
    -------
    tuple of Path
        Of the JSON and of the page.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    texts = {
        folder / JSON_NAME: report.to_json(),
        folder / PAGE_NAME: render_page(report, data, command),
    }
    for path, text in texts.items():
        write_page(path, text)
    return folder / JSON_NAME, folder / PAGE_NAME
