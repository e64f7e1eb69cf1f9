"""What is evaluated: a run with its torch network, or a model file as people run it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.emotions import LABEL_SETS
from mien.errors import DataError, MienError, RunError, UsageError
from mien.lab.data.faces import SPLITS, FaceData, ImageShape
from mien.lab.data.labels.relabel import relabel
from mien.lab.data.store import load_faces
from mien.lab.evaluation.calibration import BalancedPoint, Calibration
from mien.lab.models import Network
from mien.lab.training.predict import Views, embed, predict_logits
from mien.lab.training.run import Run
from mien.vision.classify import Classifier


class Subject(Protocol):
    """A trained classifier of faces, wherever it comes from."""

    @property
    def name(self) -> str:
        """What tables call it."""

    @property
    def where(self) -> Path:
        """The run folder or the model file."""

    @property
    def results(self) -> Path:
        """Folder that its predictions and figures are written to."""

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Labels by head, in the order of the logits; the first head is the main one."""

    @property
    def image_shape(self) -> ImageShape:
        """Size and colour of the images that it takes."""

    @property
    def data_name(self) -> str:
        """Name of the data set that it was trained on."""

    @property
    def data_sha256(self) -> str:
        """SHA-256 of the data set that it was trained on."""

    @property
    def calibration(self) -> Calibration | None:
        """What it was shipped with; None when it is still to be fitted."""

    def logits(self, images: NDArray[np.uint8], views: Views) -> dict[str, NDArray[np.float32]]:
        """Images of ``image_shape`` to logits ``(n, labels)`` by head, before the temperature."""

    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Images of ``image_shape`` to embeddings ``(n, D)``; None where it does not give any."""


@dataclass(frozen=True)
class RunSubject:
    """A completed training run: its float32 network in torch."""

    run: Run

    def __post_init__(self) -> None:
        self.run.facts()  # Says so when the training is not complete.

    @property
    def name(self) -> str:
        """The run folder's name."""
        return self.run.folder.resolve().name

    @property
    def where(self) -> Path:
        """The run folder."""
        return self.run.folder

    @property
    def results(self) -> Path:
        """The run folder."""
        return self.run.folder

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Labels by head."""
        return {head: tuple(names) for head, names in self.run.facts()["labels"].items()}

    @property
    def image_shape(self) -> ImageShape:
        """Size and colour of the images that it takes."""
        return self.run.image_shape()

    @property
    def data_name(self) -> str:
        """Name of the data set that it was trained on."""
        return str(self.run.facts()["data"])

    @property
    def data_sha256(self) -> str:
        """SHA-256 of the data set that it was trained on, with the recipe's labels."""
        return str(self.run.facts()["data_sha256"])

    @property
    def calibration(self) -> None:
        """Fitted anew by each evaluation on the run's own PublicTest."""
        return None

    @cached_property
    def network(self) -> Network:
        """The trained network in evaluation mode."""
        return self.run.load_model()

    def logits(self, images: NDArray[np.uint8], views: Views) -> dict[str, NDArray[np.float32]]:
        """Logits by head."""
        return predict_logits(self.network, images, self.run.recipe().input, views=views)

    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embeddings ``(n, D)``."""
        return embed(self.network, images, self.run.recipe().input)


@dataclass(frozen=True)
class ModelSubject:
    """A model file, through the runtime's own classifier on ``threads`` threads."""

    where: Path
    results: Path
    threads: int = 1

    @cached_property
    def classifier(self) -> Classifier:
        """The file, opened."""
        return Classifier(self.where, threads=self.threads)

    @property
    def name(self) -> str:
        """The card's name."""
        return self.classifier.card.name

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Labels by head."""
        return {name: head.labels for name, head in self.classifier.card.heads.items()}

    @property
    def image_shape(self) -> ImageShape:
        """Size and colour of the images that it takes."""
        card = self.classifier.card
        return ImageShape(card.input_height, card.colour == "rgb")

    @property
    def data_name(self) -> str:
        """Name of the data set that it was trained on."""
        return self.classifier.card.training.data

    @property
    def data_sha256(self) -> str:
        """SHA-256 of the data set that it was trained on."""
        return self.classifier.card.training.data_sha256

    @property
    def calibration(self) -> Calibration:
        """The temperatures in the graph, the card's threshold of *unsure* and second point."""
        card = self.classifier.card
        temperatures = {name: head.temperature for name, head in card.heads.items()}
        point = None
        if card.balanced is not None:
            there = card.balanced
            point = BalancedPoint(there.factors, there.strength, there.unsure_below)
        return Calibration(temperatures, card.unsure_below, point)

    def logits(self, images: NDArray[np.uint8], views: Views) -> dict[str, NDArray[np.float32]]:
        """Logits by head: the logarithms of the file's probabilities, times its temperature.

        A softmax of them, with the temperature or without, is what the network's own logits give.

        Raises
        ------
        UsageError
            For the ten crops: the central crop is inside the file.
        """
        if views == "ten-crop":
            raise UsageError(
                "a model file sees the central crop only",
                where=self.where,
                hint="--views flip, or ten-crop of the run it was exported from",
            )
        found = [self.classifier.classify(images)]
        if views == "flip":
            found.append(self.classifier.classify(np.ascontiguousarray(images[:, :, ::-1])))
        logits = {}
        for head, temperature in self.calibration.temperatures.items():
            each = [np.log(np.maximum(part[head].astype(np.float64), 1e-30)) for part in found]
            raw = [values * temperature for values in each]
            logits[head] = (raw[0] if len(raw) == 1 else _averaged(raw)).astype(np.float32)
        return logits

    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Embeddings ``(n, D)``; None for a file of an older Mien, which has none inside."""
        return self.classifier.embed(images)


def _averaged(logits: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Logarithm of the mean of the probabilities, as ``predict_logits`` does it."""
    from scipy.special import softmax

    mean: NDArray[np.float64] = np.mean([softmax(values, axis=1) for values in logits], axis=0)
    return np.log(np.maximum(mean, 1e-12))


def open_subject(
    path: Path, results: Path | None = None, threads: int = 1
) -> RunSubject | ModelSubject:
    """A run folder or a ``.onnx`` file.

    Parameters
    ----------
    path : Path
    results : Path, optional
        Where the figures of a model file go; ``evaluation-NAME`` here when None. A run keeps its
        own.
    threads : int
        Of a model file; torch has its own number.

    Raises
    ------
    RunError, ModelFileError
        If there is no such thing, or it cannot be used.
    """
    if path.is_dir() or path.suffix != ".onnx":
        if path.is_file():
            raise RunError("neither a run folder nor a .onnx file", where=path)
        return RunSubject(Run(path))
    subject = ModelSubject(path, results or Path(f"evaluation-{path.stem}"), threads)
    subject.classifier  # noqa: B018 (says so when the file cannot be used)
    return subject


def seen_by(subject: Subject, data: FaceData) -> FaceData:
    """The data set with the labels of the subject's main head, and images of the size it takes.

    Images whose label has no counterpart there are left out, and the notes of the data say so.

    Raises
    ------
    DataError
        If its labels cannot be told in the subject's, or its images are smaller or lack colour.
    """
    return _labelled_for(subject, data).fitted(subject.image_shape)


def _labelled_for(subject: Subject, data: FaceData) -> FaceData:
    head = next(iter(subject.labels))
    if data.label_set.labels == subject.labels[head]:
        return data
    if head not in LABEL_SETS:
        raise DataError(
            f"its labels ({', '.join(data.label_set.labels)}) are not those of {subject.name} "
            f"({', '.join(subject.labels[head])})",
            where=data.name,
            hint="import it with a mapping file onto these labels: mien data import --mapping FILE",
        )
    found = relabel(data, head)
    left_out = len(data) - len(found)
    if not left_out:
        return found
    note = (
        f"{left_out} of {len(data)} images have a label that {head} has no counterpart of: "
        "they are left out"
    )
    return replace(found, notes=(*found.notes, note))


def check_trained_on(subject: Subject, data: FaceData) -> None:
    """Raise ``RunError`` unless ``data`` is what the subject was trained on."""
    if subject.data_sha256 != data.sha256:
        raise RunError(
            f"was trained on other data than {data.name!r} (SHA-256 differs)", where=subject.where
        )


def trained_on(subject: Subject, data: FaceData) -> NDArray[np.uint8]:
    """Training images that the subject was fitted on: ``(m, side, side[, 3])`` uint8.

    m is 0 when these are of another data set than ``data`` and it is not at hand.
    """
    own = data
    if data.sha256 != subject.data_sha256:
        try:
            own = load_faces(subject.data_name).fitted(subject.image_shape)
        except MienError:
            return data.images[:0]
    images: NDArray[np.uint8] = own.images[own.splits == SPLITS.index("Training")]
    return images
