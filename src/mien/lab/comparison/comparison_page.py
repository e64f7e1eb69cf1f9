"""``compare.html``: the comparison as one page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from mien.lab.comparison.compare import Comparison
from mien.lab.comparison.compared import Compared
from mien.lab.comparison.comparison_csv import to_csv
from mien.lab.comparison.comparison_figures import (
    MOST_CURVES,
    chosen_curves,
    cost_figure,
    curves_figure,
    line_of,
)
from mien.lab.comparison.latency import BATCHES
from mien.lab.comparison.words import findings, p_value, points, with_margin
from mien.lab.evaluation.measures.statistics import BOOTSTRAP_SAMPLES, EXACT_BELOW, SIGNIFICANT
from mien.lab.pages.page import render
from mien.lab.pages.picture import Picture, picture_of_figure
from mien.lab.result_files import OTHER_FOLDER, json_text, write_results

CSV_NAME, JSON_NAME, PAGE_NAME = "compare.csv", "compare.json", "compare.html"

DASHES = {"-": "none", "--": "7 4", "-.": "8 3 2 3", ":": "2 3"}
"""Line styles of matplotlib in SVG's words, for the key."""


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write ``compare.csv``, ``compare.json`` and ``compare.html``, all or none.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    contents = {
        CSV_NAME: to_csv(comparison),
        JSON_NAME: json_text(comparison.to_dict()),
        PAGE_NAME: render_page(comparison),
    }
    write_results(folder, contents, hint=OTHER_FOLDER)
    return folder / PAGE_NAME


def render_page(comparison: Comparison) -> str:
    """The page as HTML text."""
    curves = chosen_curves(comparison)
    lines = [(model, *line_of(position)) for position, model in enumerate(curves)]
    return render(
        "comparison/compare.html.jinja",
        comparison=comparison,
        findings=findings(comparison),
        costs=_cost_pictures(comparison),
        curves=_curve_pictures(curves),
        key=[(model, colour, DASHES[style]) for model, colour, style in lines],
        left_out=sum(m.facts.curve is not None for m in comparison.models) - len(curves),
        most_curves=MOST_CURVES,
        batches=BATCHES,
        highest={
            name: max(getattr(m.scores, name).value for m in comparison.models)
            for name in ("accuracy", "macro_f1", "balanced_accuracy")
        },
        samples=BOOTSTRAP_SAMPLES,
        exact_below=EXACT_BELOW,
        significant=SIGNIFICANT,
        with_margin=with_margin,
        points=points,
        p_value=p_value,
    )


def _cost_pictures(comparison: Comparison) -> list[Picture]:
    found = []
    costs: dict[str, Callable[[Compared], int]] = {
        "multiply-accumulates of a face": lambda model: model.facts.macs,
        "learnable parameters": lambda model: model.facts.learnable,
    }
    for called, cost in costs.items():
        if len({cost(model) for model in comparison.models}) == 1:
            continue
        figure = cost_figure(comparison, cost, called)
        ranked = ", ".join(
            f"{model.name} {model.scores.accuracy.value:.1%} at {cost(model):,}"
            for model in comparison.models
        )
        found.append(
            picture_of_figure(figure, f"Accuracy over {called}: {ranked}.", f"Over {called}.")
        )
    return found


def _curve_pictures(curves: tuple[Compared, ...]) -> list[Picture]:
    if not curves:
        return []
    names = ", ".join(model.name for model in curves)
    axes: tuple[Literal["epochs", "minutes"], ...] = ("epochs", "minutes")
    found = [
        picture_of_figure(
            curves_figure(curves, across, "accuracy"),
            f"PublicTest accuracy by {across} of {names}.",
            f"Accuracy on PublicTest by {across}.",
        )
        for across in axes
    ]
    gaps = [model.name for model in curves if model.facts.curve and model.facts.curve.gap]
    if gaps:
        found.append(
            picture_of_figure(
                curves_figure(curves, "epochs", "gap"),
                f"Training less PublicTest accuracy by epoch of {', '.join(gaps)}.",
                "Accuracy on Training, without augmentation, less that on PublicTest.",
            )
        )
    return found
