"""Standardisation: the one preprocessing that training, evaluation and model files share."""

from __future__ import annotations

from torch import Tensor


def standardise(pixels: Tensor) -> Tensor:
    """Shift and scale each image to mean 0 and standard deviation 1.

    ``pixels`` is ``(B, 1, H, W)`` float32, any range; the deviation is at least 1, so that a blank
    image gives zeros.
    """
    mean = pixels.mean((1, 2, 3), keepdim=True)
    centred = pixels - mean
    deviation = centred.square().mean((1, 2, 3), keepdim=True).sqrt()
    return centred / deviation.clamp(min=1.0)
