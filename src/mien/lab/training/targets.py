"""Soft targets: label smoothing, the votes of FER+, and the loss over both heads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from mien.emotions import FERPLUS
from mien.errors import DataError
from mien.lab.data.faces import FaceData
from mien.lab.data.ferplus import fer2013_distribution, vote_distribution
from mien.lab.training.recipe import Loss, Recipe


@dataclass(frozen=True)
class Targets:
    """Targets of every row of a data set, by head.

    ``distributions[head]`` is ``(n, labels)`` float32 with rows summing to 1; ``weights[head]`` is
    ``(n,)`` float32, 0 for rows that say nothing to that head.
    """

    distributions: dict[str, Tensor]
    weights: dict[str, Tensor]


def make_targets(data: FaceData, recipe: Recipe) -> Targets:
    """Targets of the recipe's heads, from labels and, if the recipe asks for them, votes.

    Raises
    ------
    DataError
        If the recipe needs FER+ votes and the data set has none.
    """
    loss = recipe.loss
    classes = len(data.label_set)
    target = np.eye(classes, dtype=np.float32)[data.labels]
    if loss.ferplus_blend:
        target = (1 - loss.ferplus_blend) * target + loss.ferplus_blend * fer2013_distribution(data)
    distributions = {data.label_set.name: _smooth(target, loss)}
    weights = {data.label_set.name: torch.ones(len(data))}
    if recipe.data.ferplus:
        if data.votes is None:
            raise DataError(
                "has no FER+ votes, which the recipe's data.ferplus asks for",
                where=data.name,
                hint="import with --ferplus fer2013new.csv, or train with data.ferplus=false",
            )
        votes, weight = vote_distribution(data.votes)
        distributions[FERPLUS.name] = torch.from_numpy(votes)
        weights[FERPLUS.name] = torch.from_numpy(weight)
    return Targets(distributions, weights)


def heads_of(data: FaceData, recipe: Recipe) -> dict[str, int]:
    """Number of labels of each head the recipe trains."""
    heads = {data.label_set.name: len(data.label_set)}
    if recipe.data.ferplus:
        heads[FERPLUS.name] = len(FERPLUS)
    return heads


def total_loss(
    logits: dict[str, Tensor],
    targets: dict[str, Tensor],
    weights: dict[str, Tensor],
    loss: Loss,
) -> Tensor:
    """Weighted soft cross-entropy of the main head plus ``loss.ferplus_head`` times FER+'s."""
    total = torch.zeros(())
    for head, head_logits in logits.items():
        per_image = -(targets[head] * functional.log_softmax(head_logits.float(), dim=1)).sum(1)
        factor = loss.ferplus_head if head == FERPLUS.name else 1.0
        total = total + factor * (weights[head] * per_image).mean()
    return total


def _smooth(target: np.ndarray, loss: Loss) -> Tensor:
    smoothing = loss.label_smoothing
    return torch.from_numpy((1 - smoothing) * target + smoothing / target.shape[1]).float()
