"""Five plain convolutional networks: four 3×3 convolutions, each with a pool, and dense layers.

The source publishes parameter counts and accuracies of all five and diagrams of some; the layers
here are the ones that give exactly those counts. The dropout rates are not published: the
defaults are ours.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from mien.lab.models.registry import register
from mien.lab.models.sequential import (
    SequentialNetwork,
    initialise_glorot,
    keras_norm1d,
    keras_norm2d,
)

SOURCE = "nine FER2013 models; layers from their counts"
SMALLEST = 46  # One pixel is left after four valid convolutions and pools.


@register(
    "cnn-132k",
    summary="convolutions of 32, 64, 64, 128, batch norm after each; no dense layer",
    source=SOURCE,
    smallest=SMALLEST,
)
def cnn_132k(
    heads: dict[str, int], channels: int, size: int, dropout: float = 0.2
) -> SequentialNetwork:
    """Build it; ``dropout`` acts after each pool. 132,167 values at 1×48×48."""
    blocks: dict[str, nn.Module] = {}
    before = channels
    for number, width in enumerate((32, 64, 64, 128), 1):
        blocks[f"convolution{number}"] = nn.Sequential(
            nn.Conv2d(before, width, 3),
            nn.ReLU(),
            keras_norm2d(width),
            nn.MaxPool2d(2),
            nn.Dropout(dropout),
        )
        before = width
    features = before * _last_side(size) ** 2
    blocks["flatten"] = nn.Sequential(nn.Flatten(), keras_norm1d(features))
    network = SequentialNetwork(blocks, features, heads)
    initialise_glorot(network)
    return network


def _cnn(
    heads: dict[str, int],
    channels: int,
    size: int,
    convolutions: tuple[int, ...],
    dense: tuple[int, ...],
    dropout: float,
    dense_dropout: float,
) -> SequentialNetwork:
    """Batch norm before every layer but the last; the first one is on the raw pixels.

    ``dropout`` acts after each pool, ``dense_dropout`` after each dense layer.
    """
    blocks: dict[str, nn.Module] = {}
    before = channels
    for number, width in enumerate(convolutions, 1):
        blocks[f"convolution{number}"] = nn.Sequential(
            keras_norm2d(before),
            nn.Conv2d(before, width, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Dropout(dropout),
        )
        before = width
    before *= _last_side(size) ** 2
    for number, width in enumerate(dense, 1):
        start = nn.Flatten() if number == 1 else nn.Dropout(dense_dropout)
        blocks[f"dense{number}"] = nn.Sequential(
            start, keras_norm1d(before), nn.Linear(before, width), nn.ReLU()
        )
        before = width
    network = SequentialNetwork(blocks, before, heads, dense_dropout)
    initialise_glorot(network)
    return network


def _last_side(size: int) -> int:
    """Height and width after four valid 3×3 convolutions, each with a 2×2 pool."""
    for _ in range(4):
        size = (size - 2) // 2
    return size


def _builder(
    convolutions: tuple[int, ...], dense: tuple[int, ...]
) -> Callable[..., SequentialNetwork]:
    def build(
        heads: dict[str, int],
        channels: int,
        size: int,
        dropout: float = 0.2,
        dense_dropout: float = 0.4,
    ) -> SequentialNetwork:
        """Build it; see ``_cnn``."""
        return _cnn(heads, channels, size, convolutions, dense, dropout, dense_dropout)

    return build


# Values at 1×48×48: 948,875, 5,655,563, 916,747 (914,825 of them learnable) and 7,263,243.
for _name, _convolutions, _dense in (
    ("cnn-949k", (64, 128, 128, 512), (256,)),
    ("cnn-5.7m", (64, 128, 512, 1024), (256,)),
    ("cnn-915k", (64, 128, 128, 512), (128, 256)),
    ("cnn-7.3m", (128, 256, 512, 1024), (512, 1024)),
):
    register(
        _name,
        summary=f"convolutions of {', '.join(map(str, _convolutions))}, "
        f"dense {' and '.join(map(str, _dense))}, batch norm before each",
        source=SOURCE,
        smallest=SMALLEST,
    )(_builder(_convolutions, _dense))
