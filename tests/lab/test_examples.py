"""The notebooks run from the first cell to the last, in an empty folder."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LEAVES = {
    "1-photo-to-plot": ("photo.png",),
    "2-recording-to-figure": ("rows.csv", "figure.pdf"),
    "3-train-compare-explain": ("runs/wide-s0/curves.png", "comparison", "explained"),
    "4-your-data-with-groups": ("found/end-to-end.json", "found/answers.csv"),
}


def test_each_of_them_is_run():
    assert {path.stem for path in EXAMPLES.glob("*.ipynb")} == set(LEAVES)


@pytest.mark.parametrize("name", LEAVES)
def test_it_runs(name, tmp_path, faces, write_csv, monkeypatch):
    write_csv(tmp_path / "fer2013.csv", faces)
    monkeypatch.setenv("MIEN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    notebook = nbformat.read(EXAMPLES / f"{name}.ipynb", 4)
    for cell in notebook.cells:  # The tests have 56 images.
        cell["source"] = cell["source"].replace(
            "EPOCHS, BATCH_SIZE = 3, 128", "EPOCHS, BATCH_SIZE = 1, 16"
        )
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=None, resources=resources).execute()
    for leaf in LEAVES[name]:
        assert (tmp_path / leaf).exists()


def test_no_path_of_a_computer_is_in_them():
    for path in EXAMPLES.glob("*.ipynb"):
        assert not re.search(r"(?:/home|/root|/Users|/tmp|/work)/", path.read_text("utf-8"))
