"""Random changes to a batch of training images, as a few whole-batch tensor operations."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
import torch.nn.functional as functional
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat
from torch import Tensor

from mien.lab.data.faces import IMAGE_SIZE
from mien.lab.data.standardise import standardise


class Augmentation(BaseModel):
    """Random changes to each training image, drawn anew each epoch.

    ``crop`` is the side in pixels of the square fed to the network; ``rotation`` is in degrees
    either way; ``scale`` the range of zoom factors; ``shift`` the greatest translation either way
    as a share of 48 pixels; ``brightness`` and ``contrast`` the greatest relative change either
    way; ``erasing`` the chance that a rectangle is blanked; ``mixup`` the alpha of the Beta
    distribution (0: off), switched off for the last fifth of the epochs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    crop: Annotated[int, Field(ge=32, le=48)] = 44
    flip: Literal["none", "random", "alternating"] = "alternating"
    rotation: Annotated[float, Field(ge=0, le=180)] = 0
    scale: tuple[PositiveFloat, PositiveFloat] = (1, 1)
    shift: Annotated[float, Field(ge=0, le=0.5)] = 0
    brightness: Annotated[float, Field(ge=0, lt=1)] = 0
    contrast: Annotated[float, Field(ge=0, lt=1)] = 0
    erasing: Annotated[float, Field(ge=0, le=1)] = 0
    mixup: Annotated[float, Field(ge=0)] = 0


def augment(
    images: Tensor, rows: Tensor, epoch: int, options: Augmentation, generator: torch.Generator
) -> Tensor:
    """Warp, light and erase a batch; every image gets its own draw from ``generator``.

    Parameters
    ----------
    images : Tensor of shape (B, 48, 48), uint8
    rows : Tensor of shape (B,), int64
        Row numbers in the data set: the alternating flip turns even rows over in even epochs and
        odd rows in odd ones, so that each image is seen both ways every two epochs.
    epoch : int
        Counted from 0.

    Returns
    -------
    Tensor of shape (B, 1, crop, crop), float32
        Standardised per image (see ``standardise``); erased rectangles hold 0, the mean.
    """
    count = len(images)
    pixels = images[:, None].float()
    pixels = functional.grid_sample(
        pixels,
        _sampling_grid(rows, epoch, options, generator),
        mode="bilinear",
        padding_mode="border",
        align_corners=False,
    )
    if options.contrast or options.brightness:
        gain = 1 + options.contrast * _uniform(count, generator)
        offset = 255 * options.brightness * _uniform(count, generator)
        middle = pixels.mean((1, 2, 3))
        pixels = (pixels - middle[:, None, None, None]) * gain[:, None, None, None]
        # Clipping is the point: the standardisation below undoes gain and offset otherwise.
        pixels = (pixels + (middle + offset)[:, None, None, None]).clamp_(0, 255)
    standardised = standardise(pixels)
    if options.erasing:
        standardised = standardised * _keep_mask(count, options, generator)
    return standardised


def _uniform(count: int, generator: torch.Generator) -> Tensor:
    return torch.rand(count, generator=generator) * 2 - 1


def _sampling_grid(
    rows: Tensor, epoch: int, options: Augmentation, generator: torch.Generator
) -> Tensor:
    count = len(rows)
    angle = math.radians(options.rotation) * _uniform(count, generator)
    low, high = (math.log(bound) for bound in options.scale)
    zoom = torch.exp(low + (high - low) * torch.rand(count, generator=generator))
    # Sampling a crop of c out of 48 pixels at zoom 1 spans c/48 of the source.
    span = options.crop / IMAGE_SIZE / zoom
    slack = 1 - options.crop / IMAGE_SIZE
    reach = max(slack, 2 * options.shift)
    shift_x, shift_y = reach * _uniform(count, generator), reach * _uniform(count, generator)
    if options.flip == "alternating":
        mirror = 1.0 - 2.0 * ((rows + epoch) % 2 == 0).float()
    elif options.flip == "random":
        mirror = 1.0 - 2.0 * (torch.rand(count, generator=generator) < 0.5).float()
    else:
        mirror = torch.ones(count)
    cosine, sine = torch.cos(angle) * span, torch.sin(angle) * span
    matrix = torch.stack(
        [
            torch.stack([mirror * cosine, -sine, shift_x], dim=1),
            torch.stack([mirror * sine, cosine, shift_y], dim=1),
        ],
        dim=1,
    )
    return functional.affine_grid(
        matrix, [count, 1, options.crop, options.crop], align_corners=False
    )


def _keep_mask(count: int, options: Augmentation, generator: torch.Generator) -> Tensor:
    """1 where pixels stay, 0 in a rectangle of 2 to 20 % of the area (Zhong et al. 2020)."""
    size = options.crop
    area = (0.02 + 0.18 * torch.rand(count, generator=generator)) * size * size
    ratio = torch.exp(math.log(3.0) * _uniform(count, generator))
    half_height, half_width = (area * ratio).sqrt() / 2, (area / ratio).sqrt() / 2
    centre_y = torch.rand(count, generator=generator) * size
    centre_x = torch.rand(count, generator=generator) * size
    chosen = torch.rand(count, generator=generator) < options.erasing
    at = torch.arange(size) + 0.5
    inside_y = (at[None] - centre_y[:, None]).abs() < half_height[:, None]
    inside_x = (at[None] - centre_x[:, None]).abs() < half_width[:, None]
    erased = inside_y[:, :, None] & inside_x[:, None, :] & chosen[:, None, None]
    return (~erased).float()[:, None]
