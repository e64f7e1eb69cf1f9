"""What cameras, light and covers do to a face, as random changes to a batch of training images.

The kinds are those that a model is judged on (``mien.lab.evaluation.robustness.corruptions``), as
whole-batch tensor operations and with strengths drawn anew for each image.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from typing import TypeVar

import torch
import torch.nn.functional as functional
from torch import Tensor

Step = TypeVar("Step", int, float)
Change = Callable[[Tensor, Tensor, Tensor, torch.Generator], Tensor]

KINDS = ("gamma", "side_light", "cover", "blur", "low_resolution", "noise", "jpeg")
"""In the order in which light, lens, sensor and file come."""

_GAMMA, _MOST_DARK = 2.5, 0.8
_BLURS, _SIDES = (0.6, 1.0, 1.5, 2.0), (12, 16, 24, 32)
_LEAST_NOISE, _MOST_NOISE = 2.0, 25.0
_LEAST_QUALITY, _MOST_QUALITY = 10.0, 60.0

_LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
"""Quantisation of luminance at quality 50 (ITU-T T.81, Annex K, table K.1)."""


def through_camera(
    pixels: Tensor,
    chances: dict[str, float],
    generator: torch.Generator,
    *,
    enlarged: float = 1.0,
) -> Tensor:
    """Change each image by each kind with its chance.

    Parameters
    ----------
    pixels : Tensor of shape (B, 1 or 3, side, side), float32
        0 to 255; left as they are.
    chances : dict of str to float
        By kind, 0 to 1.
    generator : torch.Generator
        On the processor, wherever the images are.
    enlarged : float
        How many times as many pixels a side the images have as FER2013's: blur is as much wider.

    Returns
    -------
    Tensor of shape (B, 1 or 3, side, side), float32
        0 to 255.
    """
    changes: dict[str, Change] = {**_CHANGES, "blur": partial(_blur, enlarged=enlarged)}
    changed = pixels.clone()
    for kind in KINDS:
        drawn = torch.rand(3, len(pixels), generator=generator).to(pixels.device)
        at = (drawn[0] < chances[kind]).nonzero()[:, 0]
        if len(at):
            found = changes[kind](changed[at], drawn[1, at], drawn[2, at], generator)
            changed[at] = found.clamp(0, 255)
    return changed


def _gamma(pixels: Tensor, strength: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
    exponent = torch.exp(math.log(_GAMMA) * (2 * strength - 1))
    return 255 * (pixels / 255) ** exponent[:, None, None, None]


def _side_light(
    pixels: Tensor, strength: Tensor, other: Tensor, generator: torch.Generator
) -> Tensor:
    """One side, at any angle, gets less light than the other."""
    side = pixels.shape[-1]
    at = torch.linspace(-0.5, 0.5, side, device=pixels.device)
    angle = 2 * math.pi * other[:, None, None]
    along = at[None, None, :] * torch.cos(angle) + at[None, :, None] * torch.sin(angle)
    lost = _MOST_DARK * strength[:, None, None] * (along + 0.5).clamp(0, 1)
    return pixels * (1 - lost)[:, None]


def _cover(pixels: Tensor, strength: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
    """Glasses, a mask or a hand, in one grey."""
    side = pixels.shape[-1]
    at = (torch.arange(side, device=pixels.device) + 0.5) / side
    rows, columns = at[None, :, None], at[None, None, :]
    which, start = (3 * other).long()[:, None, None], 0.5 * strength[:, None, None]
    glasses = (rows > 0.22) & (rows < 0.46) & (columns > 0.08) & (columns < 0.92)
    mask = (rows > 0.58) & (columns > 0.1) & (columns < 0.9)
    hand = (rows > 0.55) & (columns > start) & (columns < start + 0.4)
    hidden = torch.where(which == 0, glasses, torch.where(which == 1, mask, hand))[:, None]
    grey = torch.where(which == 0, 60 * strength[:, None, None], 80 + 150 * strength[:, None, None])
    return torch.where(hidden, grey[:, None], pixels)


def _blur(
    pixels: Tensor,
    strength: Tensor,
    other: Tensor,
    generator: torch.Generator,
    enlarged: float = 1.0,
) -> Tensor:
    def blurred(images: Tensor, sigma: float) -> Tensor:
        kernel = _gaussian(sigma * enlarged).to(images.device)
        reach = len(kernel) // 2
        planes = images.flatten(0, 1)[:, None]
        padded = functional.pad(planes, (reach, reach, reach, reach), mode="replicate")
        soft = functional.conv2d(functional.conv2d(padded, kernel[None, None, None]),
                                 kernel[None, None, :, None])  # fmt: skip
        return soft.view_as(images)

    return _by_step(pixels, strength, _BLURS, blurred)


def _low_resolution(
    pixels: Tensor, strength: Tensor, other: Tensor, generator: torch.Generator
) -> Tensor:
    side = pixels.shape[-1]

    def coarse(images: Tensor, small: int) -> Tensor:
        down = functional.interpolate(images, size=(small, small), mode="area")
        return functional.interpolate(down, size=(side, side), mode="bilinear")

    return _by_step(pixels, strength, _SIDES, coarse)


def _noise(pixels: Tensor, strength: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
    deviation = _LEAST_NOISE + (_MOST_NOISE - _LEAST_NOISE) * strength
    grain = torch.randn(pixels.shape, generator=generator).to(pixels.device)
    return pixels + deviation[:, None, None, None] * grain


def _jpeg(pixels: Tensor, strength: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
    """Blocks of 8×8 through the cosine transform, quantised and back, as in a JPEG file.

    Each channel of a colour image alone, by the table of luminance.
    """
    count, channels, side = pixels.shape[:3]
    blocks = -(-side // 8)
    fill = 8 * blocks - side
    padded = functional.pad(pixels, (0, fill, 0, fill), mode="replicate") - 128
    cut = padded.reshape(count, channels, blocks, 8, blocks, 8).transpose(3, 4)
    quality = _LEAST_QUALITY + (_MOST_QUALITY - _LEAST_QUALITY) * strength
    # As libjpeg scales its table.
    percent = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)
    table = torch.tensor(_LUMINANCE, device=pixels.device)
    steps = (table * percent[:, None, None] / 100).round().clamp(1, 255)[:, None, None, None]
    basis = _cosines().to(pixels.device)
    quantised = ((basis @ cut @ basis.T) / steps).round() * steps
    back = (basis.T @ quantised @ basis).transpose(3, 4)
    back = back.reshape(count, channels, 8 * blocks, 8 * blocks)
    return back[..., :side, :side] + 128


_CHANGES: dict[str, Change] = {
    "gamma": _gamma,
    "side_light": _side_light,
    "cover": _cover,
    "blur": _blur,
    "low_resolution": _low_resolution,
    "noise": _noise,
    "jpeg": _jpeg,
}


def _by_step(
    pixels: Tensor,
    strength: Tensor,
    steps: tuple[Step, ...],
    change: Callable[[Tensor, Step], Tensor],
) -> Tensor:
    """Images in as many batches as there are steps of the strength."""
    changed = pixels.clone()
    which = (strength * len(steps)).long().clamp(max=len(steps) - 1)
    for number, step in enumerate(steps):
        at = (which == number).nonzero()[:, 0]
        if len(at):
            changed[at] = change(pixels[at], step)
    return changed


@cache
def _gaussian(sigma: float) -> Tensor:
    reach = math.ceil(3 * sigma)
    at = torch.arange(-reach, reach + 1, dtype=torch.float32)
    weights = torch.exp(-(at**2) / (2 * sigma**2))
    return weights / weights.sum()


@cache
def _cosines() -> Tensor:
    """The orthonormal cosine transform of 8 values (DCT-II)."""
    k, n = torch.arange(8)[:, None], torch.arange(8)[None]
    basis = torch.cos(math.pi * (2 * n + 1) * k / 16) / 2
    basis[0] /= math.sqrt(2)
    return basis
