"""A folder of results is written whole, or stays what it was."""

from __future__ import annotations

import json

import pytest

from mien.errors import OutputError
from mien.lab.result_files import OTHER_FOLDER, json_text, rows_text, write_results


def test_documents_tables_and_pictures_stand_side_by_side(tmp_path):
    folder = tmp_path / "new" / "folder"
    write_results(folder, {"a.json": json_text({"name": "Ärger"}), "b.png": b"\x89PNG\r\n"})
    assert (folder / "a.json").read_bytes() == '{\n "name": "Ärger"\n}\n'.encode()
    assert (folder / "b.png").read_bytes() == b"\x89PNG\r\n"
    assert len(list(folder.iterdir())) == 2


def test_one_file_that_cannot_be_written_leaves_all_as_they_were(tmp_path, disk_full):
    write_results(tmp_path, {"a.json": "before", "b.html": "before"})
    with disk_full(), pytest.raises(OutputError, match=r"b\.html.*--out"):
        write_results(tmp_path, {"a.json": "after", "b.html": "after" * 2000}, hint=OTHER_FOLDER)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.json": "before",
        "b.html": "before",
    }


def test_a_line_a_row():
    document = {"name": "x", "empty": [], "rows": [{"a": 1, "b": [1, 2]}, {"a": 2, "b": []}]}
    text = rows_text(document)
    assert json.loads(text) == document
    assert '\n    {"a": 1, "b": [1, 2]},\n    {"a": 2, "b": []}\n' in text
