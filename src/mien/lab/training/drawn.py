"""What training draws from: images, or embeddings of a frozen backbone, after balancing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.lab.data.balancing.balance import make_pool, oversample_embeddings, sampling_weights
from mien.lab.data.faces import FaceData
from mien.lab.training.recipe import Recipe


@dataclass(frozen=True)
class Drawn:
    """What training draws from, and how.

    Attributes
    ----------
    inputs : Tensor of shape (m, side, side[, 3]), uint8, or (m, D), float32
        Images, or embeddings of a frozen backbone.
    mirrored : Tensor of shape (m, D), float32, or None
        Embeddings of the mirror images, when the recipe flips.
    sources : ndarray of shape (m,), int64
        Row of the data set; -1 for a synthetic one.
    labels : ndarray of shape (m,), int64
    augmented : Tensor of shape (m,), bool
    weights : Tensor of shape (m,), float64, or None
        Chance of being drawn, for a balanced sampler.
    """

    inputs: Tensor
    mirrored: Tensor | None
    sources: NDArray[np.int64]
    labels: NDArray[np.int64]
    augmented: Tensor
    weights: Tensor | None


def draw_images(
    data: FaceData,
    rows: NDArray[np.int64],
    recipe: Recipe,
    embeddings: NDArray[np.float32] | None,
) -> Drawn:
    """The images of ``rows`` after balancing; ``embeddings`` of them for SMOTE in their space."""
    pool = make_pool(data, rows, recipe.balance, recipe.seed, embeddings)
    return Drawn(
        torch.from_numpy(pool.images),
        None,
        pool.sources,
        pool.labels,
        torch.from_numpy(pool.augmented),
        _sampler(pool.labels, recipe),
    )


def draw_embeddings(
    data: FaceData,
    rows: NDArray[np.int64],
    recipe: Recipe,
    plain: NDArray[np.float32],
    mirrored: NDArray[np.float32] | None,
) -> Drawn:
    """Embeddings of the images ``rows``, and of their mirror images if any, after balancing."""
    labels = data.labels[rows].astype(np.int64)
    sources = rows
    if recipe.balance.method == "smote":
        views = [plain] if mirrored is None else [plain, mirrored]
        names = data.label_set.labels
        made = [
            oversample_embeddings(view, labels, recipe.balance, recipe.seed, names)
            for view in views
        ]
        plain, labels, of = made[0]
        mirrored = None if mirrored is None else made[1][0]
        sources = np.where(of >= 0, rows[of], -1)
    elif recipe.balance.method == "oversample":
        pool = make_pool(data, rows, recipe.balance, recipe.seed)
        at = np.searchsorted(rows, pool.sources)
        plain, labels, sources = plain[at], pool.labels, pool.sources
        mirrored = None if mirrored is None else mirrored[at]
    return Drawn(
        torch.from_numpy(plain),
        None if mirrored is None else torch.from_numpy(mirrored),
        sources,
        labels,
        torch.ones(len(labels), dtype=torch.bool),
        _sampler(labels, recipe),
    )


def _sampler(labels: NDArray[np.int64], recipe: Recipe) -> Tensor | None:
    if recipe.balance.method != "sampler":
        return None
    return torch.from_numpy(sampling_weights(labels, recipe.balance))
