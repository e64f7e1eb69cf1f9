"""Learning rate over the steps of a run."""

from __future__ import annotations

from mien.lab.training.recipe import Schedule


def learning_rate_factor(step: int, steps: int, schedule: Schedule) -> float:
    """Factor on the peak learning rate at ``step`` (from 0) of ``steps``: 0 to 1.

    Linear: up from zero during the warm-up, then down to zero at the end.
    """
    warm_up = schedule.warmup * steps
    if step < warm_up:
        return (step + 1) / (warm_up + 1)
    return max(0.0, (steps - step) / max(1.0, steps - warm_up))
