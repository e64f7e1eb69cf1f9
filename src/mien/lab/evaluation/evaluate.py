"""Evaluate a run or a model file: predictions first, then every figure from their file."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.card import Score
from mien.errors import DataError, RunError, UsageError
from mien.lab.data.faces import FaceData
from mien.lab.evaluation.balanced import at_balance, fit_balanced
from mien.lab.evaluation.calibration import (
    Calibration,
    fit_temperature,
    fit_unsure_threshold,
    probabilities,
)
from mien.lab.evaluation.measures.measures import Measures, measure
from mien.lab.evaluation.predictions import (
    ALL,
    Predictions,
    label_predictions,
    read_predictions,
    write_predictions,
)
from mien.lab.evaluation.scores import point_scores_of, scores_of
from mien.lab.evaluation.subject import RunSubject, Subject, trained_on
from mien.lab.result_files import json_text, write_results
from mien.lab.training.predict import Views
from mien.lab.training.run import Run, result_name

SCHEMA = "mien.evaluation/1"

BETAS = (0.5, 2.0)

SHIPPED = "as shipped in the model file"


@dataclass(frozen=True)
class Evaluation:
    """How good a model is on some splits of a data set.

    Attributes
    ----------
    subject : str
        Name of the run or the model.
    data, data_sha256 : str
        The data set, with the labels of the model.
    notes : tuple of str
        What a reader of the figures has to know: of the import, of labels left out.
    views : str
        What was predicted of each image: single, flip, ten-crop.
    calibration : Calibration
    calibrated_on : str
        Where it comes from, in words.
    measures : dict of str to Measures
        By split.
    balanced : dict of str to Measures
        By split, at the second operating point; empty for a model file that has none.
    """

    subject: str
    data: str
    data_sha256: str
    notes: tuple[str, ...]
    views: str
    calibration: Calibration
    calibrated_on: str
    measures: dict[str, Measures]
    balanced: dict[str, Measures]

    @property
    def scores(self) -> list[Score]:
        """The figures that a card carries."""
        return [s for split, found in self.measures.items() for s in scores_of(found, split)]

    @property
    def balanced_scores(self) -> list[Score]:
        """Those of the second operating point."""
        return [s for split, found in self.balanced.items() for s in point_scores_of(found, split)]

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return {
            "schema": SCHEMA,
            "subject": self.subject,
            "data": self.data,
            "data_sha256": self.data_sha256,
            "notes": list(self.notes),
            "views": self.views,
            "calibration": self.calibration.to_dict(),
            "calibrated_on": self.calibrated_on,
            "scores": [score.model_dump() for score in self.scores],
            "balanced_scores": [score.model_dump() for score in self.balanced_scores],
            "splits": {split: found.to_dict() for split, found in self.measures.items()},
        }


def evaluate_run(
    run: Run, data: FaceData, splits: tuple[str, ...], views: Views = "single"
) -> Evaluation:
    """``evaluate_subject`` for a run."""
    return evaluate_subject(RunSubject(run), data, splits, views)


def evaluate_subject(
    subject: Subject,
    data: FaceData,
    splits: tuple[str, ...],
    views: Views = "single",
    *,
    betas: tuple[float, ...] = BETAS,
) -> Evaluation:
    """Predict, write ``predictions.parquet``, and compute everything from that file.

    Other ``views`` than the single one, and other data than the model was trained on, have files
    of their own names.

    Parameters
    ----------
    subject : Subject
    data : FaceData
        With the labels of the subject: see ``subject.seen_by``.
    splits : tuple of str
        Of a run, PublicTest is always among them: its calibration is fitted on it. PrivateTest is
        for frozen recipes and only measured when named. ``ALL`` for all of other data.
    views : {"single", "flip", "ten-crop"}
    betas : tuple of float
        Of F-beta.

    Raises
    ------
    RunError
        If a run is to be measured on other data before it was on its own, where it is calibrated.
    UsageError
        If the model was fitted on a split that is asked for.
    DataError
        If a split has no rows.
    """
    own = data.sha256 == subject.data_sha256
    if own and (ALL in splits or "Training" in splits):
        raise UsageError(
            f"{subject.name} was fitted on Training of {data.name}",
            hint="--split PublicTest or PrivateTest",
        )
    calibration = subject.calibration or (None if own else _fitted_before(subject))
    wanted = dict.fromkeys((*(() if calibration else ("PublicTest",)), *splits))
    rows = _rows(data, tuple(wanted))
    logits = subject.logits(data.images[rows], views)
    predictions = label_predictions(data, rows, logits, trained_on(subject, data))
    path = predictions_path(subject, data, views)
    write_predictions(predictions, path)
    evaluation = evaluate_predictions(
        read_predictions(path),
        tuple(wanted),
        data=data,
        calibration=calibration,
        subject=subject.name,
        calibrated_on=SHIPPED if subject.calibration else "PublicTest of " + subject.data_name,
        views=views,
        betas=betas,
    )
    target = evaluation_path(subject, data, views)
    write_results(target.parent, {target.name: json_text(evaluation.to_dict())})
    return evaluation


def evaluate_predictions(
    predictions: Predictions,
    splits: tuple[str, ...],
    *,
    data: FaceData | None = None,
    calibration: Calibration | None = None,
    subject: str = "",
    calibrated_on: str = "PublicTest",
    views: str = "single",
    betas: tuple[float, ...] = BETAS,
) -> Evaluation:
    """Measure every split.

    Parameters
    ----------
    predictions : Predictions
    splits : tuple of str
    data : FaceData, optional
        What the predictions are of: for the votes and the notes.
    calibration : Calibration, optional
        Fitted on the predictions of PublicTest when None.
    subject, calibrated_on, views : str
        What the result says of itself.
    betas : tuple of float

    Raises
    ------
    RunError
        If the predictions are of other data.
    DataError
        If a split has no predictions.
    """
    if data is not None:
        check_data(predictions, data)
    if calibration is None:
        calibration = calibrate(predictions.split("PublicTest"))
    measures, balanced, point = {}, {}, calibration.balanced
    for split in splits:
        part = predictions.split(split)
        votes = data.votes[part.rows] if data is not None and data.votes is not None else None
        measures[split] = measure(part, calibration, betas=betas, votes=votes)
        if point is not None:
            shifted = at_balance(part, calibration.temperatures[part.main_head], point)
            there = replace(calibration, unsure_below=point.unsure_below)
            balanced[split] = measure(shifted, there, betas=betas)
    return Evaluation(
        subject=subject,
        data=data.name if data is not None else "",
        data_sha256=predictions.data_sha256,
        notes=data.notes if data is not None else (),
        views=views,
        calibration=calibration,
        calibrated_on=calibrated_on,
        measures=measures,
        balanced=balanced,
    )


def calibrate(public: Predictions) -> Calibration:
    """Fit temperatures, *unsure* and the second operating point on PublicTest's predictions.

    Images that Training holds too are left out, unless there are no others: of those a model knows
    the answer by heart, and would be sure for the wrong reason.
    """
    if not public.twins.all():
        public = public.where(~public.twins, "without twins")
    temperatures = {}
    for head, logits in public.logits.items():
        if not (public.labels[head] >= 0).any():
            raise DataError(
                f"PublicTest has no labels for the head {head!r} to calibrate on",
                hint="import the FER+ votes: mien data import ... --ferplus fer2013new.csv",
            )
        temperatures[head] = round(fit_temperature(logits, public.labels[head]), 4)
    main = public.main_head
    calibrated = probabilities(public.logits[main], temperatures[main])
    correct = calibrated.argmax(axis=1) == public.labels[main]
    return Calibration(
        temperatures,
        fit_unsure_threshold(calibrated.max(axis=1), correct),
        fit_balanced(calibrated, public.labels[main]),
    )


def predictions_path(subject: Subject, data: FaceData, views: str) -> Path:
    """Where the predictions of a data set lie."""
    return result_path("predictions.parquet", subject, data, views)


def evaluation_path(subject: Subject, data: FaceData, views: str) -> Path:
    """Where the figures of a data set lie."""
    return result_path("evaluation.json", subject, data, views)


def result_path(name: str, subject: Subject, data: FaceData, views: str) -> Path:
    """Where a result that is called ``name`` lies, by data set and views."""
    on = "" if data.sha256 == subject.data_sha256 else data.name
    return subject.results / result_name(name, views, on)


def check_data(predictions: Predictions, data: FaceData) -> None:
    """Raise ``RunError`` unless the predictions are of these data."""
    if predictions.data_sha256 != data.sha256:
        raise RunError(
            f"the predictions are of other data than {data.name!r} (SHA-256 differs)",
            hint="make them again with: mien evaluate",
        )


def _rows(data: FaceData, splits: tuple[str, ...]) -> NDArray[np.int64]:
    if ALL in splits:
        return np.arange(len(data))
    return np.concatenate([data.rows(split) for split in splits])


def _fitted_before(subject: Subject) -> Calibration:
    """The calibration of the run's own evaluation."""
    path = subject.results / result_name("evaluation.json", "single", "")
    try:
        return Calibration.from_dict(json.loads(path.read_text("utf-8"))["calibration"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"has not been calibrated: it has to be evaluated on {subject.data_name} first",
            where=subject.where,
            hint=f"run: mien evaluate {subject.where}",
        ) from error
