"""VGG-8: eight narrow 3×3 convolutions, the first two at full resolution, identity skips."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from mien.lab.models.network import Network, heads_on
from mien.lab.models.registry import register


class Stage(nn.Module):
    """Two 3×3 convolutions and a 2×2 max-pool, with an identity skip over the second convolution.

    The pool stands before batch norm and activation, so that these run on a quarter of the
    values.
    """

    def __init__(self, in_channels: int, channels: int, dropout: float) -> None:
        super().__init__()
        self.convolution1 = nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.convolution2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, features: Tensor) -> Tensor:
        """``(B, in_channels, H, W)`` to ``(B, channels, H // 2, W // 2)``."""
        features = functional.relu(self.norm1(self.convolution1(features)))
        pooled = functional.max_pool2d(self.convolution2(features) + features, 2)
        return self.dropout(functional.relu(self.norm2(pooled)))  # type: ignore[no-any-return]


class SqueezeExcitation(nn.Module):
    """Channel gates from globally averaged features (Hu et al. 2018), reduction 8."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // 8)
        self.excite = nn.Linear(channels // 8, channels)

    def forward(self, features: Tensor) -> Tensor:
        """Scale each channel of ``(B, C, H, W)`` by its gate."""
        gates = self.excite(functional.relu(self.squeeze(features.mean((2, 3)))))
        return features * torch.sigmoid(gates)[:, :, None, None]


class VGG8(Network):
    """Four stages of widths 1, 2, 4 and 8 times ``width``, SE, average plus max pooling, heads.

    Input ``(B, C, H, W)`` float32, H and W from 32 up; output a dict of logits. With width 40:
    1.83 M parameters and 147 MMAC at 44×44; with width 24: 0.66 M and 53 MMAC.
    """

    def __init__(
        self,
        heads: dict[str, int],
        channels: int,
        width: int,
        dropout: float,
        head_dropout: float,
    ) -> None:
        super().__init__()
        widths = [width, 2 * width, 4 * width, 8 * width]
        inputs = [channels, *widths[:-1]]
        self.stages = nn.Sequential(
            *(Stage(before, after, dropout) for before, after in zip(inputs, widths, strict=True))
        )
        self.gate = SqueezeExcitation(widths[-1])
        self.dropout = nn.Dropout(head_dropout)
        self.heads = heads_on(widths[-1], heads)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def embed(self, images: Tensor) -> Tensor:
        """Pooled features ``(B, 8 * width)`` of standardised images ``(B, C, H, W)``."""
        features = self.gate(self.stages(images))
        return features.mean((2, 3)) + features.amax((2, 3))  # type: ignore[no-any-return]

    def classify(self, embedding: Tensor) -> dict[str, Tensor]:
        """Logits by head of ``(B, 8 * width)``."""
        embedding = self.dropout(embedding)
        return {name: head(embedding) for name, head in self.heads.items()}

    def parts(self) -> dict[str, nn.Module]:
        """The four stages, the gate, the heads."""
        body = {f"stage{number}": stage for number, stage in enumerate(self.stages, 1)}
        return {**body, "gate": self.gate, "heads": self.heads}


@register(
    "vgg8",
    summary="eight 3×3 convolutions, full resolution in the first two, identity skips, SE",
    source="Mien, after Pramerdorfer & Kampel 2016 (arXiv 1612.02903)",
    size=44,
)
def vgg8(
    heads: dict[str, int],
    channels: int,
    size: int,
    width: int = 40,
    dropout: float = 0.1,
    head_dropout: float = 0.3,
) -> Network:
    """Build a ``VGG8``; ``dropout`` acts after each stage, ``head_dropout`` before the heads."""
    if width < 1:
        raise ValueError("width must be at least 1")
    return VGG8(heads, channels, width, dropout, head_dropout)
