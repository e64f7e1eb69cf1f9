"""Learning rate over the steps of a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from mien.lab.section import NonNegative, Section, own_key

Share = Annotated[float, Field(ge=0, lt=1)]
Whole = Annotated[int, Field(ge=1)]

ONE_CYCLE_START = 1 / 25
"""Where one-cycle begins, as a share of the peak."""

ONE_CYCLE_END = 1e-4 * ONE_CYCLE_START
"""Where one-cycle ends, as a share of the peak."""

# Each schedule's keys besides name, with its own defaults.
_KEYS: dict[str, dict[str, Any]] = {
    "constant": {"warmup": 0.0},
    "step": {"warmup": 0.0, "every": 20, "factor": 0.1},
    "plateau": {"warmup": 0.0, "factor": 0.1, "patience": 10, "min_delta": 0.0},
    "onecycle": {"warmup": 0.3},
    "cosine": {"warmup": 0.05},
    "linear": {"warmup": 0.15},
}


def _own(key: str) -> Callable[[dict[str, Any]], Any]:
    return lambda chosen: _KEYS[chosen["name"]].get(key)


class Schedule(Section):
    """How the learning rate changes from step to step.

    - ``constant``: stays at the peak.
    - ``step``: times ``factor`` after every ``every`` epochs.
    - ``plateau``: times ``factor`` whenever the PublicTest loss has not fallen by more than
      ``min_delta`` for ``patience`` epochs.
    - ``onecycle`` (Smith 2018): from 1/25 of the peak up to it, then down to 1/250,000, both along
      half a cosine.
    - ``cosine`` (Loshchilov & Hutter 2017, without restarts): down to zero along half a cosine.
    - ``linear``: down to zero along a straight line.

    ``warmup`` is the share of all steps in which the rate rises, from nearly zero along a straight
    line (one-cycle: its rising part). A key left out takes the schedule's own default; one that
    the schedule does not know is refused, and reads None.
    """

    name: Literal["constant", "step", "plateau", "onecycle", "cosine", "linear"] = "linear"
    warmup: Share = Field(default_factory=_own("warmup"))
    every: Whole | None = Field(default_factory=_own("every"))
    factor: Annotated[float, Field(gt=0, lt=1)] | None = Field(default_factory=_own("factor"))
    patience: Whole | None = Field(default_factory=_own("patience"))
    min_delta: NonNegative | None = Field(default_factory=_own("min_delta"))

    @field_validator("warmup", "every", "factor", "patience", "min_delta", mode="before")
    @classmethod
    def _check_applies(cls, value: object, info: ValidationInfo) -> object:
        return own_key(value, info, _KEYS, ())


def learning_rate_factor(
    step: int,
    steps: int,
    steps_per_epoch: int,
    schedule: Schedule,
    public_losses: Sequence[float] = (),
) -> float:
    """Factor on the peak learning rate at ``step``: above 0, at most 1.

    A pure function of where the run is, so that a resumed run goes on exactly.

    Parameters
    ----------
    step : int
        From 0, over the whole run.
    steps : int
        Of the whole run.
    steps_per_epoch : int
    schedule : Schedule
    public_losses : sequence of float
        PublicTest losses of the finished epochs in order; only ``plateau`` looks at them.
    """
    warm_up = schedule.warmup * steps
    # 1 at the end of the warm-up, 0 at the end of the run.
    left = max(0.0, (steps - step) / max(1.0, steps - warm_up))
    if schedule.name == "onecycle":
        if step < warm_up:
            return _cosine(ONE_CYCLE_START, 1.0, (step + 1) / (warm_up + 1))
        return _cosine(ONE_CYCLE_END, 1.0, left)
    rising = (step + 1) / (warm_up + 1) if step < warm_up else 1.0
    epoch = step // steps_per_epoch
    match schedule.name:
        case "step":
            assert schedule.every is not None and schedule.factor is not None
            return rising * schedule.factor ** (epoch // schedule.every)
        case "plateau":
            return rising * _plateau(public_losses[:epoch], schedule)
        case "constant":
            return rising
        case _ if step < warm_up:
            return rising
        case "cosine":
            return _cosine(0.0, 1.0, left)
        case _:
            return left


def _cosine(low: float, high: float, share: float) -> float:
    """From ``low`` at share 0 to ``high`` at share 1 along half a cosine."""
    return low + (high - low) * (1 - math.cos(math.pi * share)) / 2


def _plateau(public_losses: Sequence[float], schedule: Schedule) -> float:
    assert schedule.factor is not None
    assert schedule.patience is not None
    assert schedule.min_delta is not None
    rate, best, waited = 1.0, math.inf, 0
    for loss in public_losses:
        if loss < best - schedule.min_delta:
            best, waited = loss, 0
        else:
            waited += 1
        if waited == schedule.patience:
            rate, waited = rate * schedule.factor, 0
    return rate
