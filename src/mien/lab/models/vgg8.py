"""VGG-8: eight narrow 3×3 convolutions, the first two at full resolution, identity skips."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from mien.lab.models.fused_stage import FusedStage
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
        inner = functional.relu(self.norm1(self.convolution1(features)))
        summed = self.convolution2(inner) + inner
        output = functional.relu(self.norm2(functional.max_pool2d(summed, 2)))
        return self.dropout(output)  # type: ignore[no-any-return]

    def fused(self) -> FusedStage:
        """The stage as it is in evaluation mode, cheaper to run."""
        return FusedStage(self.convolution1, self.norm1, self.convolution2, self.norm2)


class SqueezeExcitation(nn.Module):
    """Channel gates from globally averaged features (Hu et al. 2018), reduction 8."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // 8)
        self.excite = nn.Linear(channels // 8, channels)

    def forward(self, features: Tensor) -> Tensor:
        """Scale each channel of ``(B, C, H, W)`` by its gate."""
        return features * self.gates(features)[1][:, :, None, None]

    def gates(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Squeezed ``(B, channels // 8)`` and gates ``(B, channels)`` of ``(B, C, H, W)``."""
        squeezed = functional.relu(self.squeeze(features.mean((2, 3))))
        return squeezed, torch.sigmoid(self.excite(squeezed))

    def pull_back(self, gradients: Tensor, features: Tensor) -> Tensor:
        """Gradients of S scalars, ``(B, S, C, H, W)``, from the output to the input."""
        squeezed, gates = self.gates(features)
        by_gate = (gradients * features[:, None]).sum((3, 4)) * (gates * (1 - gates))[:, None]
        by_squeezed = (by_gate @ self.excite.weight) * (squeezed > 0).float()[:, None]
        by_mean = by_squeezed @ self.squeeze.weight
        places = features.shape[2] * features.shape[3]
        return gradients * gates[:, None, :, None, None] + by_mean[..., None, None] / places


class VGG8(Network):
    """Four stages of ``widths`` channels, SE, average plus max pooling, heads.

    Input ``(B, C, H, W)`` float32, H and W from 32 up; output a dict of logits. With widths 40, 80,
    160 and 320: 1.83 M parameters and 147 MMAC at 44×44; with 24 to 192: 0.66 M and 53 MMAC.
    """

    MAPS = "LayerCAM after the second stage (Jiang et al. 2021)"

    def __init__(
        self,
        heads: dict[str, int],
        channels: int,
        widths: Sequence[int],
        dropout: float,
        head_dropout: float,
    ) -> None:
        super().__init__()
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
        """Pooled features ``(B, widths[-1])`` of standardised images ``(B, C, H, W)``."""
        features = self.gate(self.stages(images))
        return features.mean((2, 3)) + features.amax((2, 3))  # type: ignore[no-any-return]

    def embed_with_maps(self, images: Tensor, head: str) -> tuple[Tensor, Tensor]:
        """The embedding, and LayerCAM maps after the second stage (Jiang et al. 2021, eq. 6).

        A quarter of the image's side: coarser maps of later stages are no more faithful
        (docs/decisions/0006). Of ``head``'s logits, in evaluation mode.
        """
        stages = [_fused(stage) for stage in self.stages]
        features, traces = images, []
        for stage in stages:
            traces.append(stage.trace(features))
            features = traces[-1].output
        gated = self.gate(features)
        highest = gated.amax((2, 3), keepdim=True)
        # Where the maximum stands more than once its gradient is shared.
        is_highest = (gated == highest).float()
        shares = is_highest / is_highest.sum((2, 3), keepdim=True)
        shares = shares + 1 / (gated.shape[2] * gated.shape[3])
        weights = self.heads.get_parameter(f"{head}.weight")[None, :, :, None, None]
        gradients = self.gate.pull_back(weights * shares[:, None], features)
        for stage, trace in zip(stages[:1:-1], traces[:1:-1], strict=True):
            gradients = stage.pull_back(gradients, trace)
        maps = (functional.relu(gradients) * traces[1].output[:, None]).sum(2)
        return gated.mean((2, 3)) + highest[:, :, 0, 0], maps

    def fused(self) -> VGG8:
        """A copy with fused stages: equal in evaluation mode within rounding, cheaper to run."""
        copied = copy.deepcopy(self).eval()
        copied.stages = nn.Sequential(*(_fused(stage) for stage in self.stages))
        return copied

    def classify(self, embedding: Tensor) -> dict[str, Tensor]:
        """Logits by head of ``(B, widths[-1])``."""
        embedding = self.dropout(embedding)
        return {name: head(embedding) for name, head in self.heads.items()}

    def parts(self) -> dict[str, nn.Module]:
        """The four stages, the gate, the heads."""
        body = {f"stage{number}": stage for number, stage in enumerate(self.stages, 1)}
        return {**body, "gate": self.gate, "heads": self.heads}


def _fused(stage: nn.Module) -> FusedStage:
    if isinstance(stage, Stage):
        return stage.fused()
    assert isinstance(stage, FusedStage)
    return stage


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
    width: int | Sequence[int] = 40,
    dropout: float = 0.1,
    head_dropout: float = 0.3,
) -> Network:
    """Build a ``VGG8``; ``dropout`` acts after each stage, ``head_dropout`` before the heads.

    ``width`` is that of the first stage, doubled from stage to stage, or a list of all four.
    """
    widths = [width, 2 * width, 4 * width, 8 * width] if isinstance(width, int) else list(width)
    if len(widths) != 4 or not all(isinstance(each, int) for each in widths):
        raise ValueError("width must be a whole number or a list of four")
    if min(widths) < 1:
        raise ValueError("width must be at least 1")
    return VGG8(heads, channels, widths, dropout, head_dropout)
