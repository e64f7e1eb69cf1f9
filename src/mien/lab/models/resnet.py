"""ResNet-18, 34, 50 and 101: torchvision's, with a stem for small images and dense heads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import nn

from mien.lab.models.backbone import BackboneNetwork, DenseHeads, pick, small_stem
from mien.lab.models.network import Network
from mien.lab.models.registry import register

STAGES = ("layer1", "layer2", "layer3", "layer4")


def _builder(architecture: str) -> Callable[..., Network]:
    def build(
        heads: dict[str, int],
        channels: int,
        size: int,
        stem: str = "auto",
        head_widths: Sequence[int] = (),
        head_dropout: float = 0.0,
    ) -> Network:
        """Build it; ``stem`` as ``small_stem`` says, the heads as ``DenseHeads`` says."""
        # torchvision takes a second to import; who trains another network need not wait for it.
        from torchvision.models import get_model

        small = small_stem(stem, size)
        network = get_model(architecture, weights=None)
        if small:
            network.conv1 = nn.Conv2d(channels, 64, 3, padding=1, bias=False)
            network.maxpool = nn.Identity()
        elif channels != 3:
            network.conv1 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
        nn.init.kaiming_normal_(network.conv1.weight, mode="fan_out", nonlinearity="relu")
        parts = {"stem": pick(network, ("conv1", "bn1", "relu", "maxpool"))}
        parts |= {stage: getattr(network, stage) for stage in STAGES}
        return BackboneNetwork(
            parts,
            {"stem": "", **{stage: f"{stage}." for stage in STAGES}},
            DenseHeads(network.fc.in_features, head_widths, heads, head_dropout),
            small_stem=small,
        )

    return build


for _depth, _blocks in ((18, "basic"), (34, "basic"), (50, "bottleneck"), (101, "bottleneck")):
    register(
        f"resnet{_depth}",
        summary=f"residual network of {_depth} layers ({_blocks} blocks)",
        source="torchvision, after He et al. 2016 (arXiv 1512.03385)",
        licence="BSD-3-Clause",
        channels=3,
        size=224,
    )(_builder(f"resnet{_depth}"))
