"""Networks around another library's convolutions: its parts, pooling, and our own dense heads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from mien.lab.data.preprocess import IMAGENET_DEVIATION, IMAGENET_MEAN
from mien.lab.models.network import Network, heads_on

SMALL_IMAGE = 96
"""Below this side in pixels, ``stem: auto`` means the small stem."""


def small_stem(stem: str, size: int) -> bool:
    """Whether a network gets the stem for small images.

    One rule for all families: ``small`` and ``stock`` say it, ``auto`` takes the small stem below
    96 pixels. The stock stems of ImageNet networks halve the image twice (EfficientNet: once)
    before the first block, which leaves 12×12 of 48×48; the small ones keep every pixel.

    Raises
    ------
    ValueError
        If ``stem`` is none of the three.
    """
    if stem not in ("auto", "stock", "small"):
        raise ValueError(f"stem is {stem!r}, not auto, stock or small")
    return stem == "small" or (stem == "auto" and size < SMALL_IMAGE)


class DenseHeads(nn.Module):
    """Dense layers with ReLU, then one linear layer a head; dropout before each of them."""

    def __init__(
        self, features: int, widths: Sequence[int], heads: dict[str, int], dropout: float
    ) -> None:
        super().__init__()
        inputs = [features, *widths]
        self.dense = nn.ModuleList(
            nn.Linear(before, after) for before, after in zip(inputs, widths, strict=False)
        )
        self.dropout = nn.Dropout(dropout)
        self.heads = heads_on(inputs[-1], heads)

    def forward(self, embedding: Tensor) -> dict[str, Tensor]:
        """Logits by head of ``(B, features)``."""
        for layer in self.dense:
            embedding = functional.relu(layer(self.dropout(embedding)))
        embedding = self.dropout(embedding)
        return {name: head(embedding) for name, head in self.heads.items()}


class BackboneNetwork(Network):
    """Parts in sequence, the mean over all places, dense heads.

    Parameters
    ----------
    parts : dict of str to nn.Module
        From input to output; together ``(B, C, H, W)`` to ``(B, features, h, w)``.
    prefixes : dict of str to str
        For each part that pretrained weights exist of: what its tensors' names begin with in the
        library's own checkpoints.
    heads : DenseHeads
    small_stem : bool
        Whether the first part was changed for small images, so that its weights may not fit.
    rename : callable
        Turns names in older or other checkpoints into the library's present ones.
    """

    MAPS = "class activation maps of the last part (Zhou et al. 2016)"

    def __init__(
        self,
        parts: Mapping[str, nn.Module],
        prefixes: Mapping[str, str],
        heads: DenseHeads,
        *,
        small_stem: bool = False,
        rename: Callable[[str], str] = str,
    ) -> None:
        super().__init__()
        self.backbone = nn.Sequential(OrderedDict(parts))
        self.heads = heads
        self.small_stem = small_stem
        self.rename = rename
        self._prefixes = dict(prefixes)

    def embed(self, images: Tensor) -> Tensor:
        """Pooled features ``(B, features)`` of preprocessed images ``(B, C, H, W)``."""
        return self.backbone(images).mean((2, 3))  # type: ignore[no-any-return]

    def embed_with_maps(self, images: Tensor, head: str) -> tuple[Tensor, Tensor | None]:
        """The embedding, and class activation maps (Zhou et al. 2016, eq. 2) of the last part.

        None when there are dense layers between the mean and the head.
        """
        features = self.backbone(images)
        maps = None
        if not len(self.heads.dense):
            weights = self.heads.heads.get_parameter(f"{head}.weight")
            maps = functional.relu(functional.conv2d(features, weights[:, :, None, None]))
        return features.mean((2, 3)), maps

    def classify(self, embedding: Tensor) -> dict[str, Tensor]:
        """Logits by head of ``(B, features)``."""
        return self.heads(embedding)  # type: ignore[no-any-return]

    def parts(self) -> dict[str, nn.Module]:
        """The backbone's parts, the heads."""
        return {**dict(self.backbone.named_children()), "heads": self.heads}

    def library_names(self) -> dict[str, str]:
        """Name in the library's checkpoints of each tensor of the backbone that is in them."""
        names = {}
        for name in self.backbone.state_dict():
            part, _, rest = name.partition(".")
            if part in self._prefixes:
                names[f"backbone.{name}"] = self._prefixes[part] + rest
        return names


def pick(module: nn.Module, names: Sequence[str]) -> nn.Sequential:
    """Children of a module in sequence, under their own names."""
    return nn.Sequential(OrderedDict((name, module.get_submodule(name)) for name in names))


def colour_layer(channels: int, mean: Sequence[float], deviation: Sequence[float]) -> nn.Conv2d:
    """A 1×1 convolution from Mien's ``imagenet`` scaling to the three channels of a backbone.

    It starts as the exact map (grey to three equal colours, each scaled as the backbone was
    trained), so that a frozen backbone sees what it knows, and may learn another one.

    Parameters
    ----------
    channels : int
        Of the input, 1 or 3, scaled by ``scaling: imagenet``.
    mean, deviation : sequence of 3 floats
        What the backbone's colours (0 to 1) were scaled by.
    """
    layer = nn.Conv2d(channels, 3, 1)
    given_mean: Sequence[float] = IMAGENET_MEAN
    given_deviation: Sequence[float] = IMAGENET_DEVIATION
    if channels == 1:
        given_mean = [sum(IMAGENET_MEAN) / 3]
        given_deviation = [sum(IMAGENET_DEVIATION) / 3]
    bias = layer.bias
    assert bias is not None
    with torch.no_grad():
        layer.weight.zero_()
        for colour in range(3):
            source = min(colour, channels - 1)
            layer.weight[colour, source] = given_deviation[source] / deviation[colour]
            bias[colour] = (given_mean[source] - mean[colour]) / deviation[colour]
    return layer
