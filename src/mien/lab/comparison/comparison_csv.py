"""``compare.csv``: a line a model, with the names of ``compare.json`` where there is room."""

from __future__ import annotations

import csv
import io
from typing import Any

from mien.lab.comparison.compare import Comparison
from mien.lab.comparison.compared import Compared, Scores


def to_csv(comparison: Comparison) -> str:
    """One line a model; empty where there is no value."""
    rows = [_row(comparison, model) for model in comparison.models]
    columns = dict.fromkeys(column for row in rows for column in row)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _row(comparison: Comparison, model: Compared) -> dict[str, Any]:
    facts, against = model.facts, model.against
    row: dict[str, Any] = {
        "number": model.number,
        "name": model.name,
        "where": facts.where,
        "kind": facts.kind,
        "recipe": facts.recipe_name,
        "seed": facts.seed,
        "split": comparison.split,
        "views": comparison.views,
        "images": comparison.images,
        **_intervals(model.scores, ""),
        "calibration_error": model.calibration_error,
        "temperature": model.temperature,
        "reference": comparison.reference,
    }
    if against is not None:
        row |= {
            **_intervals(against.difference, "_difference"),
            "reference_only": against.test.reference_only,
            "model_only": against.test.model_only,
            "method": against.test.method,
            "p_value": against.test.p_value,
            "corrected_p": against.corrected_p,
            "verdict": against.verdict,
        }
    row |= {
        "learnable": facts.learnable,
        "parameters": facts.parameters,
        "macs": facts.macs,
        "minutes": facts.minutes,
        "epochs": facts.epochs,
        "kept_epoch": facts.kept_epoch,
        "images_per_second": facts.images_per_second,
        "gap": facts.gap,
    }
    if model.latency is not None:
        row["runtime"], row["threads"] = model.latency.runtime, model.latency.threads
        for timing in model.latency.timings:
            row[f"milliseconds_batch_{timing.batch}"] = timing.milliseconds
    return row


def _intervals(scores: Scores, suffix: str) -> dict[str, float]:
    found = {}
    for name, figure in vars(scores).items():
        found[f"{name}{suffix}"] = figure.value
        found[f"{name}{suffix}_low"] = figure.low
        found[f"{name}{suffix}_high"] = figure.high
    return found
