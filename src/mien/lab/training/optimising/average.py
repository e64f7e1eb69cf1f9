"""Exponential moving average of the weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def averaged(model: nn.Module, decay: float) -> AveragedModel:
    """A running average of ``model``'s weights and batch-norm statistics.

    The decay starts low and grows to ``decay`` as min(decay, (1 + t) / (10 + t)), so that the
    average is of use from the first epoch on.
    """

    @torch.no_grad()
    def update(average: Sequence[Tensor], current: Sequence[Tensor], updates: Tensor | int) -> None:
        step = int(updates)
        weight = 1 - min(decay, (1 + step) / (10 + step))
        if average[0].is_floating_point():
            torch._foreach_lerp_(list(average), list(current), weight)
        else:
            torch._foreach_copy_(list(average), list(current))

    return AveragedModel(model, multi_avg_fn=update, use_buffers=True)
