"""``compare.json`` and ``compare.csv``: everything that a comparison found, for programs.

Shares lie between 0 and 1; a figure with an interval is {value, low, high} (95 %). The document::

    schema          "mien.compare/1"
    split, views, data_sha256, images, labels, reference, reference_is_baseline
    significant     corrected p values below this are called a difference
    models          [{number, name, facts, scores, against | null, temperature | null,
                      calibration_error | null, latency | null}], highest accuracy first
      facts         {where, kind, recipe, seed, learnable, parameters | null, macs, minutes, epochs,
                     kept_epoch | null, images_per_second | null, gap | null, curve | null}
        curve       {epochs, minutes, accuracy, gap | null, images_per_second}, a value an epoch
      scores        {accuracy, macro_f1, balanced_accuracy}
      against       {difference: {accuracy, macro_f1, balanced_accuracy}, corrected_p, verdict,
                     test: {reference_only, model_only, method, p_value}}; null: the reference
      latency       {runtime, threads, timings: [{batch, milliseconds, lower_quartile,
                     upper_quartile, rounds}]}, milliseconds a face
    groups          [{recipe, seeds, models, accuracy, macro_f1, balanced_accuracy}],
                    each {mean, deviation | null}
    agreement       {both_wrong: [[share]], any_right, all_right, all_wrong}

``compare.csv`` has a line a model, with the same names where there is room for them. What each
field means is written at the dataclass of the same name in ``mien.lab.comparison``.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import Any

from mien.lab.comparison.compare import Comparison
from mien.lab.comparison.compared import Compared, Scores
from mien.lab.evaluation.measures.statistics import SIGNIFICANT

SCHEMA = "mien.compare/1"


def to_json(comparison: Comparison) -> str:
    """The whole comparison; see the top of this module."""
    document = {"schema": SCHEMA, "significant": SIGNIFICANT, **asdict(comparison)}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


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
