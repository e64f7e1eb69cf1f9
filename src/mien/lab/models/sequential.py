"""Networks that are one block after another, and the defaults of those that come from Keras."""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn

from mien.lab.models.network import Network, heads_on


class SequentialNetwork(Network):
    """Named blocks in order, dropout, heads: ``(B, C, H, W)`` to a dict of logits.

    Parameters
    ----------
    blocks : dict of str to Module
        In order; the last one gives ``(B, features)``.
    features : int
        Length of the embedding.
    heads : dict of str to int
        Number of labels of each head.
    dropout : float
        Before the heads.
    """

    def __init__(
        self,
        blocks: dict[str, nn.Module],
        features: int,
        heads: dict[str, int],
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.body = nn.Sequential(OrderedDict(blocks))
        self.dropout = nn.Dropout(dropout)
        self.heads = heads_on(features, heads)

    def embed(self, images: Tensor) -> Tensor:
        """Output of the last block, ``(B, features)``."""
        embedding: Tensor = self.body(images)
        return embedding

    def classify(self, embedding: Tensor) -> dict[str, Tensor]:
        """Logits by head of ``(B, features)``."""
        embedding = self.dropout(embedding)
        return {name: head(embedding) for name, head in self.heads.items()}

    def parts(self) -> dict[str, nn.Module]:
        """The blocks, then the heads."""
        return {**dict(self.body.named_children()), "heads": self.heads}


def keras_norm1d(features: int) -> nn.BatchNorm1d:
    """Batch norm of ``(B, features)`` with Keras's epsilon and momentum."""
    return nn.BatchNorm1d(features, eps=1e-3, momentum=0.01)


def keras_norm2d(channels: int) -> nn.BatchNorm2d:
    """Batch norm of ``(B, channels, H, W)`` with Keras's epsilon and momentum."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def initialise_glorot(network: nn.Module) -> None:
    """Glorot-uniform weights and zero biases (Glorot & Bengio 2010), as Keras and CNTK do it."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
