"""What each model said of the same images: read, checked to be comparable, aligned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import RunError, UsageError
from mien.lab.data.faces import SPLITS
from mien.lab.data.store import load_faces
from mien.lab.evaluation.calibration import fit_temperature
from mien.lab.evaluation.evaluate import evaluate_subject
from mien.lab.evaluation.predictions import Predictions, read_predictions
from mien.lab.evaluation.subject import ModelSubject, RunSubject, seen_by
from mien.lab.training.predict import Views
from mien.lab.training.run import Run, result_name
from mien.packaged import packaged_name

Subject = RunSubject | ModelSubject


@dataclass(frozen=True)
class Answers:
    """What one model said of the images of a split.

    Attributes
    ----------
    predictions : Predictions
        Of the split alone, in the order of the data set.
    temperature : float or None
        Of the main head, fitted on PublicTest; None where that was not evaluated.
    """

    predictions: Predictions
    temperature: float | None

    @property
    def labels(self) -> NDArray[np.int64]:
        """True labels ``(n,)`` of the main head."""
        return self.predictions.labels[self.predictions.main_head]

    @property
    def logits(self) -> NDArray[np.float32]:
        """Logits ``(n, labels)`` of the main head."""
        return self.predictions.logits[self.predictions.main_head]

    @property
    def names(self) -> tuple[str, ...]:
        """Labels of the main head, in the order of the logits."""
        return self.predictions.labels_of[self.predictions.main_head]

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The class with the largest logit ``(n,)``."""
        found: NDArray[np.int64] = self.logits.argmax(axis=1)
        return found


def predictions_path(subject: Subject, views: Views) -> Path:
    """Where ``mien evaluate`` leaves the predictions, or where it has left them.

    Those on data of the same name that are not the very data of the training lie beside the own.
    """
    own = Run(subject.results).predictions_of(views)
    other = own.with_name(result_name("predictions.parquet", views, subject.data_name))
    return other if other.is_file() and not own.is_file() else own


def make_predictions(subject: Subject, split: str, views: Views) -> None:
    """Evaluate ``subject`` on the data that it was trained with, as ``mien evaluate`` does."""
    data = seen_by(subject, load_faces(subject.data_name))
    evaluate_subject(subject, data, ("PublicTest", split), views)


def has_predictions(subject: Subject, split: str, views: Views) -> bool:
    """Whether the images of ``split`` were predicted.

    Raises
    ------
    RunError
        If the file is damaged.
    """
    path = predictions_path(subject, views)
    return path.is_file() and _has_rows(read_predictions(path), split)


def read_answers(subject: Subject, split: str, views: Views) -> Answers:
    """What ``subject`` said of ``split``.

    Raises
    ------
    RunError
        If it was not evaluated there, or the file is damaged.
    """
    if not has_predictions(subject, split, views):
        seen = "" if views == "single" else f" with {views} views"
        raise RunError(
            f"has no predictions of {split}{seen}",
            where=subject.where,
            hint=f"make them with: {evaluate_command(subject, split, views)}, or add --evaluate",
        )
    whole = read_predictions(predictions_path(subject, views))
    return Answers(whole.split(split), _temperature(subject, whole))


def check_comparable(answers: dict[str, Answers]) -> None:
    """Raise ``UsageError`` unless all answer the same question of the same images."""
    (first, one), *others = answers.items()
    for name, other in others:
        if other.names != one.names:
            raise UsageError(
                f"its labels ({', '.join(other.names)}) are not those of {first} "
                f"({', '.join(one.names)})",
                where=name,
                hint="compare models with the same labels",
            )
        if other.predictions.data_sha256 != one.predictions.data_sha256:
            raise UsageError(
                f"was evaluated on other data than {first} (SHA-256 differs)",
                where=name,
                hint="evaluate both on the same data set",
            )
        if not np.array_equal(other.predictions.rows, one.predictions.rows):
            raise UsageError(
                f"was evaluated on other images ({len(other.labels):,}) than {first} "
                f"({len(one.labels):,})",
                where=name,
                hint="evaluate both again",
            )


def evaluate_command(subject: Subject, split: str, views: Views) -> str:
    """The command that makes the missing predictions."""
    name = packaged_name(subject.where) or str(subject.where)
    words = ["mien evaluate", name, "--split", split]
    return " ".join(words if views == "single" else [*words, "--views", views])


def _temperature(subject: Subject, whole: Predictions) -> float | None:
    shipped = subject.calibration
    if shipped is not None:
        return shipped.temperatures[whole.main_head]
    if not _has_rows(whole, "PublicTest"):
        return None
    public, head = whole.split("PublicTest"), whole.main_head
    return fit_temperature(public.logits[head], public.labels[head])


def _has_rows(predictions: Predictions, split: str) -> bool:
    return bool((predictions.splits == SPLITS.index(split)).any())
