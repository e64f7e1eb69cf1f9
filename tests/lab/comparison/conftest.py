"""What to compare: the finished run, another seed of it that is worse, and a model file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mien.card import ModelCard
from mien.lab.comparison import latency
from mien.lab.comparison.compare import Comparison, compare
from mien.lab.evaluation.predictions import Predictions, read_predictions, write_predictions
from mien.lab.evaluation.subject import ModelSubject
from mien.lab.training.run import Run


def spoil(predictions: Predictions, rows: int) -> Predictions:
    """The predictions with the first ``rows`` right answers made wrong."""
    head = predictions.main_head
    logits = predictions.logits[head].copy()
    right = np.flatnonzero(logits.argmax(axis=1) == predictions.labels[head])[:rows]
    logits[right] = -logits[right]
    return replace(predictions, logits={**predictions.logits, head: logits})


@pytest.fixture(scope="session")
def copy_run(finished: Run, as_seed: Callable[[Run, int], None]) -> Callable[..., Run]:
    """Copy the finished run into a folder; ``change`` is applied to its predictions."""

    def copy(
        folder: Path,
        change: Callable[[Predictions], Predictions] = lambda predictions: predictions,
        *,
        seed: int = 3,
    ) -> Run:
        shutil.copytree(finished.folder, folder)
        run = Run(folder)
        as_seed(run, seed)
        write_predictions(change(read_predictions(run.predictions)), run.predictions)
        return run

    return copy


@pytest.fixture(scope="session")
def worse(copy_run: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Seed 4 of the finished run's recipe, with four answers spoilt. Not to be changed."""
    folder = tmp_path_factory.mktemp("worse") / "tiny-s4"
    return copy_run(folder, lambda found: spoil(found, 4), seed=4)


@pytest.fixture
def file_subject(tmp_path: Path, exported: tuple[Path, ModelCard, float]) -> ModelSubject:
    """The finished run as a model file, with a place for its results."""
    path = shutil.copy(exported[0], tmp_path / "small.onnx")
    return ModelSubject(path, tmp_path / "evaluation-small")


@pytest.fixture(scope="module")
def few_rounds() -> Iterator[None]:
    """No more rounds of timing than there have to be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(latency, "MOST_ROUNDS", latency.FEWEST_ROUNDS)
        yield


@pytest.fixture(scope="session")
def comparison(finished: Run, worse: Run) -> Comparison:
    """The worse run is named first."""
    return compare([worse.folder, finished.folder], speed=False)


@pytest.fixture(scope="session")
def wrong(finished: Run) -> np.ndarray:
    """Whether the finished run errs, image by image of PublicTest."""
    part = read_predictions(finished.predictions).split("PublicTest")
    return part.logits[part.main_head].argmax(axis=1) != part.labels[part.main_head]
