"""``report.html``: one file that loads nothing, readable on a phone and on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml
from matplotlib import colormaps
from matplotlib.colors import Normalize

from mien.lab.data.faces import FaceData
from mien.lab.evaluation.measures.score_figures import score_pictures
from mien.lab.evaluation.mistakes.mistake_galleries import mistake_galleries
from mien.lab.evaluation.robustness.corruption_figure import corruption_picture
from mien.lab.explain.explain import NetworkExplanation
from mien.lab.explain.explanation_figures import blended
from mien.lab.explain.model_file import FileExplanation
from mien.lab.explain.pictures import draw_class_maps, draw_embedding, draw_explanation
from mien.lab.pages.page import percent, render
from mien.lab.pages.picture import Picture, picture_of, picture_of_figure
from mien.lab.report.report import Report
from mien.lab.result_files import OTHER_FOLDER, json_text, write_results
from mien.lab.training.run import Run
from mien.lab.training.watching.learning_curves import draw_curves
from mien.lab.training.watching.read_log import read_log

JSON_NAME, PAGE_NAME = "report.json", "report.html"


def write_report(report: Report, data: FaceData, folder: Path, command: str) -> Path:
    """Write ``report.json`` and ``report.html``, both or none.

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
        JSON_NAME: json_text(report.to_dict()),
        PAGE_NAME: render_page(report, data, command),
    }
    write_results(folder, contents, hint=OTHER_FOLDER)
    return folder / PAGE_NAME


def render_page(report: Report, data: FaceData, command: str) -> str:
    """The page as HTML text.

    Parameters
    ----------
    report : Report
    data : FaceData
        What it was made on, for the pictures.
    command : str
        How to make the page again.
    """
    found = report.explanation
    return render(
        "report/page.html.jinja",
        report=report,
        image_shape=data.image_shape,
        measures=report.evaluation.measures[report.split],
        pictures=score_pictures(report.evaluation.measures[report.split]),
        galleries=mistake_galleries(report.mistakes, data),
        curves=_curves(report),
        recipe=yaml.safe_dump(report.facts.recipe, sort_keys=False, allow_unicode=True),
        explained=draw_explanation(found) if isinstance(found, NetworkExplanation) else None,
        mapped=_mapped(found) if isinstance(found, FileExplanation) else (),
        class_pictures=draw_class_maps(found.classes, found.seen, found.split)
        if isinstance(found, FileExplanation)
        else (),
        embedding_pictures=draw_embedding(found.embedding)
        if isinstance(found, FileExplanation) and found.embedding is not None
        else (),
        corruption=None if report.corruptions is None else corruption_picture(report.corruptions),
        command=command,
    )


def _curves(report: Report) -> Picture | None:
    """The learning curves of a run; a model file has none."""
    log = read_log(Run(Path(report.facts.where)))
    if log is None:
        return None
    return picture_of_figure(
        draw_curves(log),
        f"loss, accuracy and learning rate over {report.facts.epochs} epochs",
        "Loss and accuracy after each epoch. The shaded gap between Training and PublicTest is "
        "what was learnt by heart.",
    )


def _mapped(found: FileExplanation) -> tuple[Picture, ...]:
    """Each image beside itself with the map of its answer over it."""
    pictures = []
    for one in found.images:
        scale = Normalize(0, float(one.map.max()) or 1.0)
        over = blended(one.shown.image, one.map, colormaps["inferno"], scale)
        answer = f"{one.predicted} {percent(one.probabilities[one.predicted], 0)}"
        verdict = "right" if one.predicted == one.shown.label else f"labelled {one.shown.label}"
        pictures.append(
            picture_of(
                np.hstack([one.shown.rgb, over]),
                f"{one.shown.name}, and where the model sees {one.predicted}",
                answer,
                verdict,
            )
        )
    return tuple(pictures)
