"""A model's card in the form of the Hugging Face Hub: Markdown with metadata at its head."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from mien.card import ALL_ROWS, ModelCard, Score

_METRIC_TYPES = {"macro F1": "f1"}
"""Metrics that the Hub knows by another name."""

_DATA_SETS = {"fer2013": "FER2013"}


def hugging_face_card(card: ModelCard, path: Path) -> str:
    """The text of ``README.md`` beside a model file on the Hub.

    Its metadata are the Hub's (licence, tags, and the scores as a ``model-index``); what follows
    is for people. See https://huggingface.co/docs/hub/model-cards.

    Parameters
    ----------
    card : ModelCard
    path : Path
        The model file, for its name and size.
    """
    splits: dict[str, list[Score]] = {}
    for score in card.scores:
        splits.setdefault(score.split, []).append(score)
    # Not the templates of pages: this is Markdown, in which nothing is escaped.
    environment = Environment(
        loader=PackageLoader("mien.front", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("hugging_face.md.jinja").render(
        card=card,
        splits=splits,
        data_set=_DATA_SETS.get(card.training.data, card.training.data),
        named=_named,
        metric_type=lambda score: _METRIC_TYPES.get(
            score.metric, score.metric.lower().replace(" ", "_")
        ),
        file=path.name,
        size=path.stat().st_size,
    )


def _named(score: Score) -> str:
    """Metric, head and rule of a score, in words."""
    rule = "" if score.rule == ALL_ROWS else f" ({score.rule})"
    return f"{score.metric}, {score.head}{rule}"
