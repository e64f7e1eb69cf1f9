"""Writes an explanation into a folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from mien.lab.beside import write_beside
from mien.lab.explain.explain import NetworkExplanation
from mien.lab.explain.explanation_document import to_json
from mien.lab.explain.pictures import draw_explanation
from mien.lab.pages.page import render, write_page

JSON_NAME, PAGE_NAME = "explain.json", "explain.html"


def write_explanation(found: NetworkExplanation, folder: Path) -> tuple[Path, Path]:
    """Write a PNG a picture, ``explain.json`` and ``explain.html``, each beside, then renamed.

    Returns
    -------
    tuple of Path
        Of the JSON and of the page.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    pictures = draw_explanation(found)
    page = render("explain/page.html.jinja", found=found, pictures=pictures)
    for one in pictures.all():
        write_beside(
            folder / f"{one.name}.png",
            partial(Path.write_bytes, data=one.png),
            hint="choose another folder with --out",
        )
    write_page(folder / JSON_NAME, to_json(found))
    write_page(folder / PAGE_NAME, page)
    return folder / JSON_NAME, folder / PAGE_NAME
