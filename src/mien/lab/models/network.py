"""What every trainable network is."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

from mien.card import OTHER_OUTPUTS
from mien.errors import RecipeError


class Network(nn.Module, ABC):
    """An embedding of images, and one set of logits a head computed from it.

    The cut between ``embed`` and ``classify`` is where transfer learning cuts: what a frozen
    backbone computes once is the embedding, what trains on it is ``classify``.
    """

    MAPS = ""
    """How ``embed_with_maps`` makes its maps, with the source."""

    @abstractmethod
    def embed(self, images: Tensor) -> Tensor:
        """``(B, C, H, W)`` float32, preprocessed as the recipe's ``input`` says, to ``(B, D)``."""

    @abstractmethod
    def classify(self, embedding: Tensor) -> dict[str, Tensor]:
        """``(B, D)`` to logits ``(B, labels)`` by head; dropout before the heads included."""

    @abstractmethod
    def parts(self) -> dict[str, nn.Module]:
        """The parts in order from input to output, each parameter in exactly one of them.

        The last one is what ``classify`` uses. Gradual unfreezing goes through them from the end,
        layer-wise learning rates grow along them, and activations are shown after each.
        """

    def embed_with_maps(self, images: Tensor, head: str) -> tuple[Tensor, Tensor | None]:
        """The embedding, and class activation maps that a model file can compute.

        Parameters
        ----------
        images : Tensor of shape (B, C, H, W), float32
        head : str

        Returns
        -------
        embedding : Tensor of shape (B, D)
        maps : Tensor of shape (B, labels, h, w), float32, or None
            How strongly each place of the image speaks for each label of ``head``, 0 or more;
            None for a network that has no such maps without automatic differentiation.
        """
        return self.embed(images), None

    def fused(self) -> Network:
        """A network that says the same in evaluation mode and is cheaper to run, or this one."""
        return self

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Logits by head of preprocessed images ``(B, C, H, W)``."""
        return self.classify(self.embed(images))


def count_parameters(network: nn.Module) -> tuple[int, int]:
    """Values a network holds as Keras counts them, and how many of them are learnable.

    Returns
    -------
    total : int
        Learnable values plus the running mean and variance of each batch norm.
    learnable : int
    """
    learnable = sum(parameter.numel() for parameter in network.parameters())
    statistics = sum(buffer.numel() for buffer in network.buffers() if buffer.is_floating_point())
    return learnable + statistics, learnable


def heads_on(features: int, heads: dict[str, int]) -> nn.ModuleDict:
    """One linear layer a head on ``features`` values.

    Raises
    ------
    RecipeError
        If a head has the name of something that torch's containers have already, or of another
        output of a model file.
    """
    for name in heads:
        if hasattr(nn.ModuleDict(), name) or name in OTHER_OUTPUTS:
            raise RecipeError(
                f"a head cannot be called {name!r}",
                where="the label set's name",
                hint="import the data with a mapping that names the label set otherwise",
            )
    return nn.ModuleDict({name: nn.Linear(features, labels) for name, labels in heads.items()})
