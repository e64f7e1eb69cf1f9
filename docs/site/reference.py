"""A Sphinx extension: the pages of the reference that the program itself writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command_pages import write_command_pages
from model_pages import write_model_pages

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def setup(app: Any) -> dict[str, Any]:
    """Write them before Sphinx looks for its sources."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}


def write_pages(_app: Any) -> None:
    """Write every generated page; the folders are ignored by git."""
    write_command_pages(REFERENCE / "commands")
    write_model_pages(REFERENCE / "models")
