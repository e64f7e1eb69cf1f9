"""InceptionV3 behind a colour layer, with a dense head."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.lab.models.backbone import BackboneNetwork, DenseHeads, colour_layer, pick
from mien.lab.models.network import Network
from mien.lab.models.registry import register

PARTS = {
    "stem": (
        "Conv2d_1a_3x3",
        "Conv2d_2a_3x3",
        "Conv2d_2b_3x3",
        "maxpool1",
        "Conv2d_3b_1x1",
        "Conv2d_4a_3x3",
        "maxpool2",
    ),
    "mixed5": ("Mixed_5b", "Mixed_5c", "Mixed_5d"),
    "mixed6": ("Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"),
    "mixed7": ("Mixed_7a", "Mixed_7b", "Mixed_7c"),
}
# Its published weights want colours from -1 to 1 (torchvision's transform_input).
MEAN = DEVIATION = (0.5, 0.5, 0.5)


@register(
    "inceptionv3-head",
    summary="InceptionV3 behind a 1×1 convolution to three colours, dense 256, 512 and 1024; "
    "17,216 learnable values more than Keras's, whose batch norms have no scale",
    source="torchvision, after Szegedy et al. 2016 (arXiv 1512.00567)",
    licence="BSD-3-Clause",
    size=299,
    smallest=75,
)
def inceptionv3_head(
    heads: dict[str, int],
    channels: int,
    size: int,
    head_widths: Sequence[int] = (256, 512, 1024),
    head_dropout: float = 0.5,
) -> Network:
    """Build it; the heads as ``DenseHeads`` says. Without auxiliary logits."""
    from torchvision.models import inception_v3

    network = inception_v3(
        weights=None, aux_logits=False, transform_input=False, init_weights=False
    )
    # torchvision's own start (deviation 0.1 everywhere) takes seconds, and lets values grow a
    # thousandfold until the batch norms have seen images.
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    parts = {name: pick(network, children) for name, children in PARTS.items()}
    return BackboneNetwork(
        {"colour": colour_layer(channels, MEAN, DEVIATION), **parts},
        dict.fromkeys(parts, ""),
        DenseHeads(network.fc.in_features, head_widths, heads, head_dropout),
    )
