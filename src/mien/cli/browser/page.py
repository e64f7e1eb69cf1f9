"""``mien page``: the folder with which a browser reads faces by itself."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import out, print_note
from mien.errors import MienError, OutputError
from mien.media.results.output import output_error
from mien.packaged import package_folder

_PACKAGED = Path("browser")
_BUILT_IN_A_CHECKOUT = Path("web", "dist")
_TELLING = Path("reader", "models", "models.json")
"""A file by which a folder is known to be such a page."""

_HOW_TO_BUILD = "build it in the folder of Mien's source: cd web && npm ci && npm run build"


def page(
    to: Annotated[Path, typer.Argument(help="Folder for the page; made anew, or replaced.")],
) -> None:
    """Write the page that reads faces in the browser: static files for any web server.

    It needs no Mien where it is served or opened: docs/guides/browser.md.
    """
    source = find_page()
    try:
        _replace(source, to)
    except OSError as error:
        raise output_error(error, to) from error
    size = sum(file.stat().st_size for file in to.rglob("*") if file.is_file())
    out.print(f"page: {to} ({size / 1e6:.0f} MB)", markup=False)
    print_note(f"look at it with: python -m http.server --directory {to}")


def find_page() -> Path:
    """The folder of the built page: in the package, or in the checkout that it is part of.

    Raises
    ------
    MienError
        If it was not built.
    """
    package = package_folder()
    for folder in (package / _PACKAGED, package.parents[1] / _BUILT_IN_A_CHECKOUT):
        if (folder / _TELLING).is_file():
            return folder
    raise MienError("the page for browsers is not in this installation", hint=_HOW_TO_BUILD)


def _replace(source: Path, to: Path) -> None:
    """Copy the folder whole, beside its place first. Only an empty folder or a page is replaced."""
    if to.is_dir() and any(to.iterdir()) and not (to / _TELLING).is_file():
        raise OutputError("is a folder with other files in it", where=to, hint="name a new folder")
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{to.name}.", dir=to.parent) as beside:
        fresh, old = Path(beside, "fresh"), Path(beside, "old")
        shutil.copytree(source, fresh)
        if to.is_dir():
            to.rename(old)
        fresh.rename(to)  # Fails where there is a file.
