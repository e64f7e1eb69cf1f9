"""Export a run as one model file."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.card import ModelCard, Score
from mien.errors import RunError
from mien.lab.beside import write_beside
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.evaluation.calibration import Calibration
from mien.lab.evaluation.evaluate import evaluate_subject
from mien.lab.evaluation.everyday import add_everyday
from mien.lab.evaluation.subject import ModelSubject, check_trained_on
from mien.lab.export.cards import make_card
from mien.lab.export.graph import CalibratedNetwork, to_onnx, with_card
from mien.lab.export.halved import halved
from mien.lab.export.optional_maps import without_maps
from mien.lab.export.parity import check_parity
from mien.lab.export.quantise import quantised
from mien.lab.training.run import Run

PARITY_IMAGES = 512

INT8_IMAGES = 1024
"""Training images, evenly spread, that the ranges of int8 are measured on."""


def export_run(
    run: Run,
    data: FaceData,
    target: Path,
    name: str | None = None,
    *,
    int8: bool = False,
    half: bool = False,
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
    int8 : bool
        Write the convolutions in 8-bit integers: see ``quantised``. The scores on the card are then
        measured anew, of the file, on the splits that the run was evaluated on. There are no
        activation maps in it: they would need the weights in float32 beside those in int8.
    half : bool
        Store the weights in 16 bits: see ``halved``; not with ``int8``. The scores are measured
        anew, too.

    Returns
    -------
    card : ModelCard
    difference : float
        The largest difference of a probability that the check found, before weights are rounded.

    Raises
    ------
    RunError
        If the run is not evaluated, or the two sides differ by more than 1e-4.
    """
    calibration, scores, balanced_scores = _read_evaluation(run)
    card = make_card(run, scores, balanced_scores, calibration, name or run.recipe().name)
    if int8:
        card = card.model_copy(update={"activation_maps": None})
    network = CalibratedNetwork(
        run.load_model(), run.recipe().input, calibration.temperatures
    ).eval()
    content = to_onnx(network, card)
    difference = check_parity(network, content, card, _parity_images(data))
    if int8:
        content, card = _in_int8(content, card, data)
    elif half:
        content, card = _measured_again(halved(content), card, data, "--half")
    content, card = _with_readings(content, card, data)
    write_beside(target, lambda partial: partial.write_bytes(content))
    return card, difference


def export_int8(path: Path, data: FaceData, target: Path, name: str) -> ModelCard:
    """Write ``target``: the network of a model file in int8, as ``export_run`` makes it of a run.

    Parameters
    ----------
    path : Path
        A model file in float32.
    data : FaceData
        What it was trained on: Training for the ranges, and what the card has scores of.
    target : Path
    name : str
        On the card.

    Raises
    ------
    RunError
        If ``data`` is not what the model was trained on.
    """
    card = _card_of(path, data, target, name).model_copy(update={"activation_maps": None})
    content, card = _in_int8(without_maps(path.read_bytes()), card, data)
    content, card = _with_readings(content, card, data)
    write_beside(target, lambda partial: partial.write_bytes(content))
    return card


def export_half(path: Path, data: FaceData, target: Path, name: str) -> ModelCard:
    """Write ``target``: the network of a model file with its weights stored in 16 bits.

    Activation maps and readings stay; the scores on the card are measured of the new file, those of
    photos go.

    Parameters
    ----------
    path : Path
        A model file in float32.
    data : FaceData
        What it was trained on.
    target : Path
    name : str
        On the card.

    Raises
    ------
    RunError
        If ``data`` is not what the model was trained on.
    """
    card = _card_of(path, data, target, name)
    content, card = _measured_again(halved(path.read_bytes()), card, data, "--half")
    write_beside(target, lambda partial: partial.write_bytes(content))
    return card


def _card_of(path: Path, data: FaceData, target: Path, name: str) -> ModelCard:
    """The card of a model file under another name, if ``data`` is what it was trained on."""
    subject = ModelSubject(path, target.parent)
    check_trained_on(subject, data)
    return subject.classifier.card.model_copy(update={"name": name})


def _with_readings(content: bytes, card: ModelCard, data: FaceData) -> tuple[bytes, ModelCard]:
    """The file and its card with the everyday reading, as far as the model has what it takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plain.onnx"
        path.write_bytes(content)
        found = add_everyday(ModelSubject(path, Path(folder)).classifier, data)
    card = card.model_copy(update={"readings": found.readings, "legibility": found.legibility})
    return with_card(content, card), card


def _in_int8(content: bytes, card: ModelCard, data: FaceData) -> tuple[bytes, ModelCard]:
    """The file in int8, and the card with what is measured of it."""
    training = data.rows("Training")
    spread = np.linspace(0, len(training) - 1, min(INT8_IMAGES, len(training))).round()
    content = quantised(content, data.images[training[spread.astype(np.int64)]])
    card = card.model_copy(update={"summary": f"{card.summary}, in int8"})
    return _measured_again(content, card, data, "--int8")


def _measured_again(
    content: bytes, card: ModelCard, data: FaceData, option: str
) -> tuple[bytes, ModelCard]:
    """The file with a card whose scores are its own; ``option`` of the export is what changed."""
    commands = tuple(
        f"{command} {option}" if command.startswith("mien export") else command
        for command in card.commands
    )
    card = card.model_copy(update={"commands": commands})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "smaller.onnx"
        path.write_bytes(with_card(content, card))
        splits = tuple(split for split in SPLITS if any(s.split == split for s in card.scores))
        measured = evaluate_subject(ModelSubject(path, Path(folder)), data, splits)
    scores: dict[str, object] = {"scores": tuple(measured.scores)}
    if card.balanced is not None:
        there = {"scores": tuple(measured.balanced_scores)}
        scores["balanced"] = card.balanced.model_copy(update=there)
    card = card.model_copy(update=scores)
    return with_card(content, card), card


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
