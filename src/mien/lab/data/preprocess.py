"""Preprocessing: the one way from pixels to a network's input, in training and in model files."""

from __future__ import annotations

from typing import Annotated, Literal

import torch.nn.functional as functional
from pydantic import Field
from torch import Tensor

from mien.lab.section import Section

# Of the three colour channels in torchvision's ImageNet weights; one grey channel takes the mean.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


class Input(Section):
    """What a network sees of a 48×48 image.

    ``crop`` is the side in pixels of the square cut out of it (in the middle, except in training);
    ``size`` the side it is enlarged or reduced to, the crop's when not given; ``channels`` 3
    repeats the grey channel. ``scaling``: ``standardise`` gives each image mean 0 and standard
    deviation 1; ``raw`` leaves 0 to 255; ``unit`` divides by 255; ``imagenet`` scales as
    torchvision's ImageNet weights want it.
    """

    crop: Annotated[int, Field(ge=32, le=48)] = 48
    size: Annotated[int, Field(ge=32, le=512)] | None = None
    channels: Literal[1, 3] = 1
    scaling: Literal["standardise", "raw", "unit", "imagenet"] = "standardise"

    @property
    def side(self) -> int:
        """Height and width in pixels of what the network gets."""
        return self.size or self.crop


def preprocess(pixels: Tensor, options: Input) -> Tensor:
    """Resize, scale and repeat.

    Parameters
    ----------
    pixels : Tensor of shape (B, 1, H, W), float32, 0 to 255
        Already cropped.

    Returns
    -------
    Tensor of shape (B, channels, side, side), float32
    """
    if pixels.shape[-1] != options.side:
        side = [options.side, options.side]
        pixels = functional.interpolate(pixels, side, mode="bilinear", align_corners=False)
    return scale(pixels, options)


def scale(pixels: Tensor, options: Input) -> Tensor:
    """The part of ``preprocess`` after resizing: ``(B, 1, side, side)`` in, same shape out."""
    if options.scaling == "standardise":
        pixels = standardise(pixels)
    elif options.scaling in ("unit", "imagenet"):
        pixels = pixels / 255
    if options.scaling == "imagenet":
        if options.channels == 3:
            mean = pixels.new_tensor(IMAGENET_MEAN)[:, None, None]
            deviation = pixels.new_tensor(IMAGENET_DEVIATION)[:, None, None]
        else:
            mean = pixels.new_tensor(sum(IMAGENET_MEAN) / 3)
            deviation = pixels.new_tensor(sum(IMAGENET_DEVIATION) / 3)
        return (pixels - mean) / deviation
    return pixels.expand(-1, options.channels, -1, -1)


def standardise(pixels: Tensor) -> Tensor:
    """Shift and scale each image to mean 0 and standard deviation 1.

    ``pixels`` is ``(B, 1, H, W)`` float32, any range; the deviation is at least 1, so that a blank
    image gives zeros.
    """
    mean = pixels.mean((1, 2, 3), keepdim=True)
    centred = pixels - mean
    deviation = centred.square().mean((1, 2, 3), keepdim=True).sqrt()
    return centred / deviation.clamp(min=1.0)
