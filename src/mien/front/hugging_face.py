"""A model's card in the form of the Hugging Face Hub: Markdown with metadata at its head."""

from __future__ import annotations

from pathlib import Path

from mien.card import ALL_ROWS, ModelCard, Score
from mien.templates import template_environment

_METRIC_TYPES = {"macro F1": "f1"}
"""Metrics that the Hub knows by another name."""

_DATA_SETS = {"fer2013": "FER2013"}


def hugging_face_card(card: ModelCard, path: Path) -> str:
    """The text of ``README.md`` next to a model file on the Hub.

    Its metadata are the Hub's (licence, tags, and the scores as a ``model-index``); what follows
    is ``card_page``. See https://huggingface.co/docs/hub/model-cards.

    Parameters
    ----------
    card : ModelCard
    path : Path
        The model file, for its name and size.
    """
    return _rendered("hugging_face.md.jinja", card, path)


def card_page(card: ModelCard, path: Path) -> str:
    """A card for people, in Markdown. Parameters as for ``hugging_face_card``."""
    return _rendered("model_card.md.jinja", card, path)


def _rendered(template: str, card: ModelCard, path: Path) -> str:
    splits: dict[str, list[Score]] = {}
    for score in card.scores:
        splits.setdefault(score.split, []).append(score)
    text = (
        template_environment("mien.front", escaped=False)
        .get_template(template)
        .render(
            card=card,
            splits=splits,
            data_set=_DATA_SETS.get(card.training.data, card.training.data),
            named=_named,
            metric_type=_metric_type,
            file=path.name,
            size=path.stat().st_size,
        )
    )
    return f"{text}\n"


def _metric_type(score: Score) -> str:
    return _METRIC_TYPES.get(score.metric, score.metric.lower().replace(" ", "_"))


def _named(score: Score) -> str:
    """Metric, head and rule of a score, in words."""
    rule = "" if score.rule == ALL_ROWS else f" ({score.rule})"
    return f"{score.metric}, {score.head}{rule}"
