"""Mixup and CutMix: training on two images at once, with both their targets."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from mien.lab.section import Fraction, NonNegative, Section


class Mixing(Section):
    """How the images of a batch are mixed in pairs.

    ``mixup`` is the alpha of the Beta distribution that the shares of two blended images are drawn
    from, 0 for off (Zhang et al. 2018, "mixup: beyond empirical risk minimization", arXiv
    1710.09412; 0.2 there for ImageNet). ``cutmix`` is that of the area of a rectangle pasted from
    one image into the other, 0 for off (Yun et al. 2019, "CutMix", arXiv 1905.04899; 1 there).
    With both, each batch gets the one or the other by an even chance. ``until`` is the share of
    the epochs after which images are no longer mixed, so that the last ones see what the network
    will see in use.
    """

    mixup: NonNegative = 0
    cutmix: NonNegative = 0
    until: Fraction = 0.8


def mix(
    batch: Tensor,
    targets: dict[str, Tensor],
    weights: dict[str, Tensor],
    options: Mixing,
    epoch: int,
    epochs: int,
    generator: torch.Generator,
) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
    """Mix a batch with itself turned round: the first image with the last, and so on.

    One share and one rectangle are drawn a batch, as in both papers. One number is drawn from
    ``generator``, whether anything is mixed or not, so that turning mixing on or off does not
    change the augmentation of the batches that follow.

    Parameters
    ----------
    batch : Tensor of shape (B, C, H, W), float32
        Left as it is. Mixup also takes embeddings, ``(B, D)``.
    targets : dict of str to Tensor of shape (B, labels), float32
        Distributions by head.
    weights : dict of str to Tensor of shape (B,), float32
        Weight of each image in each head's loss. Where one of a pair has weight 0, its target
        plays no part in the mixed one.
    epoch : int
        Counted from 0.
    epochs : int
        Of the whole run.

    Returns
    -------
    batch, targets, weights
        Of the same shapes; the given ones themselves when nothing is mixed.
    """
    seed = int(torch.randint(2**62, (1,), generator=generator))
    if not (options.mixup or options.cutmix) or epoch >= options.until * epochs:
        return batch, targets, weights
    draws = np.random.default_rng(seed)
    cut = options.cutmix > 0 and (not options.mixup or draws.random() < 0.5)
    alpha = options.cutmix if cut else options.mixup
    share = float(draws.beta(alpha, alpha))
    if cut:
        batch, share = _paste(batch, share, draws)
    else:
        batch = batch.lerp(batch.flip(0), 1 - share)
    mixed_targets, mixed_weights = {}, {}
    for head, target in targets.items():
        first, second = share * weights[head], (1 - share) * weights[head].flip(0)
        total = first + second
        mixed = first[:, None] * target + second[:, None] * target.flip(0)
        mixed_targets[head] = mixed / total.clamp(min=1e-9)[:, None]
        mixed_weights[head] = total
    return batch, mixed_targets, mixed_weights


def _paste(batch: Tensor, share: float, draws: np.random.Generator) -> tuple[Tensor, float]:
    """Fill a rectangle of about ``1 - share`` of the area from the batch turned round.

    Returns the batch and the share that was really kept: the rectangle's centre lies anywhere in
    the image, and what hangs over the edge is cut off (Yun et al. 2019, algorithm A1).
    """
    height, width = batch.shape[-2:]
    side = math.sqrt(1 - share)
    centre_y, centre_x = draws.random(2) * (height, width)
    top = max(0, round(centre_y - side * height / 2))
    bottom = min(height, round(centre_y + side * height / 2))
    left = max(0, round(centre_x - side * width / 2))
    right = min(width, round(centre_x + side * width / 2))
    pasted = batch.clone()
    pasted[..., top:bottom, left:right] = batch.flip(0)[..., top:bottom, left:right]
    return pasted, 1 - (bottom - top) * (right - left) / (height * width)
