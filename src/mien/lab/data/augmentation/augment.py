"""Random changes to a batch of training images, as a few whole-batch tensor operations."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
import torch.nn.functional as functional
from pydantic import Field, PositiveFloat, field_validator
from torch import Tensor

from mien.lab.data.augmentation.camera import KINDS as CAMERA_KINDS
from mien.lab.data.augmentation.camera import through_camera
from mien.lab.data.faces import IMAGE_SIZE
from mien.lab.data.preprocess import Input, preprocess, scale
from mien.lab.data.views import central_crop, channels_first
from mien.lab.section import Fraction, Section

# Uniform numbers of each image. All are drawn whatever the options, so that turning one option on
# or off leaves the draws of the others, and of every later batch, as they were.
_DRAWS = (
    "flip", "angle", "zoom", "shear", "across", "down", "brightness", "contrast",
    "erased", "erased_area", "erased_ratio", "erased_across", "erased_down",
)  # fmt: skip


class Augmentation(Section):
    """Random changes to each training image, drawn anew each epoch.

    ``flip`` turns images over left to right: by chance, or every image in every other epoch
    (``alternating``, after Jordan 2024, arXiv 2404.00498). ``rotation`` is in degrees either way,
    ``shear`` the angle in degrees either way by which upright lines lean, ``scale`` the range of
    zoom factors, ``shift`` the greatest translation either way as a share of the side. Where
    ``input.crop`` is below 48 the crop wanders over the whole picture and, if nothing else moves
    it, never leaves it; beyond the picture its edge pixels repeat, as they do where the runtime
    cuts a face out of a photo. Crops and shifts alone move images by whole pixels; rotation, zoom
    and shear interpolate between them.

    ``brightness`` is the greatest amount added or taken, as a share of the full range of 255;
    ``contrast`` the greatest relative change either way of the differences from the image's mean;
    values are cut off at 0 and 255, so that 0.3 already blanks parts of a bright image. ``erasing``
    is the chance that a rectangle of 2 to 20 % of the area takes the image's mean grey (Zhong et
    al. 2020, "Random erasing data augmentation", arXiv 1708.04896).

    All of it is the same in all channels of a colour image, noise but for its grain.

    The last seven are chances of what cameras, light and covers do to a face, each with a strength
    drawn anew: ``gamma`` (exponents of 0.4 to 2.5), ``side_light`` (up to 80 % lost on one side),
    ``cover`` (glasses, a mask or a hand), ``blur`` (σ of 0.6 to 2 pixels of 48),
    ``low_resolution`` (12 to 32 pixels a side), ``noise`` (standard deviations of 2 to 25 of 255)
    and ``jpeg`` (qualities of 10 to 60).
    """

    flip: Literal["none", "random", "alternating"] = "alternating"
    rotation: Annotated[float, Field(ge=0, le=180)] = 0
    scale: tuple[PositiveFloat, PositiveFloat] = (1, 1)
    shear: Annotated[float, Field(ge=0, le=60)] = 0
    shift: Annotated[float, Field(ge=0, le=0.5)] = 0
    brightness: Annotated[float, Field(ge=0, lt=1)] = 0
    contrast: Annotated[float, Field(ge=0, lt=1)] = 0
    erasing: Fraction = 0
    gamma: Fraction = 0
    side_light: Fraction = 0
    cover: Fraction = 0
    blur: Fraction = 0
    low_resolution: Fraction = 0
    noise: Fraction = 0
    jpeg: Fraction = 0

    @field_validator("scale")
    @classmethod
    def _ascending(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError("the smallest zoom factor comes first")
        return value

    @property
    def changes_pixels(self) -> bool:
        """Whether images are changed in any way other than turning them over."""
        moved, lit = self.resamples or self.shift, self.brightness or self.contrast
        return bool(moved or lit or self.erasing or any(self.camera.values()))

    @property
    def camera(self) -> dict[str, float]:
        """Chances of what a camera does, by kind."""
        return {kind: getattr(self, kind) for kind in CAMERA_KINDS}

    @property
    def changes_anything(self) -> bool:
        """Whether images are changed at all, not counting ``input.crop``."""
        return self.changes_pixels or self.flip != "none"

    @property
    def resamples(self) -> bool:
        """Whether pixels are interpolated, not only moved."""
        return bool(self.rotation or self.shear) or self.scale != (1, 1)


def augment(
    images: Tensor,
    rows: Tensor,
    epoch: int,
    input: Input,
    options: Augmentation,
    generator: torch.Generator,
    augmented: Tensor | None = None,
) -> Tensor:
    """Move, light, scale and erase a batch; every image gets its own draw from ``generator``.

    Parameters
    ----------
    images : Tensor of shape (B, H, H) or (B, H, H, 3), uint8
        Left as they are.
    rows : Tensor of shape (B,), int64
        A number of each image that stays the same over the epochs: the alternating flip turns
        even ones over in even epochs and odd ones in odd epochs, so that each image is seen both
        ways every two epochs.
    epoch : int
        Counted from 0.
    input : Input
        What the network sees of an image.
    generator : torch.Generator
        On the processor, wherever the images are. The same number of values is drawn from it
        whatever the options.
    augmented : Tensor of shape (B,), bool, optional
        Images marked False are only cropped in the middle and scaled, as in evaluation. All are
        changed when not given.

    Returns
    -------
    Tensor of shape (B, channels, side, side), float32
    """
    uniform = torch.rand(len(_DRAWS), len(images), generator=generator).to(images.device)
    # Of its own, so that what the camera draws leaves the other draws as they were.
    camera = torch.Generator().manual_seed(int(uniform.sum().item() * 1e6) if len(images) else 0)
    if augmented is None or bool(augmented.all()):
        return _changed(images, rows, epoch, input, options, uniform, camera)
    found = preprocess(central_crop(images, input.cropped(images.shape[1])), input).contiguous()
    if bool(augmented.any()):
        at = augmented.nonzero()[:, 0]
        found[at] = _changed(images[at], rows[at], epoch, input, options, uniform[:, at], camera)
    return found


def _changed(
    images: Tensor,
    rows: Tensor,
    epoch: int,
    input: Input,
    options: Augmentation,
    uniform: Tensor,
    camera: torch.Generator,
) -> Tensor:
    draws = dict(zip(_DRAWS, uniform, strict=True))
    given = images.shape[1]
    crop, side = input.cropped(given), input.network_side(given)
    moves = options.resamples or options.flip != "none" or options.shift or crop < given
    if moves or side != crop:
        # One resampling, straight to the network's size.
        pixels = functional.grid_sample(
            channels_first(images).float(),
            _sampling_grid(rows, epoch, (given, crop, side), options, draws),
            mode="bilinear",
            padding_mode="border",
            align_corners=False,
        )
    else:
        pixels = channels_first(images).float()
    if options.brightness or options.contrast:
        pixels = _light(pixels, options, draws)
    if any(options.camera.values()):
        pixels = through_camera(pixels, options.camera, camera, enlarged=given / IMAGE_SIZE)
    scaled = scale(pixels, input)
    if options.erasing:
        kept = ~_erased(side, options, draws)[:, None]
        if input.scaling == "standardise":
            return scaled * kept  # The mean is 0.
        return torch.where(kept, scaled, scaled.mean((2, 3), keepdim=True))
    return scaled


def _either_way(uniform: Tensor) -> Tensor:
    """From 0 … 1 to -1 … 1."""
    return uniform * 2 - 1


def _sampling_grid(
    rows: Tensor,
    epoch: int,
    sides: tuple[int, int, int],
    options: Augmentation,
    draws: dict[str, Tensor],
) -> Tensor:
    """Where each pixel is fetched from: ``(B, side, side, 2)``, -1 to 1 from edge to edge.

    ``sides`` in pixels: of the picture, of the crop, of what is made of it.
    """
    given, crop, side = sides
    angle = math.radians(options.rotation) * _either_way(draws["angle"])
    slant = torch.tan(math.radians(options.shear) * _either_way(draws["shear"]))
    low, high = (math.log(bound) for bound in options.scale)
    zoom = torch.exp(low + (high - low) * draws["zoom"])
    span = crop / given / zoom
    mirror = _mirror(rows, epoch, options, draws)
    cosine, sine = torch.cos(angle) * span, torch.sin(angle) * span
    # Out of the picture, backwards: turned, then sheared, then mirrored.
    across = mirror * cosine, slant * cosine - sine, _offset(draws["across"], given, crop, options)
    down = mirror * sine, slant * sine + cosine, _offset(draws["down"], given, crop, options)
    at = (torch.arange(side, device=rows.device) * 2 + 1) / side - 1
    grid = [
        (by_x[:, None] * at + constant[:, None])[:, None] + (by_y[:, None] * at)[:, :, None]
        for by_x, by_y, constant in (across, down)
    ]
    return torch.stack(grid, dim=3)


def _mirror(rows: Tensor, epoch: int, options: Augmentation, draws: dict[str, Tensor]) -> Tensor:
    """-1 for images that are turned over, 1 for the others."""
    if options.flip == "alternating":
        return 1.0 - 2.0 * ((rows + epoch) % 2 == 0).float()
    if options.flip == "random":
        return 1.0 - 2.0 * (draws["flip"] < 0.5).float()
    return torch.ones_like(draws["flip"])


def _offset(uniform: Tensor, given: int, crop: int, options: Augmentation) -> Tensor:
    """How far the crop's centre lies off the picture's, in halves of the picture's side."""
    slack = given - crop
    reach = max(slack, 2 * options.shift * given)
    if options.resamples:
        return reach / given * _either_way(uniform)
    # Whole pixels, each as likely: no interpolation where none is needed.
    steps = int((reach - slack) / 2) * 2 + slack
    return (torch.floor(uniform * (steps + 1)) * 2 - steps) / given


def _light(pixels: Tensor, options: Augmentation, draws: dict[str, Tensor]) -> Tensor:
    gain = 1 + options.contrast * _either_way(draws["contrast"])[:, None, None, None]
    offset = 255 * options.brightness * _either_way(draws["brightness"])[:, None, None, None]
    middle = pixels.mean((1, 2, 3), keepdim=True)
    # Clipping is the point: standardisation undoes gain and offset otherwise.
    return (pixels * gain + (middle * (1 - gain) + offset)).clamp_(0, 255)


def _erased(side: int, options: Augmentation, draws: dict[str, Tensor]) -> Tensor:
    """True inside the rectangles, ``(B, side, side)``; sides from 1:3 to 3:1."""
    area = (0.02 + 0.18 * draws["erased_area"]) * side * side
    ratio = torch.exp(math.log(3.0) * _either_way(draws["erased_ratio"]))
    half_height, half_width = (area * ratio).sqrt() / 2, (area / ratio).sqrt() / 2
    at = torch.arange(side, device=area.device) + 0.5
    inside_y = (at - draws["erased_down"][:, None] * side).abs() < half_height[:, None]
    inside_x = (at - draws["erased_across"][:, None] * side).abs() < half_width[:, None]
    inside_y &= (draws["erased"] < options.erasing)[:, None]
    return inside_y[:, :, None] & inside_x[:, None, :]
