"""A stage of VGG-8 as it is run, not trained: two convolutions, everything linear inside them."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as functional
from torch import Tensor, nn


class Trace(NamedTuple):
    """What a stage computed: ``(B, channels, H, W)`` twice, and ``(B, channels, H // 2, W // 2)``.

    After the first convolution and its activation, after the second convolution, at the end.
    """

    inner: Tensor
    summed: Tensor
    output: Tensor


class FusedStage(nn.Module):
    """``Stage`` in evaluation mode, with batch norms and the skip inside the convolutions.

    The skip over a convolution is that convolution with 1 added to the centre of each channel's own
    kernel (Ding et al. 2021, "RepVGG", section 3.3). The second batch norm stands after the
    max-pool; its slope's size can go before it, its sign cannot.
    """

    sign: Tensor | None
    shift: Tensor

    def __init__(
        self,
        convolution1: nn.Conv2d,
        norm1: nn.BatchNorm2d,
        convolution2: nn.Conv2d,
        norm2: nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        slope1, shift1 = _affine(norm1)
        slope2, shift2 = _affine(norm2)
        second = convolution2.weight.detach().clone()
        own = torch.arange(len(second))
        second[own, own, 1, 1] += 1
        rising = bool((slope2 >= 0).all())
        self.convolution1 = _convolution(convolution1.weight * _along(slope1), shift1)
        self.convolution2 = _convolution(second * _along(slope2.abs()), shift2 * float(rising))
        self.register_buffer("sign", None if rising else _along(slope2.sign())[:, 0])
        self.register_buffer("shift", _along(shift2)[:, 0])

    def forward(self, features: Tensor) -> Tensor:
        """``(B, in_channels, H, W)`` to ``(B, channels, H // 2, W // 2)``."""
        return self.trace(features).output

    def trace(self, features: Tensor) -> Trace:
        """The forward pass, with what ``pull_back`` needs of it."""
        inner = functional.relu(self.convolution1(features))
        summed = self.convolution2(inner)
        if self.sign is None:
            # The activation before the pool: runtimes do it together with the convolution.
            return Trace(inner, summed, functional.max_pool2d(functional.relu(summed), 2))
        pooled = functional.max_pool2d(summed, 2)
        return Trace(inner, summed, functional.relu(pooled * self.sign + self.shift))

    def pull_back(self, gradients: Tensor, trace: Trace) -> Tensor:
        """Gradients of some scalars with respect to the output, to those of the input.

        The chain rule written out, so that it can be exported: ONNX has no backward pass.

        Parameters
        ----------
        gradients : Tensor of shape (B, S, channels, H // 2, W // 2)
            Of S scalars.
        trace : Trace
            Of the same B images.

        Returns
        -------
        Tensor of shape (B, S, in_channels, H, W)
        """
        scalars = gradients.shape[1]
        gradients = gradients * (trace.output > 0).float()[:, None]
        if self.sign is not None:
            gradients = gradients * self.sign
        gradients = _unpool(gradients.flatten(0, 1), trace.summed, scalars)
        gradients = functional.conv_transpose2d(gradients, self.convolution2.weight, padding=1)
        gradients = _by_scalar(gradients, scalars) * (trace.inner > 0).float()[:, None]
        gradients = functional.conv_transpose2d(
            gradients.flatten(0, 1), self.convolution1.weight, padding=1
        )
        return _by_scalar(gradients, scalars)


def _affine(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """What batch norm multiplies each channel by in evaluation mode, and then adds."""
    assert norm.running_var is not None and norm.running_mean is not None
    slope = norm.weight.detach() * (norm.running_var + norm.eps).rsqrt()
    return slope, norm.bias.detach() - norm.running_mean * slope


def _along(channels: Tensor) -> Tensor:
    return channels[:, None, None, None]


def _convolution(weight: Tensor, bias: Tensor) -> nn.Conv2d:
    made = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
    made.weight = nn.Parameter(weight.detach(), requires_grad=False)
    made.bias = nn.Parameter(bias.detach(), requires_grad=False)
    return made


def _by_scalar(values: Tensor, scalars: int) -> Tensor:
    """``(B * S, …)`` to ``(B, S, …)``."""
    return values.view(-1, scalars, *values.shape[1:])


def _unpool(gradients: Tensor, summed: Tensor, scalars: int) -> Tensor:
    """Gradients ``(B * S, channels, h, w)`` to the places that the 2×2 max-pool took."""
    height, width = summed.shape[-2:]
    rest = (0, width % 2, 0, height % 2)

    def spread(values: Tensor) -> Tensor:
        return functional.pad(functional.interpolate(values, scale_factor=2, mode="nearest"), rest)

    taken = (summed == spread(functional.max_pool2d(summed, 2))).float()[:, None]
    return (_by_scalar(spread(gradients), scalars) * taken).flatten(0, 1)
