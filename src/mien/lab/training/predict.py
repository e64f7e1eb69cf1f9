"""Logits of a network for many images."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mien.lab.data.standardise import standardise


@torch.inference_mode()
def predict_logits(
    model: nn.Module, images: NDArray[np.uint8], *, crop: int, batch_size: int = 256
) -> dict[str, NDArray[np.float32]]:
    """Logits of the central ``crop`` × ``crop`` pixels: one view an image, no averaging.

    Parameters
    ----------
    model : Module
        Put into evaluation mode.
    images : ndarray of shape (n, 48, 48), uint8

    Returns
    -------
    dict of str to ndarray of shape (n, labels), float32
    """
    model.eval()
    edge = (images.shape[-1] - crop) // 2
    found: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, len(images), batch_size):
        pixels = images[start : start + batch_size, edge : edge + crop, edge : edge + crop]
        batch = standardise(torch.from_numpy(pixels)[:, None].float())
        logits = model(batch.contiguous(memory_format=torch.channels_last))
        for head, values in logits.items():
            found.setdefault(head, []).append(values.float().numpy())
    return {head: np.concatenate(parts) for head, parts in found.items()}
