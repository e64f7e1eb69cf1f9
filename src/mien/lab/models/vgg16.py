"""VGG16 behind a colour layer, with a dense head (13 convolutions, no batch norm)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.lab.data.preprocess import IMAGENET_DEVIATION, IMAGENET_MEAN
from mien.lab.models.backbone import BackboneNetwork, DenseHeads, colour_layer, pick
from mien.lab.models.network import Network
from mien.lab.models.registry import register


@register(
    "vgg16-head",
    summary="VGG16 (no batch norm) behind a 1×1 convolution to three colours, dense 1024",
    source="torchvision, after Simonyan & Zisserman 2015 (arXiv 1409.1556)",
    licence="BSD-3-Clause",
)
def vgg16_head(
    heads: dict[str, int],
    channels: int,
    size: int,
    head_widths: Sequence[int] = (1024,),
    head_dropout: float = 0.5,
) -> Network:
    """Build it; the heads as ``DenseHeads`` says."""
    from torchvision.models import vgg

    # Not vgg16(): its classifier would be half a gigabyte to throw away.
    layers = vgg.make_layers(vgg.cfgs["D"])
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
    blocks: dict[str, nn.Module] = {}
    names: list[str] = []
    for name, layer in layers.named_children():
        names.append(name)
        if isinstance(layer, nn.MaxPool2d):
            blocks[f"block{len(blocks) + 1}"] = pick(layers, names)
            names = []
    return BackboneNetwork(
        {"colour": colour_layer(channels, IMAGENET_MEAN, IMAGENET_DEVIATION), **blocks},
        dict.fromkeys(blocks, "features."),
        DenseHeads(512, head_widths, heads, head_dropout),
    )
