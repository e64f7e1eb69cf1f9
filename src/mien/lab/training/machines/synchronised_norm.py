"""Batch norm over the images of all processes, on any device.

torch's own ``SyncBatchNorm`` works on GPUs only. This one is for the CPU, so that two processes
compute what one would with the whole batch.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


def synchronise_norms(module: nn.Module, device: torch.device) -> None:
    """Let every batch norm of ``module`` share its statistics over the processes, in place.

    Parameters, buffers and their names stay the same.
    """
    for name, child in module.named_children():
        if isinstance(child, _Synchronised | nn.SyncBatchNorm):
            continue
        if isinstance(child, nn.BatchNorm1d | nn.BatchNorm2d):
            if device.type == "cuda":
                convert = nn.SyncBatchNorm.convert_sync_batchnorm
                setattr(module, name, convert(child))  # type: ignore[no-untyped-call]
            else:
                # The same object, so that who holds it (an optimiser, an average) is not misled.
                child.__class__ = _SYNCHRONISED[type(child)]
        else:
            synchronise_norms(child, device)


class _SumOverProcesses(torch.autograd.Function):
    """The sum of every process's tensor; its gradient is the sum of every process's gradient."""

    @staticmethod
    def forward(context: Any, values: Tensor) -> Tensor:
        total = values.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        return _SumOverProcesses.forward(context, gradient)


def _sum_over_processes(values: Tensor) -> Tensor:
    total: Tensor = _SumOverProcesses.apply(values)
    return total


class _Synchronised(nn.modules.batchnorm._BatchNorm):
    def forward(self, values: Tensor) -> Tensor:
        if not self.training or not self.track_running_stats:
            return super().forward(values)
        axes = [0, *range(2, values.ndim)]
        shape = [1, -1] + [1] * (values.ndim - 2)
        # Statistics of 16-bit values are not kept in 16 bits.
        exact = values.float() if values.dtype in (torch.bfloat16, torch.float16) else values
        count = exact.numel() // exact.shape[1] * dist.get_world_size()
        mean = _sum_over_processes(exact.sum(axes)) / count
        centred = exact - mean.view(shape)
        variance = _sum_over_processes(centred.square().sum(axes)) / count
        self._track(mean.detach(), variance.detach() * count / max(1, count - 1))
        scaled = centred * torch.rsqrt(variance + self.eps).view(shape)
        if self.affine:
            scaled = scaled * self.weight.view(shape) + self.bias.view(shape)
        return scaled.to(values.dtype)

    @torch.no_grad()
    def _track(self, mean: Tensor, variance: Tensor) -> None:
        assert self.running_mean is not None and self.running_var is not None
        assert self.num_batches_tracked is not None
        self.num_batches_tracked.add_(1)
        momentum = self.momentum
        share = 1 / float(self.num_batches_tracked) if momentum is None else momentum
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)


class _Synchronised1d(_Synchronised, nn.BatchNorm1d):
    pass


class _Synchronised2d(_Synchronised, nn.BatchNorm2d):
    pass


_SYNCHRONISED: dict[type, type] = {
    nn.BatchNorm1d: _Synchronised1d,
    nn.BatchNorm2d: _Synchronised2d,
}
