"""Transfer learning: which parts of a network train, and when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor, nn

from mien.lab.models import Network
from mien.lab.section import Section


class Transfer(Section):
    """Start from weights that another task or run has made.

    ``weights`` is ``imagenet`` or the path of a file; none: fresh weights. ``freeze``: ``none``
    trains everything from the start (see ``optimiser.layer_decay`` for smaller steps in the early
    parts); ``backbone`` computes the embedding of every image once, keeps it, and trains what
    follows; ``gradual`` begins with the last part and thaws one more, from the end to the
    beginning, every ``unfreeze_every`` epochs (Howard & Ruder 2018, section 3.3).
    """

    weights: str | None = None
    freeze: Literal["none", "backbone", "gradual"] = "none"
    unfreeze_every: Annotated[int, Field(ge=1)] = 1


class TransferHead(nn.Module):
    """What comes after a network's embedding, as a network of its own."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.last = list(network.parts().values())[-1]
        # Not registered: its other parts are neither trained, averaged nor saved again and again.
        self._network = (network,)

    @property
    def network(self) -> Network:
        """The whole network that this is the end of."""
        return self._network[0]

    def train(self, mode: bool = True) -> TransferHead:
        """Dropout before the heads belongs to the network; the backbone is never run here."""
        self.network.train(mode)
        super().train(mode)
        return self

    def forward(self, embedding: Tensor) -> dict[str, Tensor]:
        """Logits by head of embeddings ``(B, D)``."""
        return self.network.classify(embedding)


def frozen_parts(network: Network, options: Transfer, epoch: int) -> tuple[str, ...]:
    """Names of the parts that do not train in ``epoch`` (from 0), in order."""
    names = tuple(network.parts())
    if options.freeze == "none":
        return ()
    if options.freeze == "backbone":
        return names[:-1]
    training = 1 + epoch // options.unfreeze_every
    return names[: max(0, len(names) - training)]


def train_mode(module: nn.Module, frozen: tuple[str, ...]) -> None:
    """Train a network, or a ``TransferHead``, all but its ``frozen`` parts.

    The batch norms of a frozen part keep their statistics too.
    """
    module.train()
    if isinstance(module, Network):
        for name, part in module.parts().items():
            part.requires_grad_(name not in frozen)
            if name in frozen:
                part.eval()
