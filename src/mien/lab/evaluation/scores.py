"""The figures of a split that a card carries."""

from __future__ import annotations

from mien.card import ALL_ROWS, Score
from mien.lab.evaluation.measures.measures import Headline, Measures
from mien.lab.evaluation.measures.statistics import Estimate

WITHOUT_TWINS = "without twins"
MICROSOFT_RULE = "FER+ majority, Microsoft's rule"


def scores_of(found: Measures, split: str) -> list[Score]:
    """Accuracy and means over classes with and without twins, calibration, *unsure*, FER+."""
    scores = _both(found, split)
    scores += _plain(
        found,
        split,
        {
            "ECE before temperature": found.uncalibrated.calibration_error,
            "ECE": found.calibrated.calibration_error,
            "log loss": found.calibrated.log_loss,
            **_answered(found),
        },
    )
    if found.ferplus is not None:
        part = found.ferplus
        scores.append(
            _score(part.head, "accuracy", split, MICROSOFT_RULE, part.images, part.accuracy)
        )
    return scores


def point_scores_of(found: Measures, split: str) -> list[Score]:
    """Those of ``scores_of`` that another operating point changes on purpose."""
    return _both(found, split) + _plain(found, split, _answered(found))


def _both(found: Measures, split: str) -> list[Score]:
    """Accuracy and means over classes with and without twins."""
    scores = _headline(found.overall, split, ALL_ROWS)
    if found.without_twins is not None:
        scores += _headline(found.without_twins, split, WITHOUT_TWINS)
    return scores


def _answered(found: Measures) -> dict[str, Estimate]:
    unsure = found.risk_coverage.unsure
    return {"share answered": unsure.coverage, "accuracy when answered": unsure.accuracy}


def _plain(found: Measures, split: str, named: dict[str, Estimate]) -> list[Score]:
    return [
        _score(found.head, name, split, ALL_ROWS, found.images, value)
        for name, value in named.items()
        if value.value is not None
    ]


def _headline(part: Headline, split: str, rule: str) -> list[Score]:
    named = {
        "accuracy": part.accuracy,
        "macro F1": part.macro.f1,
        "balanced accuracy": part.balanced_accuracy,
    }
    return [
        _score(part.head, name, split, rule, part.images, value) for name, value in named.items()
    ]


def _score(head: str, metric: str, split: str, rule: str, n: int, found: Estimate) -> Score:
    assert found.value is not None
    return Score(
        head=head,
        metric=metric,
        split=split,
        rule=rule,
        n=n,
        value=found.value,
        low=found.low,
        high=found.high,
    )
