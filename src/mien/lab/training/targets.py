"""Soft targets: label smoothing, the votes of FER+, and the loss over the heads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from torch import Tensor

from mien.emotions import FERPLUS
from mien.errors import DataError, RecipeError
from mien.lab.data.balancing.balance import class_weights, log_prior
from mien.lab.data.balancing.pool import training_rows
from mien.lab.data.faces import FaceData
from mien.lab.data.ferplus import (
    EVERYDAY_HEAD,
    everyday_distribution,
    fer2013_distribution,
    vote_distribution,
)
from mien.lab.training.recipe import WITHOUT_VOTES, Data, Recipe
from mien.lab.training.teaching.distillation import Distillation


@dataclass(frozen=True)
class Targets:
    """Targets of every image that training draws from, by head.

    ``distributions[head]`` is ``(m, labels)`` float32 with rows summing to 1; ``weights[head]`` is
    ``(m,)`` float32: 0 for images that say nothing to that head, by class with class weights.
    What teachers say stands under ``teachers_of(head)``, with weight 0 where they say nothing.
    """

    distributions: dict[str, Tensor]
    weights: dict[str, Tensor]

    def beside(self, taught: dict[str, Tensor], heard: Tensor) -> Targets:
        """These, and what teachers say by head: ``(m, labels)`` float32, rows summing to 1.

        ``heard``, ``(m,)`` float32, is 1 for images that a teacher has spoken about, else 0.
        """
        said = {teachers_of(head): values for head, values in taught.items()}
        return Targets(self.distributions | said, self.weights | dict.fromkeys(said, heard))

    def of(self, drawn: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Distributions and weights of the images at positions ``drawn``."""
        return (
            {head: values[drawn] for head, values in self.distributions.items()},
            {head: values[drawn] for head, values in self.weights.items()},
        )


def teachers_of(head: str) -> str:
    """Key of what teachers say for ``head`` among the targets."""
    return f"{head} (teachers)"


def make_targets(
    data: FaceData, labels: NDArray[np.int64], sources: NDArray[np.int64], recipe: Recipe
) -> Targets:
    """Targets of the recipe's heads, from labels and, if the recipe asks for them, votes.

    Parameters
    ----------
    data : FaceData
    labels : ndarray of shape (m,), int64
        Of the images to train on.
    sources : ndarray of shape (m,), int64
        Row of ``data`` that each image comes from; -1 for a synthetic one, which has no votes: its
        target is its label, and the FER+ head does not see it.

    Raises
    ------
    DataError
        If the recipe needs FER+ votes and the data set has none.
    """
    loss = recipe.loss
    classes = len(data.label_set)
    target = np.eye(classes, dtype=np.float32)[labels]
    real = sources >= 0
    if loss.ferplus_blend:
        fitted_on = rows_of(data, recipe.data)
        expected = fer2013_distribution(data, fitted_on)[sources[real]]
        target[real] = (1 - loss.ferplus_blend) * target[real] + loss.ferplus_blend * expected
    # With logit adjustment a uniform share would count as evidence for the rare classes, whose
    # own share is no larger: there the prior is what smoothing leads to.
    towards = np.full(classes, 1 / classes)
    if recipe.balance.method == "logit_adjustment":
        towards = np.exp(log_prior(labels, classes))
    smoothing = loss.label_smoothing
    smoothed = torch.from_numpy((1 - smoothing) * target + smoothing * towards).float()
    distributions = {data.label_set.name: smoothed}
    weights = {data.label_set.name: torch.ones(len(labels))}
    if recipe.balance.method == "class_weights":
        # On images, not on classes inside a soft target: that would teach another target.
        by_class = class_weights(labels, classes, recipe.balance)
        weights[data.label_set.name] = torch.from_numpy(by_class[labels])
    if recipe.data.ferplus:
        if data.votes is None:
            raise DataError(
                "has no FER+ votes, which the recipe's data.ferplus asks for",
                where=data.name,
                hint=f"import with --ferplus fer2013new.csv; {WITHOUT_VOTES}",
            )
        votes, weight = vote_distribution(data.votes)
        distributions[FERPLUS.name] = torch.from_numpy(votes[sources])
        weights[FERPLUS.name] = torch.from_numpy(weight[sources] * real).float()
    if loss.everyday_head:
        votes, weight = everyday_distribution(data)
        share = loss.everyday_blend * (votes[sources].sum(1, keepdims=True) > 0) * real[:, None]
        blended = (1 - share) * np.eye(classes, dtype=np.float32)[labels] + share * votes[sources]
        distributions[EVERYDAY_HEAD] = torch.from_numpy(blended).float()
        weights[EVERYDAY_HEAD] = torch.from_numpy(np.where(real, weight[sources], 1)).float()
    return Targets(distributions, weights)


def rows_of(data: FaceData, options: Data) -> NDArray[np.int64]:
    """Row numbers of the Training images that a recipe fits on, ascending."""
    return training_rows(data, options.twins, options.folds, options.without_fold, options.share)


def heads_of(data: FaceData, recipe: Recipe) -> dict[str, int]:
    """Number of labels of each head the recipe trains; the main one first."""
    heads = {data.label_set.name: len(data.label_set)}
    if recipe.data.ferplus and FERPLUS.name in heads:
        raise RecipeError(
            f"the labels of {data.name!r} are those of FER+, which data.ferplus adds a head for",
            where=recipe.name,
            hint="train with data.ferplus=false loss.ferplus_head=0",
        )
    if recipe.data.ferplus:
        heads[FERPLUS.name] = len(FERPLUS)
    if recipe.loss.everyday_head:
        heads[EVERYDAY_HEAD] = len(data.label_set)
    return heads


def labels_of(data: FaceData, heads: dict[str, int]) -> dict[str, list[str]]:
    """Names of the labels of each head, in the order of its logits."""
    own = data.label_set.labels
    names = {FERPLUS.name: FERPLUS.labels, EVERYDAY_HEAD: own, data.label_set.name: own}
    return {head: list(names[head]) for head in heads}


@dataclass(frozen=True)
class Objective:
    """The loss of a recipe.

    Attributes
    ----------
    main : str
        Name of the main head.
    head_weights : dict of str to float
        Weights of the other heads' losses.
    log_prior : Tensor of shape (classes,) or None
        Added to the main head's logits (Menon et al. 2021, equation 10), so that the network
        learns what the prior does not tell already.
    distillation : Distillation
        Temperature and weight for heads that teachers have said something about.
    """

    main: str
    head_weights: dict[str, float]
    log_prior: Tensor | None
    distillation: Distillation

    def __call__(
        self,
        logits: dict[str, Tensor],
        targets: dict[str, Tensor],
        weights: dict[str, Tensor],
    ) -> Tensor:
        """Weighted soft cross-entropy, the mean over the batch.

        With teachers, ``1 - weight`` of it and ``weight`` of the divergence from what they say at
        their temperature, times its square (Hinton et al. 2015, section 2), for each image that
        they say something about.
        """
        total: Tensor | None = None
        for head, head_logits in logits.items():
            values = head_logits.float()
            if head == self.main and self.log_prior is not None:
                values = values + self.log_prior
            per_image = -(targets[head] * functional.log_softmax(values, dim=1)).sum(1)
            per_image = weights[head] * per_image
            if teachers_of(head) in targets:
                heard = self.distillation.weight * weights[teachers_of(head)]
                divergence = self._divergence(values, targets[teachers_of(head)])
                per_image = (1 - heard) * per_image + heard * divergence
            loss = per_image.mean()
            if head != self.main:
                loss = self.head_weights[head] * loss
            total = loss if total is None else total + loss
        assert total is not None
        return total

    def _divergence(self, logits: Tensor, said: Tensor) -> Tensor:
        """Of each image, from what teachers say, times the temperature's square."""
        temperature = self.distillation.temperature
        softened = functional.log_softmax(logits / temperature, dim=1)
        return temperature**2 * functional.kl_div(softened, said, reduction="none").sum(1)


def make_objective(
    data: FaceData, labels: NDArray[np.int64], recipe: Recipe, device: torch.device
) -> Objective:
    """The recipe's loss; the prior of logit adjustment comes from the Training ``labels`` alone."""
    balance, classes = recipe.balance, len(data.label_set)
    prior = None
    if balance.method == "logit_adjustment":
        prior = balance.strength * torch.from_numpy(log_prior(labels, classes)).to(device)
    weights = {
        FERPLUS.name: recipe.loss.ferplus_head,
        EVERYDAY_HEAD: recipe.loss.everyday_head,
    }
    return Objective(data.label_set.name, weights, prior, recipe.distillation)
