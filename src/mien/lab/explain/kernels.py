"""Kernels of convolutions: what the first layers look for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.lab.models import Network

LEAST_SIDE = 3
"""A kernel has to be this many pixels wide and high to show anything."""


@dataclass(frozen=True)
class Kernels:
    """Kernels of one convolution, those of the greatest norm first.

    Attributes
    ----------
    part : str
        The part of the network that it stands in.
    layer : str
        Its name inside that part; empty where the part is the convolution.
    applied_to : str
        What of its input they are applied to, in words.
    weights : ndarray of shape (n, h, w), float32
    channels : ndarray of shape (n,), int64
        The output channel of each.
    """

    part: str
    layer: str
    applied_to: str
    weights: NDArray[np.float32]
    channels: NDArray[np.int64]

    @property
    def norms(self) -> NDArray[np.float32]:
        """Euclidean norm of each kernel, descending; shape (n,)."""
        norms: NDArray[np.float32] = np.linalg.norm(self.weights, axis=(1, 2))
        return norms

    def to_dict(self) -> dict[str, Any]:
        """Plain types, without the weights."""
        return {
            "part": self.part,
            "layer": self.layer,
            "applied_to": self.applied_to,
            "shape": list(self.weights.shape),
            "norms": [round(float(norm), 6) for norm in self.norms],
        }


def first_kernels(network: Network, *, colour: bool = False) -> Kernels | None:
    """Kernels of the first convolution that looks at more than one pixel.

    A grey image stands in all its input channels, so the kernels are summed over them; in
    ``colour`` the sum is what they make of what the channels have in common.

    Returns
    -------
    Kernels or None
        None for a network without such a convolution.
    """
    for part, layer, convolution in _convolutions(network):
        weights = _weights(convolution)
        applied_to = "the image in colour" if colour else "the grey image"
        if weights.shape[1] > 1:
            equal = "" if colour else "equal "
            applied_to += f", summed over its {weights.shape[1]} {equal}channels"
        return _sorted(part, layer, applied_to, weights.sum(axis=1))
    return None


def further_kernels(network: Network) -> tuple[Kernels, ...]:
    """Kernels of the first such convolution of each later part.

    Of each only those are given that are applied to the strongest input: the input channel whose
    kernels together have the greatest norm. Where every channel is convolved alone (depthwise)
    those of all channels are given.
    """
    found = []
    seen: set[str] = set()
    for part, layer, convolution in _convolutions(network):
        if part not in seen and seen:
            weights = _weights(convolution)
            if convolution.groups > 1:
                applied_to = "the channel of the same number (depthwise)"
                if weights.shape[1] > 1:
                    applied_to = "the first channel of their group"
                chosen = weights[:, 0]
            else:
                strongest = int(np.square(weights).sum(axis=(0, 2, 3)).argmax())
                applied_to = f"input channel {strongest}, the strongest of {weights.shape[1]}"
                chosen = weights[:, strongest]
            found.append(_sorted(part, layer, applied_to, chosen))
        seen.add(part)
    return tuple(found)


def _convolutions(network: Network) -> Iterator[tuple[str, str, nn.Conv2d]]:
    for part, module in network.parts().items():
        for layer, child in module.named_modules():
            if isinstance(child, nn.Conv2d) and min(child.kernel_size) >= LEAST_SIDE:
                yield part, layer, child


def _weights(convolution: nn.Conv2d) -> NDArray[np.float32]:
    weight: Tensor = convolution.weight
    return weight.detach().float().cpu().numpy()


def _sorted(part: str, layer: str, applied_to: str, weights: NDArray[np.float32]) -> Kernels:
    order = np.argsort(-np.linalg.norm(weights, axis=(1, 2)), kind="stable")
    return Kernels(part, layer, applied_to, weights[order], order.astype(np.int64))
