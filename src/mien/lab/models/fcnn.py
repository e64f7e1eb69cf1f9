"""Two fully connected networks on raw pixels, batch norm on every pixel."""

from __future__ import annotations

from torch import nn

from mien.lab.models.registry import register
from mien.lab.models.sequential import SequentialNetwork, initialise_glorot, keras_norm1d

SOURCE = "notebook of nine FER2013 models"


@register(
    "fcnn-256-512",
    summary="batch norm, dense 256, batch norm, dense 512 on raw pixels",
    source=SOURCE,
    smallest=1,
)
def fcnn_256_512(
    heads: dict[str, int], channels: int, size: int, dropout: float = 0.4
) -> SequentialNetwork:
    """Build it; ``dropout`` acts after each dense layer. 735,495 values at 1×48×48."""
    return _fcnn(heads, channels * size**2, (256, 512), dropout)


@register(
    "fcnn-512-256",
    summary="batch norm, dense 512, batch norm, dense 256 on raw pixels",
    source=SOURCE,
    smallest=1,
)
def fcnn_512_256(
    heads: dict[str, int], channels: int, size: int, dropout: float = 0.5
) -> SequentialNetwork:
    """Build it; ``dropout`` acts after each dense layer. 1,324,551 values at 1×48×48."""
    return _fcnn(heads, channels * size**2, (512, 256), dropout)


def _fcnn(
    heads: dict[str, int], inputs: int, widths: tuple[int, int], dropout: float
) -> SequentialNetwork:
    first, second = widths
    blocks: dict[str, nn.Module] = {
        "dense1": nn.Sequential(
            nn.Flatten(), keras_norm1d(inputs), nn.Linear(inputs, first), nn.ReLU()
        ),
        "dense2": nn.Sequential(
            nn.Dropout(dropout), keras_norm1d(first), nn.Linear(first, second), nn.ReLU()
        ),
    }
    network = SequentialNetwork(blocks, second, heads, dropout)
    initialise_glorot(network)
    return network
