"""A folder of images as people have them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from mien.lab.data.faces import FaceData

SPLIT_FOLDERS = ("train", "valid", "test")


@pytest.fixture(scope="session")
def write_folder() -> Callable[..., Path]:
    """Write a data set as ``<split>/<label>/<row>.png``; splits None: ``<label>/<row>.png``."""

    def write(
        folder: Path,
        data: FaceData,
        splits: tuple[str, ...] | None = SPLIT_FOLDERS,
        labels: tuple[str, ...] | None = None,
        kind: str = "png",
    ) -> Path:
        names = labels or data.label_set.labels
        for row, image in enumerate(data.images):
            split = () if splits is None else (splits[data.splits[row]],)
            place = folder.joinpath(*split, names[data.labels[row]])
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(place / f"{row:05}.{kind}")
        return folder

    return write
