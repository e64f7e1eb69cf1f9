"""One exported file of the tiny run."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.card import ModelCard
from mien.lab.data.faces import FaceData
from mien.lab.export.export import export_run
from mien.lab.training.run import Run


@pytest.fixture(scope="session")
def exported(
    finished: Run, faces: FaceData, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, ModelCard, float]:
    """The file, the card and the difference that ``export_run`` gave. Not to be changed."""
    path = tmp_path_factory.mktemp("exported") / "a folder" / "tiny.onnx"
    return (path, *export_run(finished, faces, path))
