"""Export a run as one model file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.card import ModelCard, Score
from mien.errors import RunError
from mien.lab.beside import write_beside
from mien.lab.data.faces import FaceData
from mien.lab.evaluation.calibration import Calibration
from mien.lab.export.cards import make_card
from mien.lab.export.graph import CalibratedNetwork, to_onnx
from mien.lab.export.parity import check_parity
from mien.lab.training.run import Run

PARITY_IMAGES = 512


def export_run(
    run: Run, data: FaceData, target: Path, name: str | None = None
) -> tuple[ModelCard, float]:
    """Write ``target`` from an evaluated run, unless torch and ONNX Runtime disagree.

    Parameters
    ----------
    run : Run
        Trained and evaluated.
    data : FaceData
        Its PublicTest images are what both sides are compared on, beside noise and blank images.
    target : Path
        The ``.onnx`` file to write; only written when the check has passed.
    name : str, optional
        Name on the card; the recipe's when None.

    Returns
    -------
    card : ModelCard
    difference : float
        The largest difference of a probability that the check found.

    Raises
    ------
    RunError
        If the run is not evaluated, or the two sides differ by more than 1e-4.
    """
    calibration, scores, balanced_scores = _read_evaluation(run)
    card = make_card(run, scores, balanced_scores, calibration, name or run.recipe().name)
    network = CalibratedNetwork(
        run.load_model(), run.recipe().input, calibration.temperatures
    ).eval()
    content = to_onnx(network, card)
    difference = check_parity(network, content, card, _parity_images(data))
    write_beside(target, lambda partial: partial.write_bytes(content))
    return card, difference


def _read_evaluation(run: Run) -> tuple[Calibration, list[Score], list[Score]]:
    try:
        raw = json.loads(run.evaluation.read_text("utf-8"))
        scores, balanced = (
            [Score(**score) for score in raw[key]] for key in ("scores", "balanced_scores")
        )
        return Calibration.from_dict(raw["calibration"]), scores, balanced
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            "the run has not been evaluated",
            where=run.folder,
            hint=f"run first: mien evaluate {run.folder}",
        ) from error


def _parity_images(data: FaceData) -> NDArray[np.uint8]:
    """Real faces, uniform noise, and the hard cases of standardisation: blank and nearly blank."""
    real = data.images[data.rows("PublicTest")[:PARITY_IMAGES]]
    noise = np.random.default_rng(0).integers(0, 256, (32, *real.shape[1:]), dtype=np.uint8)
    blank = np.stack([np.full(real.shape[1:], value, np.uint8) for value in (0, 1, 128, 255)])
    nearly = blank.copy()
    nearly[:, 20, 20] ^= 1
    return np.concatenate([real, noise, blank, nearly])
