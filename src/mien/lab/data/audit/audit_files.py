"""Writes an audit into a folder."""

from __future__ import annotations

from pathlib import Path

from mien.lab.data.audit.audit import Audit
from mien.lab.data.audit.audit_page import render_page
from mien.lab.data.audit.document import to_json
from mien.lab.data.faces import FaceData
from mien.lab.pages.page import write_page

JSON_NAME, PAGE_NAME = "audit.json", "audit.html"


def write_audit(audit: Audit, data: FaceData, folder: Path) -> tuple[Path, Path]:
    """Write ``audit.json`` and ``audit.html``, each beside first and then renamed.

    Returns
    -------
    tuple of Path
        Of the JSON and of the page.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    texts = {folder / JSON_NAME: to_json(audit), folder / PAGE_NAME: render_page(audit, data)}
    for path, text in texts.items():
        write_page(path, text)
    return folder / JSON_NAME, folder / PAGE_NAME
