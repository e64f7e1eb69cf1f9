"""Logits and embeddings of a network for many images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.lab.data.preprocess import Input
from mien.lab.data.views import flip_views, single_view, ten_crop
from mien.lab.models import Network

Views = Literal["single", "flip", "ten-crop"]
"""What is predicted of each image: the central crop, that and its mirror image, or ten crops."""

_MAKE: dict[Views, Callable[[Tensor, Input], Tensor]] = {
    "single": single_view,
    "flip": flip_views,
    "ten-crop": ten_crop,
}


_COUNTS: dict[Views, int] = {"single": 1, "flip": 2, "ten-crop": 10}


def predict_logits(
    model: nn.Module,
    images: NDArray[np.uint8],
    options: Input,
    *,
    views: Views = "single",
    batch_size: int = 256,
) -> dict[str, NDArray[np.float32]]:
    """Run ``model`` on each image in evaluation mode.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, side, side, 3), uint8
    options : Input
        The recipe's ``input``.
    views : {"single", "flip", "ten-crop"}
        With several views the probabilities are averaged (Krizhevsky et al. 2012, section 4.1).

    Returns
    -------
    dict of str to ndarray of shape (n, labels), float32
        Logits by head; with several views the logarithms of the averaged probabilities.
    """
    found: dict[str, list[Tensor]] = {}
    with torch.inference_mode():
        for batch in _batches(model, images, options, views, batch_size):
            count = batch.shape[1]
            for head, values in model(_flat(batch)).items():
                logits = values.float().cpu()
                if len(batch) > 1:
                    by_view = torch.softmax(logits, 1).view(len(batch), count, -1)
                    logits = by_view.mean(0).clamp(min=1e-12).log()
                found.setdefault(head, []).append(logits)
    return {head: torch.cat(parts).numpy() for head, parts in found.items()}


def embed(
    network: Network,
    images: NDArray[np.uint8],
    options: Input,
    *,
    mirrored: bool = False,
    batch_size: int = 256,
    on_batch: Callable[[int], None] = lambda done: None,
) -> NDArray[np.float32]:
    """Embeddings ``(n, D)`` float32 of the central crops, or of their mirror images.

    ``on_batch`` is told after every batch how many images are done.
    """
    if mirrored:
        images = images[:, :, ::-1]
    parts: list[Tensor] = []
    with torch.inference_mode():
        for batch in _batches(network, images, options, "single", batch_size):
            parts.append(network.embed(_flat(batch)).float().cpu())
            on_batch(min(len(images), len(parts) * batch_size))
    return torch.cat(parts).numpy()


def _batches(
    model: nn.Module, images: NDArray[np.uint8], options: Input, views: Views, batch_size: int
) -> Iterator[Tensor]:
    """Preprocessed batches ``(views, B, C, side, side)`` on the model's device."""
    model.eval()
    device = next(model.parameters()).device
    each = max(1, batch_size // _COUNTS[views])
    for start in range(0, len(images), each):
        pixels = np.ascontiguousarray(images[start : start + each])
        yield _MAKE[views](torch.from_numpy(pixels).to(device), options)


def _flat(batch: Tensor) -> Tensor:
    return batch.flatten(0, 1).contiguous(memory_format=torch.channels_last)
