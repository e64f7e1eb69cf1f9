"""Views of one image for evaluation, whose predictions are averaged: flips and ten crops."""

from __future__ import annotations

import torch
from torch import Tensor

from mien.lab.data.preprocess import Input, preprocess


def channels_first(images: Tensor) -> Tensor:
    """``(B, H, W)`` or ``(B, H, W, 3)`` to ``(B, 1 or 3, H, W)``, a view."""
    return images[:, None] if images.ndim == 3 else images.permute(0, 3, 1, 2)


def central_crop(images: Tensor, crop: int) -> Tensor:
    """The middle ``crop`` × ``crop`` pixels; with an odd rest, a pixel nearer to the top left.

    Parameters
    ----------
    images : Tensor of shape (B, H, W) or (B, H, W, 3), uint8

    Returns
    -------
    Tensor of shape (B, 1 or 3, crop, crop), float32, 0 to 255
    """
    top, left = ((side - crop) // 2 for side in images.shape[1:3])
    return _cut(images, top, left, crop)


def single_view(images: Tensor, input: Input) -> Tensor:
    """The central crop, preprocessed.

    ``(B, H, W)`` or ``(B, H, W, 3)`` uint8 to ``(1, B, C, side, side)`` float32.
    """
    return preprocess(central_crop(images, input.cropped(images.shape[1])), input)[None]


def flip_views(images: Tensor, input: Input) -> Tensor:
    """The central crop and its mirror image, preprocessed.

    Parameters
    ----------
    images : Tensor of shape (B, H, W) or (B, H, W, 3), uint8

    Returns
    -------
    Tensor of shape (2, B, C, side, side), float32
    """
    return _with_mirror_images(single_view(images, input))


def ten_crop(images: Tensor, input: Input) -> Tensor:
    """The central crop, those in the four corners, and the mirror images of all five.

    Krizhevsky et al. 2012, section 4.1. Where ``input.crop`` is the whole image the five crops are
    one and the same: then there are two views, those of ``flip_views``.

    Parameters
    ----------
    images : Tensor of shape (B, H, W) or (B, H, W, 3), uint8

    Returns
    -------
    Tensor of shape (10 or 2, B, C, side, side), float32
        The central crop first.
    """
    crop = input.cropped(images.shape[1])
    low, right = (side - crop for side in images.shape[1:3])
    if not low and not right:
        return flip_views(images, input)
    corners = [_cut(images, y, x, crop) for y in (0, low) for x in (0, right)]
    crops = [central_crop(images, crop), *corners]
    return _with_mirror_images(torch.stack([preprocess(pixels, input) for pixels in crops]))


def _cut(images: Tensor, top: int, left: int, crop: int) -> Tensor:
    return channels_first(images)[..., top : top + crop, left : left + crop].float()


def _with_mirror_images(views: Tensor) -> Tensor:
    return torch.cat([views, views.flip(-1)])
