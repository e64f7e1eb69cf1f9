"""Preprocessing: the one way from pixels to a network's input, in training and in model files."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import torch.nn.functional as functional
from pydantic import Field, model_validator
from torch import Tensor

from mien.errors import RecipeError
from mien.lab.data.faces import IMAGE_SIZE, FaceData, ImageShape
from mien.lab.section import Section

# Of the three colour channels in torchvision's ImageNet weights; one grey channel takes the mean.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


class Input(Section):
    """What a network sees of an image.

    ``crop`` is the side of the square cut out of it (in the middle, except in training), in pixels
    of an image of 48; of larger images it is the same share. ``size`` is the side in pixels of what
    the network gets, that of the crop when not given. Images of more than 48 pixels a side are
    first reduced to ``size``, by area, and are never enlarged; those of 48 and fewer have their
    crop enlarged or reduced to it.

    ``colour`` keeps the three channels of a data set in colour, which otherwise is made grey;
    ``channels`` 3 without it repeats the grey channel. ``scaling``: ``standardise`` gives each
    image mean 0 and standard deviation 1; ``raw`` leaves 0 to 255; ``unit`` divides by 255;
    ``imagenet`` scales as torchvision's ImageNet weights want it.
    """

    crop: Annotated[int, Field(ge=32, le=48)] = 48
    size: Annotated[int, Field(ge=32, le=512)] | None = None
    colour: bool = False
    channels: Literal[1, 3] = 1
    scaling: Literal["standardise", "raw", "unit", "imagenet"] = "standardise"

    @model_validator(mode="before")
    @classmethod
    def _three_channels(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("colour") is True:
            return {"channels": 3, **given}
        return given

    @model_validator(mode="after")
    def _colour_has_channels(self) -> Input:
        if self.colour and self.channels != 3:
            raise ValueError("colour: true needs channels: 3, or none given")
        return self

    def cropped(self, side: int) -> int:
        """Side in pixels of the square cut out of images that are ``side`` pixels high and wide."""
        return min(round(self.crop * side / IMAGE_SIZE), side)

    def network_side(self, side: int) -> int:
        """Height and width in pixels of what the network gets of images of ``side`` pixels."""
        return self.size or self.cropped(side)

    def image_shape(self, given: ImageShape) -> ImageShape:
        """Size and colour of the images that are cropped, made of those of a data set.

        They are also what a model file takes.

        Raises
        ------
        RecipeError
            If ``size`` is more than a data set of more than 48 pixels has, or ``colour`` is
            wanted of one that has none.
        """
        if self.colour and not given.colour:
            raise RecipeError(
                "the images of the data set are grey",
                where="input.colour",
                hint="train with input.colour=false, or import the data again with --colour",
            )
        side = given.side
        if self.size is not None and side > IMAGE_SIZE:
            if self.size > side:
                raise RecipeError(
                    f"{self.size} is more than the {side}×{side} pixels of the data set's images",
                    where="input.size",
                    hint=f"train with input.size={side}, or import the data again with "
                    f"--size {self.size}",
                )
            side = self.size
        return ImageShape(side, self.colour)

    def fit(self, data: FaceData) -> FaceData:
        """The data set with images as the recipe wants them.

        Raises
        ------
        RecipeError
            If ``size`` or ``colour`` is more than it has.
        """
        return data.fitted(self.image_shape(data.image_shape))


def preprocess(pixels: Tensor, options: Input) -> Tensor:
    """Resize, scale and repeat.

    Parameters
    ----------
    pixels : Tensor of shape (B, 1 or 3, H, W), float32, 0 to 255
        Already cropped.

    Returns
    -------
    Tensor of shape (B, channels, side, side), float32
    """
    if options.size is not None and pixels.shape[-1] != options.size:
        side = [options.size, options.size]
        pixels = functional.interpolate(pixels, side, mode="bilinear", align_corners=False)
    return scale(pixels, options)


def scale(pixels: Tensor, options: Input) -> Tensor:
    """The part of ``preprocess`` after resizing; ``pixels`` are ``(B, 1 or 3, side, side)``."""
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

    ``pixels`` is ``(B, C, H, W)`` float32, any range; the deviation is at least 1, so that a blank
    image gives zeros.
    """
    mean = pixels.mean((1, 2, 3), keepdim=True)
    centred = pixels - mean
    deviation = centred.square().mean((1, 2, 3), keepdim=True).sqrt()
    return centred / deviation.clamp(min=1.0)
