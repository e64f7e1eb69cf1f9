"""Optimisers: what a recipe may say about them, and how parameters are grouped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import torch
from pydantic import Field, ValidationInfo, field_validator
from torch import Tensor

from mien.lab.models.network import Network
from mien.lab.section import NonNegative, Positive, Section, own_key
from mien.lab.training.optimising.muon import Muon

Share = Annotated[float, Field(ge=0, lt=1)]

# Each optimiser's keys besides those that all have, with its own defaults.
_KEYS: dict[str, dict[str, Any]] = {
    "sgd": {"learning_rate": 0.1, "weight_decay": 5e-4, "momentum": 0.9},
    "adam": {"learning_rate": 1e-3, "weight_decay": 0.0, "betas": (0.9, 0.999)},
    "adamw": {"learning_rate": 1e-3, "weight_decay": 0.01, "betas": (0.9, 0.999)},
    "muon": {
        "learning_rate": 0.02,
        "weight_decay": 0.01,
        "momentum": 0.95,
        "betas": (0.9, 0.95),
    },
}

MUON_REST_SCALE = 0.05
"""Learning rate of what Muon leaves to AdamW, as a share of Muon's own."""


def _own(key: str) -> Callable[[dict[str, Any]], Any]:
    return lambda chosen: _KEYS[chosen["name"]].get(key)


class Optimiser(Section):
    """The optimiser and its settings.

    - ``sgd``: stochastic gradient descent with Nesterov momentum.
    - ``adam`` (Kingma & Ba 2015): its weight decay is added to the gradient.
    - ``adamw`` (Loshchilov & Hutter 2019): its weight decay acts on the weights themselves.
    - ``muon`` (Jordan et al. 2024): orthogonalised momentum for the kernels and matrices inside
      the network. The first layer, the last part, norms and biases are AdamW's, with ``betas``
      and ``MUON_REST_SCALE`` times the learning rate.

    ``learning_rate`` is the peak, which the schedule scales. ``weight_decay`` spares parameters of
    one dimension, which are norms and biases. ``layer_decay``: the learning rate of each part of
    the network is this times that of the part after it (Howard & Ruder 2018, Clark et al. 2020);
    1: the same everywhere. ``clip``: greatest norm of the whole gradient; 0: not clipped. A key
    left out takes the optimiser's own default; one that it does not know is refused, and reads
    None.
    """

    name: Literal["sgd", "adam", "adamw", "muon"] = "sgd"
    learning_rate: Positive = Field(default_factory=_own("learning_rate"))
    momentum: Share | None = Field(default_factory=_own("momentum"))
    betas: tuple[Share, Share] | None = Field(default_factory=_own("betas"))
    weight_decay: NonNegative = Field(default_factory=_own("weight_decay"))
    layer_decay: Annotated[float, Field(gt=0, le=1)] = 1
    clip: NonNegative = 0

    @field_validator("learning_rate", "momentum", "betas", "weight_decay", mode="before")
    @classmethod
    def _check_applies(cls, value: object, info: ValidationInfo) -> object:
        return own_key(value, info, _KEYS, ("layer_decay", "clip"))


def make_optimiser(network: Network, options: Optimiser) -> torch.optim.Optimizer:
    """The optimiser of all parameters of ``network``, frozen ones too.

    Each parameter group has a ``"scale"``: the training loop sets the group's ``"lr"`` to the
    step's learning rate times it. With ``layer_decay`` 1 and any optimiser but Muon there are two
    groups: what weight decay acts on, and what it spares.
    """
    groups = parameter_groups(network, options)
    rate = options.learning_rate
    for group in groups:
        group["lr"] = rate * group["scale"]
    match options.name:
        case "sgd":
            momentum = options.momentum or 0.0
            return torch.optim.SGD(
                groups, lr=rate, momentum=momentum, nesterov=momentum > 0, foreach=True
            )
        case "muon":
            assert options.momentum is not None and options.betas is not None
            return Muon(groups, lr=rate, momentum=options.momentum, betas=options.betas)
        case _:
            kind = torch.optim.Adam if options.name == "adam" else torch.optim.AdamW
            assert options.betas is not None
            return kind(groups, lr=rate, betas=options.betas, foreach=True)


def parameter_groups(network: Network, options: Optimiser) -> list[dict[str, Any]]:
    """Parameters by learning-rate scale, weight decay and (for Muon) kind of update."""
    parts = [list(part.parameters()) for part in network.parts().values()]
    # A part without parameters, such as a pooling, is no step in depth.
    parts = [parameters for parameters in parts if parameters]
    first = next((p for parameters in parts for p in parameters if p.ndim > 1), None)
    groups: dict[tuple[bool, float, bool], list[Tensor]] = {}
    for below_head, parameters in zip(reversed(range(len(parts))), parts, strict=True):
        for parameter in parameters:
            orthogonal = (
                options.name == "muon"
                and parameter.ndim > 1
                and below_head > 0
                and parameter is not first
            )
            scale = options.layer_decay**below_head
            if options.name == "muon" and not orthogonal:
                scale *= MUON_REST_SCALE
            groups.setdefault((orthogonal, scale, parameter.ndim > 1), []).append(parameter)
    return [
        {
            "params": parameters,
            "scale": scale,
            "weight_decay": options.weight_decay if decays else 0.0,
            **({"orthogonal": orthogonal} if options.name == "muon" else {}),
        }
        for (orthogonal, scale, decays), parameters in groups.items()
    ]
