"""What bad pictures do to a model's answers, kind by kind and strength by strength."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import DataError
from mien.lab.evaluation.measures.metrics import expected_calibration_error
from mien.lab.evaluation.robustness.corruptions import CORRUPTIONS, Faces, corrupt
from mien.lab.evaluation.robustness.non_faces import non_faces
from mien.packaged import sha256_of
from mien.vision.pixel_analyzer import PixelAnalyzer

SCHEMA = "mien.corruptions/2"
FILE_NAME = "corruptions.json"

MOST_IMAGES = 1000
"""So many images are taken, evenly spread: enough for a point and a half."""


@dataclass(frozen=True)
class CorruptedScores:
    """Answers to faces that were all changed in one way.

    Attributes
    ----------
    kind, unit : str
        Empty for faces as they are.
    strength : float
    accuracy : float
        Share whose top word is the label.
    confidence : float
        Mean probability of the top word.
    unsure : float
        Share of which nothing is said.
    calibration_error : float
    """

    kind: str
    unit: str
    strength: float
    accuracy: float
    confidence: float
    unsure: float
    calibration_error: float


@dataclass(frozen=True)
class CorruptionTable:
    """A model under every kind and strength, after Hendrycks and Dietterich (2019).

    Attributes
    ----------
    model, model_sha256, reading, data, split : str
        The second is of the model file.
    images : int
    clean : CorruptedScores
    corrupted : tuple of CorruptedScores
        Kind by kind, the mildest strength first.
    mean_accuracy : float
        Over all kinds, each the mean over its strengths.
    non_faces : dict of str to float
        By kind of crop without a readable face, the share that is *unsure*.
    """

    model: str
    model_sha256: str
    reading: str
    data: str
    split: str
    images: int
    clean: CorruptedScores
    corrupted: tuple[CorruptedScores, ...]
    mean_accuracy: float
    non_faces: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return {"schema": SCHEMA, **asdict(self)}


def measure_corruptions(
    analyzer: PixelAnalyzer,
    faces: Faces,
    labels: NDArray[np.int64],
    *,
    data: str,
    split: str,
    on_row: Callable[[str], object] = lambda text: None,
) -> CorruptionTable:
    """Ask a model about ``faces`` under every kind and strength.

    Parameters
    ----------
    analyzer : PixelAnalyzer
        Its model and reading are what is measured; nothing is detected.
    faces : ndarray of shape (n, side, side) or (n, side, side, 3), uint8
        At most ``MOST_IMAGES`` of them are taken, evenly spread.
    labels : ndarray of shape (n,), int64
        Positions in the labels of the model's first head.
    data, split : str
        What the result says of itself.
    on_row : callable
        Told what is done next.
    """
    spread = np.linspace(0, len(faces) - 1, min(MOST_IMAGES, len(faces))).round().astype(np.int64)
    faces, labels = faces[spread], labels[spread]

    def scores(changed: Faces, kind: str, unit: str, strength: float) -> CorruptedScores:
        on_row(f"{kind or 'clean'} {strength:g}")
        found = analyzer.look(changed).readings
        shares = found.probabilities
        unsure = [reason is not None for reason in analyzer.reader.why_unsure(found)]
        return CorruptedScores(
            kind=kind,
            unit=unit,
            strength=strength,
            accuracy=float(np.mean(shares.argmax(axis=1) == labels)),
            confidence=float(shares.max(axis=1).mean()),
            unsure=float(np.mean(unsure)),
            calibration_error=expected_calibration_error(shares, labels),
        )

    clean = scores(faces, "", "", 0)
    corrupted = tuple(
        scores(corrupt(faces, kind, strength), kind.name, kind.unit, strength)
        for kind in CORRUPTIONS
        for strength in kind.strengths
    )
    by_kind = [
        np.mean([each.accuracy for each in corrupted if each.kind == kind.name])
        for kind in CORRUPTIONS
    ]
    others = non_faces(faces[: max(8, len(faces) // 4)], np.random.default_rng(0))
    return CorruptionTable(
        model=analyzer.card.name,
        model_sha256=sha256_of(analyzer.classifier.path),
        reading=analyzer.reader.name,
        data=data,
        split=split,
        images=len(faces),
        clean=clean,
        corrupted=corrupted,
        mean_accuracy=float(np.mean(by_kind)),
        non_faces={kind: _share_unsure(analyzer, crops) for kind, crops in others.items()},
    )


def read_corruptions(folder: Path, model: Path) -> CorruptionTable | None:
    """What ``mien evaluate --corruptions`` has left in a folder, if it is of this model file.

    Raises
    ------
    DataError
        If the file is damaged.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
        if found.pop("schema") != SCHEMA or found["model_sha256"] != sha256_of(model):
            return None
        return CorruptionTable(
            **{
                **found,
                "clean": CorruptedScores(**found["clean"]),
                "corrupted": tuple(CorruptedScores(**each) for each in found["corrupted"]),
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "make it again with: mien evaluate MODEL --corruptions"
        raise DataError("it is no table of corruptions", where=path, hint=hint) from error


def _share_unsure(analyzer: PixelAnalyzer, crops: Faces) -> float:
    reasons = analyzer.reader.why_unsure(analyzer.look(crops).readings)
    return float(np.mean([reason is not None for reason in reasons]))
