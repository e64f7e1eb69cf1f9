"""Activations: what each part of a network makes of an image, and units that never speak."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.lab.data.preprocess import Input
from mien.lab.data.views import single_view
from mien.lab.models import Network

BATCH = 128


@dataclass(frozen=True)
class Activation:
    """What one part of a network gives for a batch of images.

    Attributes
    ----------
    part : str
        Its name; parts come in order from input to output.
    values : ndarray of shape (B, C, h, w) or (B, D), float32
        Maps, or a vector. Of the last part: the logits of the main head.
    """

    part: str
    values: NDArray[np.float32]

    @property
    def is_map(self) -> bool:
        """Whether it has a height and a width."""
        return self.values.ndim == 4

    @property
    def shape(self) -> tuple[int, ...]:
        """``(C, h, w)`` or ``(D,)``."""
        return self.values.shape[1:]

    def zero_share(self, position: int) -> float:
        """Share of the values of one image that are exactly 0: what a ReLU has cut off."""
        return float((self.values[position] == 0).mean())

    def strongest(self, position: int, count: int) -> NDArray[np.int64]:
        """Channels of the greatest mean absolute value in one image, the strongest first.

        Raises
        ------
        ValueError
            For a vector, which has no channels.
        """
        if not self.is_map:
            raise ValueError(f"{self.part} gives a vector, which has no channels")
        strength = np.abs(self.values[position]).mean(axis=(1, 2))
        return np.argsort(-strength, kind="stable")[:count]

    def to_dict(self, position: int) -> dict[str, Any]:
        """Of one image, plain types, without the values."""
        return {
            "part": self.part,
            "shape": list(self.shape),
            "zero_share": self.zero_share(position),
        }


@dataclass(frozen=True)
class DeadUnits:
    """How many units of a part are 0 for every image.

    A unit is a channel of a map (0 at every place) or a value of a vector.
    """

    part: str
    dead: int
    units: int


def network_input(images: NDArray[np.uint8], options: Input) -> Tensor:
    """The preprocessed central crops, as a model file makes them.

    Parameters
    ----------
    images : ndarray of shape (B, side, side) or (B, side, side, 3), uint8
    options : Input
        The recipe's ``input``.

    Returns
    -------
    Tensor of shape (B, C, side, side), float32
    """
    return single_view(torch.from_numpy(np.ascontiguousarray(images)), options)[0].contiguous()


def activations(network: Network, inputs: Tensor) -> tuple[Activation, ...]:
    """What each of ``network.parts()`` gives, from input to output, in evaluation mode.

    Parameters
    ----------
    network : Network
    inputs : Tensor of shape (B, C, H, W), float32
        Preprocessed, see ``network_input``.
    """
    with _listening(network) as heard:
        logits = _main_logits(network, inputs)
    names = list(network.parts())
    heard[names[-1]] = logits
    return tuple(Activation(name, heard[name].float().cpu().numpy()) for name in names)


def map_sizes(network: Network, inputs: Tensor) -> dict[str, tuple[int, int]]:
    """Height and width of what each part gives; parts that give vectors are left out."""
    found = activations(network, inputs[:1])
    return {part.part: (part.shape[1], part.shape[2]) for part in found if part.is_map}


def dead_units(
    network: Network, images: NDArray[np.uint8], options: Input
) -> tuple[DeadUnits, ...]:
    """Count the units of each part that are exactly 0 for all images; the heads are left out.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, side, side, 3), uint8
        At least one.
    """
    largest: dict[str, Tensor] = {}
    with _listening(network) as heard:
        for start in range(0, len(images), BATCH):
            _main_logits(network, network_input(images[start : start + BATCH], options))
            for name, values in heard.items():
                strength = values.abs().transpose(0, 1).flatten(1).amax(1)
                before = largest.get(name, strength)
                largest[name] = torch.maximum(before, strength)
    return tuple(
        DeadUnits(name, int((strength == 0).sum()), len(strength))
        for name, strength in largest.items()
    )


def _main_logits(network: Network, inputs: Tensor) -> Tensor:
    device = next(network.parameters()).device
    with torch.inference_mode():
        logits: Tensor = next(iter(network.eval()(inputs.to(device)).values()))
    return logits


@contextmanager
def _listening(network: Network) -> Iterator[dict[str, Tensor]]:
    """Outputs of all parts but the last, as they come; the last one need not be a layer."""
    heard: dict[str, Tensor] = {}

    def listen_to(name: str, part: nn.Module) -> torch.utils.hooks.RemovableHandle:
        # A copy: what comes next may work in place.
        return part.register_forward_hook(
            lambda _, __, output: heard.__setitem__(name, output.detach().clone())
        )

    handles = [listen_to(name, part) for name, part in list(network.parts().items())[:-1]]
    try:
        yield heard
    finally:
        for handle in handles:
            handle.remove()
