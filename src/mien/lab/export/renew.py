"""Give a model file a card of today: the same network, with what this Mien fits for a card."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from mien.card import CARD_VERSION, Balanced, ModelCard
from mien.lab.beside import write_beside
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.evaluation.balanced import fit_balanced
from mien.lab.evaluation.calibration import probabilities
from mien.lab.evaluation.evaluate import evaluate_predictions
from mien.lab.evaluation.everyday import add_everyday
from mien.lab.evaluation.predictions import label_predictions
from mien.lab.evaluation.subject import ModelSubject, check_trained_on, trained_on
from mien.lab.export.graph import with_card
from mien.version import __version__


def renew_card(path: Path, data: FaceData, target: Path) -> ModelCard:
    """Write ``target``: the network of ``path`` with a new second operating point and readings.

    Weights, temperatures and the scores of the first point stay; those of photos go, as they are of
    the readings of before. The second point is measured on the splits that the first one has scores
    of.

    Parameters
    ----------
    path : Path
        A model file.
    data : FaceData
        What it was trained on.
    target : Path
        The file to write; may be ``path``.

    Raises
    ------
    RunError
        If ``data`` is not what the model was trained on.
    """
    subject = ModelSubject(path, target.parent)
    card = subject.classifier.card
    check_trained_on(subject, data)
    splits = tuple(split for split in SPLITS if any(s.split == split for s in card.scores))
    wanted = dict.fromkeys(("PublicTest", *splits))
    rows = np.sort(np.concatenate([data.rows(split) for split in wanted]))
    logits = subject.logits(data.images[rows], "single")
    predictions = label_predictions(data, rows, logits, trained_on(subject, data))
    public = predictions.split("PublicTest")
    main = public.main_head
    before = subject.calibration
    calibrated = probabilities(public.logits[main], before.temperatures[main])
    point = fit_balanced(calibrated, public.labels[main])
    found = evaluate_predictions(
        predictions, splits, data=data, calibration=replace(before, balanced=point)
    )
    balanced = Balanced(**asdict(point), scores=tuple(found.balanced_scores))
    scores = tuple(score for score in card.scores if score.split in SPLITS)
    card = add_everyday(subject.classifier, data).model_copy(
        update={
            "balanced": balanced,
            "scores": scores,
            "card_version": CARD_VERSION,
            "mien_version": __version__,
        }
    )
    content = with_card(path.read_bytes(), card)
    write_beside(target, lambda partial: partial.write_bytes(content))
    return card
