"""``mien page``: the built folder, copied whole, or how to build it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import mien.cli.browser.page as verb
from mien.cli.browser.page import find_page, page
from mien.errors import MienError, OutputError


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package ``lib/mien`` in which the page stands."""
    package = tmp_path / "lib" / "mien"
    models = package / "browser" / "reader" / "models"
    models.mkdir(parents=True)
    (models / "models.json").write_text("{}")
    (package / "browser" / "index.html").write_text("<!doctype html>")
    monkeypatch.setattr(verb, "package_folder", lambda: package)
    return package


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_it_writes_the_folder_and_says_how_to_look_at_it(installed, tmp_path, capsys):
    to = tmp_path / "new" / "page"
    page(to)
    assert names(to) == {"index.html", "reader/models/models.json"}
    assert "python -m http.server --directory" in capsys.readouterr().err
    assert [path.name for path in to.parent.iterdir()] == ["page"]


def test_an_older_page_is_replaced_whole(installed, tmp_path):
    to = tmp_path / "page"
    page(to)
    (to / "scripts").mkdir()
    (to / "scripts" / "old.js").write_text("")
    page(to)
    assert names(to) == {"index.html", "reader/models/models.json"}


def test_other_files_are_not_touched(installed, tmp_path):
    to = tmp_path / "documents"
    to.mkdir()
    (to / "letter.txt").write_text("dear")
    with pytest.raises(OutputError, match=r"documents: is a folder with other files in it; name"):
        page(to)
    assert names(to) == {"letter.txt"}


def test_a_file_in_its_place_is_an_error_in_words(installed, tmp_path):
    to = tmp_path / "page"
    to.write_text("mine")
    with pytest.raises(OutputError, match=r"is a file|is not a folder|its folder is not"):
        page(to)
    assert to.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lib", "page"]


def test_a_checkout_has_what_was_built_in_it(installed, monkeypatch, tmp_path):
    checkout = tmp_path / "checkout"
    (checkout / "src" / "mien").mkdir(parents=True)
    shutil.copytree(installed / "browser", checkout / "web" / "dist")
    monkeypatch.setattr(verb, "package_folder", lambda: checkout / "src" / "mien")
    assert find_page() == checkout / "web" / "dist"


def test_where_it_is_not_packaged_it_says_how_to_build_it(installed):
    shutil.rmtree(installed / "browser")
    with pytest.raises(MienError, match=r"not in this installation; build it .*npm run build"):
        find_page()
