"""Evaluate a run: predictions, then calibration on PublicTest, then scores."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mien.card import ALL_ROWS, Score
from mien.emotions import FERPLUS
from mien.errors import DataError, RunError
from mien.lab.beside import write_beside
from mien.lab.data.faces import FaceData
from mien.lab.evaluation import metrics
from mien.lab.evaluation.calibration import (
    Calibration,
    fit_temperature,
    fit_unsure_threshold,
    probabilities,
)
from mien.lab.evaluation.predictions import (
    Predictions,
    label_predictions,
    read_predictions,
    write_predictions,
)
from mien.lab.training.predict import Views, predict_logits
from mien.lab.training.run import Run

WITHOUT_TWINS = "without twins"
MICROSOFT_RULE = "FER+ majority, Microsoft's rule"


@dataclass(frozen=True)
class Evaluation:
    """Calibration, scores and, by split, what the main head does with each class."""

    data_sha256: str
    calibration: Calibration
    scores: list[Score]
    classes: dict[str, dict[str, dict[str, float]]]
    confusion: dict[str, list[list[int]]]

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return {
            "data_sha256": self.data_sha256,
            "calibration": asdict(self.calibration),
            "scores": [score.model_dump() for score in self.scores],
            "classes": self.classes,
            "confusion": self.confusion,
        }


def evaluate_run(
    run: Run, data: FaceData, splits: tuple[str, ...], views: Views = "single"
) -> Evaluation:
    """Predict the splits, write ``predictions.parquet``, and compute everything from that file.

    Other ``views`` than the single one, which is what a model file does, have files of their own.

    PublicTest is always among the splits: calibration is fitted on it. PrivateTest is for frozen
    recipes and only measured when named.

    Raises
    ------
    RunError
        If the run is not complete or was trained on other data.
    """
    facts = run.facts()
    if facts["data_sha256"] != data.sha256:
        raise RunError(
            f"was trained on other data than {data.name!r} (SHA-256 differs)", where=run.folder
        )
    wanted = dict.fromkeys(("PublicTest", *splits))
    rows = np.concatenate([data.rows(split) for split in wanted])
    logits = predict_logits(run.load_model(), data.images[rows], run.recipe().input, views=views)
    predictions, result = run.predictions_of(views), run.evaluation_of(views)
    write_predictions(label_predictions(data, rows, logits), predictions)
    evaluation = evaluate_predictions(read_predictions(predictions), tuple(wanted))
    text = json.dumps(evaluation.to_dict(), indent=1)
    write_beside(result, lambda partial: partial.write_text(text, "utf-8"))
    return evaluation


def evaluate_predictions(predictions: Predictions, splits: tuple[str, ...]) -> Evaluation:
    """Calibrate on PublicTest and score every split."""
    calibration = calibrate(predictions.split("PublicTest"))
    scores: list[Score] = []
    classes, confusion = {}, {}
    for split in splits:
        part = predictions.split(split)
        scores += _main_scores(part, split, calibration)
        if FERPLUS.name in part.logits and (part.labels[FERPLUS.name] >= 0).any():
            scores.append(_ferplus_score(part, split))
        main = part.main_head
        predicted = part.logits[main].argmax(axis=1)
        names = part.labels_of[main]
        classes[split] = metrics.per_class(part.labels[main], predicted, names)
        confusion[split] = metrics.confusion(part.labels[main], predicted, len(names)).tolist()
    return Evaluation(predictions.data_sha256, calibration, scores, classes, confusion)


def calibrate(public: Predictions) -> Calibration:
    """Fit temperatures and the *unsure* threshold on the PublicTest predictions."""
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
    return Calibration(temperatures, fit_unsure_threshold(calibrated.max(axis=1), correct))


def _main_scores(part: Predictions, split: str, calibration: Calibration) -> list[Score]:
    head = part.main_head
    found = []
    for rule, keep in ((ALL_ROWS, np.ones(len(part.rows), bool)), (WITHOUT_TWINS, ~part.twins)):
        if not keep.any():
            continue
        labels = part.labels[head][keep]
        predicted = part.logits[head][keep].argmax(axis=1)
        counts = metrics.confusion(labels, predicted, part.logits[head].shape[1])
        for name, metric in (
            ("accuracy", metrics.accuracy),
            ("macro F1", metrics.macro_f1),
            ("balanced accuracy", metrics.balanced_accuracy),
        ):
            low, high = metrics.bootstrap_interval(metric, counts)
            found.append(
                Score(
                    head=head,
                    metric=name,
                    split=split,
                    rule=rule,
                    n=len(labels),
                    value=float(metric(counts)),
                    low=low,
                    high=high,
                )
            )
    labels = part.labels[head]
    raw = probabilities(part.logits[head], 1.0)
    calibrated = probabilities(part.logits[head], calibration.temperatures[head])
    sure = calibrated.max(axis=1) >= calibration.unsure_below
    right = calibrated.argmax(axis=1) == labels
    plain = {
        "ECE before temperature": metrics.expected_calibration_error(raw, labels),
        "ECE": metrics.expected_calibration_error(calibrated, labels),
        "log loss": metrics.negative_log_likelihood(calibrated, labels),
        "share answered": float(sure.mean()),
        "accuracy when answered": float(right[sure].mean()) if sure.any() else 0.0,
    }
    return found + [
        Score(head=head, metric=name, split=split, rule=ALL_ROWS, n=len(labels), value=value)
        for name, value in plain.items()
    ]


def _ferplus_score(part: Predictions, split: str) -> Score:
    labels = part.labels[FERPLUS.name]
    kept = labels >= 0
    predicted = part.logits[FERPLUS.name][kept].argmax(axis=1)
    counts = metrics.confusion(labels[kept], predicted, len(FERPLUS))
    low, high = metrics.bootstrap_interval(metrics.accuracy, counts)
    return Score(
        head=FERPLUS.name,
        metric="accuracy",
        split=split,
        rule=MICROSOFT_RULE,
        n=int(kept.sum()),
        value=float(metrics.accuracy(counts)),
        low=low,
        high=high,
    )
