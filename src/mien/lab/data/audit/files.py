"""Writes an audit into a folder."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mien.errors import OutputError
from mien.lab.data.audit.audit import Audit
from mien.lab.data.audit.document import to_json
from mien.lab.data.audit.page import render_page
from mien.lab.data.faces import FaceData

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
        _write_beside(path, text)
    return folder / JSON_NAME, folder / PAGE_NAME


def _write_beside(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, "utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot be written ({error})", where=path, hint="choose another folder with --out"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
