"""Scores of whole photos on a model's card: what ``mien evaluate --end-to-end`` has measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mien.card import ModelCard, Score
from mien.errors import DataError, UsageError
from mien.lab.beside import write_beside
from mien.lab.evaluation.end_to_end.end_to_end import SCHEMA
from mien.lab.evaluation.subject import ModelSubject
from mien.lab.export.graph import with_card

PHOTOS = "photos"
"""In place of a split: the scores are of whole photos, faces found and read, by person."""

FIGURES = {
    "right": "top word right",
    "mean_of_classes": "mean over the frequent classes",
    "answered": "share answered",
    "right_when_answered": "right when answered",
    "calibration_error": "ECE",
    "neutral_shown_negative": "neutral shown a negative word",
}
"""Of an ``end-to-end.json``, and what the card calls them."""

_HINT = "made by: mien evaluate MODEL PHOTOS --end-to-end"


def add_photo_scores(model: Path, found: list[Path], target: Path) -> ModelCard:
    """Write ``target``: the network of ``model`` with scores of photos on its card.

    They take the place of those that the card has. Everything else stays.

    Parameters
    ----------
    model : Path
    found : list of Path
        ``end-to-end.json`` files of this model, one a set of photos and reading.
    target : Path
        May be ``model``.

    Raises
    ------
    DataError
        If a file has another form.
    UsageError
        If a file is of another model.
    """
    card = ModelSubject(model, target.parent).classifier.card
    scores = [score for score in card.scores if score.split != PHOTOS]
    for path in found:
        scores += photo_scores(path, card)
    card = card.model_copy(update={"scores": tuple(scores)})
    content = with_card(model.read_bytes(), card)
    write_beside(target, lambda partial: partial.write_bytes(content))
    return card


def photo_scores(path: Path, card: ModelCard) -> list[Score]:
    """What an ``end-to-end.json`` says of the model with this card."""
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["schema"] != SCHEMA:
            raise ValueError(f"its schema is {found['schema']!r}")
        if found["model"] != card.name or found["reading"] not in {*card.readings, *card.heads}:
            raise UsageError(
                f"is of {found['model']} with the {found['reading']} reading, not of {card.name}",
                where=path,
            )
        return list(_scores(found))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError("it is no result of whole photos", where=path, hint=_HINT) from error


def _scores(found: dict[str, Any]) -> Iterator[Score]:
    source = Path(found["source"])  # A folder, or a table, often the one in a folder.
    rule = source.parent.name if source.name.startswith("labels.") else source.name
    measured = {name: found[name] for name in FIGURES}
    words = dict(FIGURES)
    pictures = {each["label"]: each["pictures"] for each in found["classes"]}
    for each in found["classes"]:
        measured[each["label"]] = each["top"]
        words[each["label"]] = f"{each['label']}: top word right"
    for name, value in measured.items():
        if value["value"] is not None:
            yield Score(
                head=found["reading"],
                metric=words[name],
                split=PHOTOS,
                rule=rule,
                n=pictures.get(name, found["pictures"]),
                value=value["value"],
                low=value["low"],
                high=value["high"],
            )
