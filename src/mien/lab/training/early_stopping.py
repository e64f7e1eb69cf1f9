"""Early stopping: when a run has stopped getting better, and which epoch was its best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from mien.lab.section import NonNegative, Section


class EarlyStopping(Section):
    """Stop after ``patience`` epochs in which the PublicTest loss has not fallen.

    It has fallen when it is more than ``min_delta`` below the lowest one before. Without
    ``patience`` all epochs are trained.
    """

    patience: Annotated[int, Field(ge=1)] | None = None
    min_delta: NonNegative = 0


def best_epoch(public_losses: Sequence[float], min_delta: float = 0) -> int:
    """Index (from 0) of the last epoch whose PublicTest loss fell by more than ``min_delta``.

    Raises
    ------
    ValueError
        If there is no epoch yet.
    """
    if not public_losses:
        raise ValueError("no epoch yet")
    lowest, found = public_losses[0], 0
    for epoch, loss in enumerate(public_losses):
        if loss < lowest - min_delta:
            lowest, found = loss, epoch
    return found


def should_stop(public_losses: Sequence[float], options: EarlyStopping) -> bool:
    """Whether the run is over after the epochs with these PublicTest losses."""
    if options.patience is None or not public_losses:
        return False
    waited = len(public_losses) - 1 - best_epoch(public_losses, options.min_delta)
    return waited >= options.patience
