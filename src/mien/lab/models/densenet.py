"""DenseNet-121: torchvision's, with a stem for small images and dense heads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from torch import nn

from mien.lab.models.backbone import BackboneNetwork, DenseHeads, pick, small_stem
from mien.lab.models.network import Network
from mien.lab.models.registry import register

BLOCKS = {
    "block1": ("denseblock1", "transition1"),
    "block2": ("denseblock2", "transition2"),
    "block3": ("denseblock3", "transition3"),
    "block4": ("denseblock4", "norm5", "relu5"),
}


def _present_name(name: str) -> str:
    """Names in torchvision's published file have a dot that names may no longer have."""
    return re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)", r"\1\2", name)


@register(
    "densenet121",
    summary="densely connected network of 121 layers",
    source="torchvision, after Huang et al. 2017 (arXiv 1608.06993)",
    licence="BSD-3-Clause",
    channels=3,
    size=224,
)
def densenet121(
    heads: dict[str, int],
    channels: int,
    size: int,
    stem: str = "auto",
    head_widths: Sequence[int] = (),
    head_dropout: float = 0.0,
    layer_dropout: float = 0.0,
) -> Network:
    """Build it; ``stem`` as ``small_stem`` says, ``layer_dropout`` acts after each dense layer."""
    from torchvision.models import densenet121 as torchvision_densenet121

    small = small_stem(stem, size)
    network = torchvision_densenet121(weights=None, drop_rate=layer_dropout)
    layers = network.features
    if small:
        layers.conv0 = nn.Conv2d(channels, 64, 3, padding=1, bias=False)
        layers.pool0 = nn.Identity()
    elif channels != 3:
        layers.conv0 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
    nn.init.kaiming_normal_(layers.conv0.weight)
    # In torchvision's network the last ReLU is not a module.
    layers.add_module("relu5", nn.ReLU(inplace=True))
    parts = {"stem": pick(layers, ("conv0", "norm0", "relu0", "pool0"))}
    parts |= {name: pick(layers, children) for name, children in BLOCKS.items()}
    return BackboneNetwork(
        parts,
        dict.fromkeys(parts, "features."),
        DenseHeads(network.classifier.in_features, head_widths, heads, head_dropout),
        small_stem=small,
        rename=_present_name,
    )
