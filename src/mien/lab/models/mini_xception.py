"""mini-Xception: separable convolutions with residual shortcuts (Arriaga et al. 2017)."""

from __future__ import annotations

import math

import torch.nn.functional as functional
from torch import Tensor, nn

from mien.lab.models.registry import register
from mien.lab.models.sequential import SequentialNetwork, initialise_glorot, keras_norm2d


class SeparableConvolution(nn.Sequential):
    """3×3 convolution of each channel alone, then 1×1 across channels; no bias."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__(
            nn.Conv2d(in_channels, in_channels, 3, padding=1, groups=in_channels, bias=False),
            nn.Conv2d(in_channels, channels, 1, bias=False),
        )


class ResidualModule(nn.Module):
    """Two separable convolutions and a pool, plus a 1×1 convolution of stride 2 beside them."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.separable1 = SeparableConvolution(in_channels, channels)
        self.norm1 = keras_norm2d(channels)
        self.separable2 = SeparableConvolution(channels, channels)
        self.norm2 = keras_norm2d(channels)
        self.shortcut = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.shortcut_norm = keras_norm2d(channels)

    def forward(self, features: Tensor) -> Tensor:
        """``(B, in_channels, H, W)`` to ``(B, channels, ceil(H / 2), ceil(W / 2))``."""
        # Every other pixel, then the convolution: the same as a convolution of stride 2, whose
        # backward pass on 8 channels (channels_last, CPU) ends in a segmentation fault in
        # torch 2.14.
        shortcut: Tensor = self.shortcut_norm(self.shortcut(features[:, :, ::2, ::2]))
        features = functional.relu(self.norm1(self.separable1(features)))
        return pool_same(self.norm2(self.separable2(features))) + shortcut


class MeanPatch(nn.Module):
    """The mean 3×3 patch of a map padded with zeros: ``(B, C, H, W)`` to ``(B, 9 * C)``.

    The published network ends in a 3×3 convolution to the labels and their global average. Both
    are linear, so they may change places: a linear layer on this mean gives the same logits, with
    the same parameters, and the embedding is a vector.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Mean over the map of each neighbour's value."""
        height, width = features.shape[-2:]
        padded = functional.pad(features, (1, 1, 1, 1))
        return functional.avg_pool2d(padded, (height, width), stride=1).flatten(1)


def pool_same(features: Tensor) -> Tensor:
    """3×3 max-pool of stride 2 with the padding that TensorFlow calls ``same``.

    On even sides it pads after the last pixel only, which torch's own padding cannot say.
    """
    height, width = features.shape[-2:]
    return functional.max_pool2d(
        features, 3, stride=2, padding=(height % 2, width % 2), ceil_mode=True
    )


@register(
    "mini-xception",
    summary="separable convolutions with shortcuts; the network inside the package fer",
    source="Arriaga et al. 2017 (arXiv 1710.07557)",
    size=64,
    smallest=5,
)
def mini_xception(heads: dict[str, int], channels: int, size: int) -> SequentialNetwork:
    """Build it: 58,423 values, 56,951 of them learnable, with one channel and 7 labels."""
    blocks: dict[str, nn.Module] = {
        "stem": nn.Sequential(
            nn.Conv2d(channels, 8, 3, bias=False),
            keras_norm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 8, 3, bias=False),
            keras_norm2d(8),
            nn.ReLU(),
        ),
        "module1": ResidualModule(8, 16),
        "module2": ResidualModule(16, 32),
        "module3": ResidualModule(32, 64),
        "module4": ResidualModule(64, 128),
        "mean": MeanPatch(),
    }
    network = SequentialNetwork(blocks, 9 * 128, heads)
    initialise_glorot(network)
    for name, labels in heads.items():
        # The fan out of the 3×3 convolution that this layer stands for.
        bound = math.sqrt(6 / (9 * 128 + 9 * labels))
        nn.init.uniform_(network.heads[name].weight, -bound, bound)  # type: ignore[arg-type]
    return network
