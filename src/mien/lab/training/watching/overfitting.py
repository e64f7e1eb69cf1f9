"""Overfitting: said in plain words when it begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mien.lab.training.early_stopping import best_epoch

if TYPE_CHECKING:
    from mien.lab.training.epoch_log import EpochLog

GREATEST_GAP = 0.1
"""Accuracy on Training less that on PublicTest that is not yet called overfitting."""

EPOCHS = 3
"""For how many epochs the gap must have grown and the PublicTest loss not have fallen."""


def gap_warning(logs: Sequence[EpochLog]) -> str | None:
    """A sentence at the epoch at which overfitting is first seen; None at every other one.

    A run overfits when, after an epoch, Training (without augmentation) is recognised more than
    ``GREATEST_GAP`` better than PublicTest, this gap is wider than ``EPOCHS`` epochs before, and
    the PublicTest loss has not been lowest within the last ``EPOCHS`` epochs.
    """
    seen = next((n for n in range(1, len(logs) + 1) if _overfits(logs[:n])), None)
    if seen is None or seen != len(logs):
        return None
    now, before = logs[-1], logs[-1 - EPOCHS]
    best = logs[best_epoch([row.public_loss for row in logs])]
    return (
        f"the model overfits: after epoch {now.epoch} it recognises {now.clean_accuracy:.1%} of "
        f"Training but {now.public_accuracy:.1%} of PublicTest, a gap of {100 * now.gap:.1f} "
        f"points ({100 * before.gap:.1f} after epoch {before.epoch}), and the PublicTest loss is "
        f"{now.public_loss:.3f} (lowest: {best.public_loss:.3f} after epoch {best.epoch}); try "
        "more augmentation, dropout, optimiser.weight_decay or mixing, a smaller model, or "
        "early_stopping.patience"
    )


def _overfits(logs: Sequence[EpochLog]) -> bool:
    if len(logs) <= EPOCHS:
        return False
    return (
        logs[-1].gap > GREATEST_GAP
        and logs[-1].gap > logs[-1 - EPOCHS].gap
        and len(logs) - 1 - best_epoch([row.public_loss for row in logs]) >= EPOCHS
    )
