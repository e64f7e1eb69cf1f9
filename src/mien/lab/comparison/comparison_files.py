"""What ``mien compare`` leaves behind."""

from __future__ import annotations

from pathlib import Path

from mien.lab.comparison.compare import Comparison
from mien.lab.comparison.comparison_document import to_csv, to_json
from mien.lab.comparison.comparison_page import render_page
from mien.lab.pages.page import write_page

CSV_NAME, JSON_NAME, PAGE_NAME = "compare.csv", "compare.json", "compare.html"


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write ``compare.csv``, ``compare.json`` and ``compare.html`` into ``folder``.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    texts = {
        CSV_NAME: to_csv(comparison),
        JSON_NAME: to_json(comparison),
        PAGE_NAME: render_page(comparison),
    }
    for name, text in texts.items():
        write_page(folder / name, text)
    return folder / PAGE_NAME
