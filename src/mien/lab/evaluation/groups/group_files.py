"""Groups from wherever they come: the user's table, the pixels, guesses; ``groups.json``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.lab.data.faces import FaceData
from mien.lab.evaluation.calibration import Calibration
from mien.lab.evaluation.evaluate import check_data, predictions_path, result_path
from mien.lab.evaluation.groups.estimated_groups import estimate_groups
from mien.lab.evaluation.groups.group_columns import image_columns, read_group_columns
from mien.lab.evaluation.groups.group_results import Groups
from mien.lab.evaluation.groups.groups import group_table
from mien.lab.evaluation.predictions import Predictions, read_predictions
from mien.lab.evaluation.subject import Subject
from mien.lab.result_files import json_text, write_results


def find_groups(
    part: Predictions,
    calibration: Calibration,
    data: FaceData,
    *,
    table: Path | None = None,
    estimate: bool = False,
    cross: bool = False,
) -> Groups:
    """Compare groups by light and contrast, by the user's columns, and by guesses.

    Parameters
    ----------
    part : Predictions
        Of one split.
    calibration : Calibration
    data : FaceData
        What they are predictions of.
    table : Path, optional
        As ``read_group_columns`` reads it.
    estimate : bool
        Whether to guess gender and age (``estimate_groups``).
    cross : bool
        Whether to compare the groups of two columns together as well.
    """
    check_data(part, data)
    measured = image_columns(data, part.rows)
    asked: dict[str, NDArray[np.str_]] = {}
    guessed: dict[str, NDArray[np.str_]] = {}
    if table is not None:
        asked = read_group_columns(table, data, part.rows)
        # A column of the user's own stays what it is, whatever its name.
        measured = {
            f"{name} of the pixels" if name in asked else name: values
            for name, values in measured.items()
        }
    if estimate:
        guessed = estimate_groups(data.images[part.rows])
    return group_table(
        part,
        calibration,
        measured | asked | guessed,
        estimated=frozenset(guessed),
        of_pixels=frozenset(measured),
        cross=cross,
    )


def evaluate_groups(
    subject: Subject,
    data: FaceData,
    split: str,
    views: str,
    calibration: Calibration,
    *,
    table: Path | None = None,
    estimate: bool = False,
    cross: bool = False,
) -> tuple[Groups, Path]:
    """``find_groups`` of what was evaluated, and the ``groups.json`` that it writes."""
    part = read_predictions(predictions_path(subject, data, views)).split(split)
    found = find_groups(part, calibration, data, table=table, estimate=estimate, cross=cross)
    target = result_path("groups.json", subject, data, views)
    write_results(target.parent, {target.name: json_text(found.to_dict())})
    return found, target
