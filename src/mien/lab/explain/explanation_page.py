"""``explain.html``, and the folder that it stands in."""

from __future__ import annotations

from pathlib import Path

from mien.lab.explain.explain import NetworkExplanation
from mien.lab.explain.pictures import draw_explanation
from mien.lab.pages.page import render
from mien.lab.result_files import OTHER_FOLDER, json_text, write_results

JSON_NAME, PAGE_NAME = "explain.json", "explain.html"


def write_explanation(found: NetworkExplanation, folder: Path) -> Path:
    """Write a PNG a picture, ``explain.json`` and ``explain.html``, all or none.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    pictures = draw_explanation(found)
    contents: dict[str, str | bytes] = {f"{one.name}.png": one.png for one in pictures.all()}
    contents[JSON_NAME] = json_text(found.to_dict())
    contents[PAGE_NAME] = render("explain/page.html.jinja", found=found, pictures=pictures)
    write_results(folder, contents, hint=OTHER_FOLDER)
    return folder / PAGE_NAME
