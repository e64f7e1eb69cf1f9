"""ConvNets of two and three convolutional layers, the first thing to try."""

from __future__ import annotations

from torch import nn

from mien.lab.models.registry import register
from mien.lab.models.sequential import SequentialNetwork

SOURCE = "Mien, as in most courses"


@register(
    "convnet-2",
    summary="two 3×3 convolutions with batch norm and pool, dense 128",
    source=SOURCE,
    smallest=4,
)
def convnet_2(
    heads: dict[str, int], channels: int, size: int, width: int = 32, dropout: float = 0.5
) -> SequentialNetwork:
    """Build it; see ``_convnet``."""
    return _convnet(heads, channels, size, 2, width, dropout)


@register(
    "convnet-3",
    summary="three 3×3 convolutions with batch norm and pool, dense 128",
    source=SOURCE,
    smallest=8,
)
def convnet_3(
    heads: dict[str, int], channels: int, size: int, width: int = 32, dropout: float = 0.5
) -> SequentialNetwork:
    """Build it; see ``_convnet``."""
    return _convnet(heads, channels, size, 3, width, dropout)


def _convnet(
    heads: dict[str, int], channels: int, size: int, layers: int, width: int, dropout: float
) -> SequentialNetwork:
    """Convolutions of ``width``, twice, four times that; ``dropout`` before and after dense 128."""
    if width < 1:
        raise ValueError("width must be at least 1")
    blocks: dict[str, nn.Module] = {}
    before = channels
    for number in range(1, layers + 1):
        after = width * 2 ** (number - 1)
        blocks[f"convolution{number}"] = nn.Sequential(
            nn.Conv2d(before, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        before = after
    features = before * (size // 2**layers) ** 2
    blocks["dense"] = nn.Sequential(
        nn.Flatten(), nn.Dropout(dropout), nn.Linear(features, 128), nn.ReLU()
    )
    return SequentialNetwork(blocks, 128, heads, dropout)
