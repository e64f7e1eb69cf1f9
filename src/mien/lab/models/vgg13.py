"""VGG13 of FER+ (Barsoum et al. 2016): ten 3×3 convolutions in four stages, no batch norm."""

from __future__ import annotations

from torch import nn

from mien.lab.models.registry import register
from mien.lab.models.sequential import SequentialNetwork

STAGES = ((64, 64), (128, 128), (256, 256, 256), (256, 256, 256))


@register(
    "vgg13",
    summary="ten 3×3 convolutions in four stages, two dense layers of 1024",
    source="Barsoum et al. 2016 (arXiv 1608.01041)",
    size=64,
    smallest=16,
)
def vgg13(
    heads: dict[str, int],
    channels: int,
    size: int,
    dropout: float = 0.25,
    dense_dropout: float = 0.5,
) -> SequentialNetwork:
    """Build it; ``dropout`` acts after each stage, ``dense_dropout`` after each dense layer.

    8,757,704 parameters with one channel, 64 px and the 8 labels of FER+: the published model
    file of 34 MB in float32. 8,756,679 with 7 labels.
    """
    blocks: dict[str, nn.Module] = {}
    before = channels
    for number, widths in enumerate(STAGES, 1):
        layers: list[nn.Module] = []
        for width in widths:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
            before = width
        blocks[f"stage{number}"] = nn.Sequential(*layers, nn.MaxPool2d(2), nn.Dropout(dropout))
    features = before * (size // 16) ** 2
    blocks["dense1"] = nn.Sequential(nn.Flatten(), nn.Linear(features, 1024), nn.ReLU())
    blocks["dense2"] = nn.Sequential(nn.Dropout(dense_dropout), nn.Linear(1024, 1024), nn.ReLU())
    network = SequentialNetwork(blocks, 1024, heads, dense_dropout)
    for module in network.body.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            # Ten convolutions without batch norm: any smaller and nothing reaches the end.
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)  # type: ignore[arg-type]
    return network
