"""A tiny data set that can be learnt, and one tiny run trained on it, for all tests of the lab."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import torch
from PIL import Image

from mien.card import ModelCard
from mien.emotions import FER2013
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.ferplus import VOTE_COLUMNS
from mien.lab.evaluation.evaluate import evaluate_run
from mien.lab.export.export import export_run
from mien.lab.training.loop import train
from mien.lab.training.recipe import Recipe, parse_recipe
from mien.lab.training.run import Run

# Training, PublicTest, PrivateTest; FER2013's classes stand for the patterns 0 to 6.
COUNTS = (56, 21, 19)


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def data_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of imported data sets, never the user's own."""
    folder = tmp_path / "data home"
    monkeypatch.setenv("MIEN_DATA", str(folder))
    return folder


@pytest.fixture(scope="session")
def faces() -> FaceData:
    """96 images of seven coarse patterns under noise, in shuffled splits, with votes."""
    rng = np.random.default_rng(0)
    count = sum(COUNTS)
    labels = rng.permutation(np.arange(count) % len(FER2013)).astype(np.uint8)
    patterns = rng.integers(0, 256, (len(FER2013), 6, 6))
    images = np.kron(patterns[labels], np.ones((8, 8))) + rng.normal(0, 20, (count, 48, 48))
    splits = rng.permutation(np.repeat(np.arange(3), COUNTS)).astype(np.uint8)
    votes = rng.integers(0, 3, (count, len(VOTE_COLUMNS))).astype(np.uint8)
    votes[np.arange(count), labels] += 6
    return FaceData("tiny", images.clip(0, 255).astype(np.uint8), labels, splits, FER2013, votes)


@pytest.fixture(scope="session")
def write_csv() -> Callable[..., Path]:
    """Write a data set as Kaggle does."""

    def write(
        path: Path,
        data: FaceData,
        columns: tuple[str, ...] = ("emotion", "pixels", "Usage"),
        *,
        newline: str = "\n",
        encoding: str = "utf-8",
    ) -> Path:
        with path.open("w", encoding=encoding, newline="") as stream:
            writer = csv.writer(stream, lineterminator=newline)
            writer.writerow(columns)
            for row in range(len(data)):
                fields = {
                    "emotion": data.labels[row],
                    "pixels": " ".join(map(str, data.images[row].ravel())),
                    "Usage": SPLITS[data.splits[row]],
                }
                writer.writerow([fields[column.strip()] for column in columns])
        return path

    return write


@pytest.fixture(scope="session")
def write_votes() -> Callable[..., Path]:
    """Write the votes of a data set as FER+'s ``fer2013new.csv``."""

    def write(path: Path, data: FaceData) -> Path:
        assert data.votes is not None
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["Usage", "Image name", *VOTE_COLUMNS[:-1], "NF"])
            for row, votes in enumerate(data.votes):
                writer.writerow([SPLITS[data.splits[row]], f"fer{row:07}.png", *votes])
        return path

    return write


@pytest.fixture(scope="session")
def write_parquet() -> Callable[..., Path]:
    """Write a data set as Parquet with PNGs; keywords replace or (None) drop columns."""

    def write(path: Path, data: FaceData, **changes: Any) -> Path:
        columns: dict[str, Any] = {
            "emotion": data.labels,
            "usage": [SPLITS[code] for code in data.splits],
            "png": [encode(image) for image in data.images],
        }
        if data.votes is not None:
            for position, name in enumerate(VOTE_COLUMNS):
                columns[f"ferplus_{name}"] = data.votes[:, position]
        columns |= changes
        kept = {name: values for name, values in columns.items() if values is not None}
        pyarrow.parquet.write_table(pyarrow.table(kept), path)
        return path

    def encode(image: np.ndarray) -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, "png")
        return buffer.getvalue()

    return write


@pytest.fixture(scope="session")
def make_recipe() -> Callable[..., Recipe]:
    """A recipe for the tiny data set; keywords change it, section by section."""

    def make(**changes: Any) -> Recipe:
        raw: dict[str, Any] = {
            "name": "tiny",
            "summary": "A network for tests",
            "data": {"dataset": "tiny", "ferplus": True},
            "model": {"name": "vgg8", "width": 4, "dropout": 0.05, "head_dropout": 0.05},
            "input": {"crop": 44},
            "augmentation": {"rotation": 5, "erasing": 0.2},
            "loss": {"label_smoothing": 0.05, "ferplus_blend": 0.2, "ferplus_head": 0.3},
            "optimiser": {"learning_rate": 0.05},
            "epochs": 8,
            "batch_size": 14,
            "ema": 0.8,
            "seed": 3,
        }
        for key, value in changes.items():
            raw[key] = {**raw.get(key, {}), **value} if isinstance(value, dict) else value
        return parse_recipe(raw, "test")

    return make


@pytest.fixture(scope="session")
def finished(
    faces: FaceData,
    make_recipe: Callable[..., Recipe],
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    """A run that was trained and evaluated on both test splits. Not to be changed."""
    run = Run(tmp_path_factory.mktemp("runs") / "tiny-s3")
    train(make_recipe(), faces, run)
    evaluate_run(run, faces, ("PrivateTest",))
    return run


@pytest.fixture
def finished_copy(finished: Run, tmp_path: Path) -> Run:
    """A copy of ``finished`` to change."""
    shutil.copytree(finished.folder, tmp_path / finished.folder.name)
    return Run(tmp_path / finished.folder.name)


@pytest.fixture(scope="session")
def as_seed() -> Callable[[Run, int], None]:
    """Turn a copy of a run into what training with another seed would have left."""

    def change(run: Run, seed: int) -> None:
        facts = run.facts()
        run.write_recipe(run.recipe().model_copy(update={"seed": seed}))
        facts["recipe_sha256"] = run.recipe_sha256()
        (run.folder / "run.json").write_text(json.dumps(facts), "utf-8")

    return change


@pytest.fixture
def disk_full() -> Callable[[], contextlib.AbstractContextManager[None]]:
    """A context in which the system refuses to let any file grow over 4 KB."""
    resource = pytest.importorskip("resource")

    @contextlib.contextmanager
    def limited() -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


@pytest.fixture(scope="session")
def exported(
    finished: Run, faces: FaceData, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, ModelCard, float]:
    """The file, the card and the difference that ``export_run`` gave. Not to be changed."""
    path = tmp_path_factory.mktemp("exported") / "a folder" / "tiny.onnx"
    return (path, *export_run(finished, faces, path))
