"""A sanity check of saliency: a map that does not depend on the model explains nothing."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from torch import Tensor

from mien.lab.explain.saliency import Saliency, saliency
from mien.lab.models import Network

DRAWS = 2


@dataclass(frozen=True)
class SanityCheck:
    """How alike the maps of a network are to those of the network with another last part.

    Attributes
    ----------
    method : str
        One of ``mien.lab.explain.saliency.METHODS``.
    correlation : float
        Spearman's rank correlation of the maps, -1 to 1; mean over images and draws.
    correlation_of_sizes : float
        The same of the absolute values, which a map that only changes its sign leaves at 1.
    images, draws : int
        How many images, and how many times the weights were drawn.
    """

    method: str
    correlation: float
    correlation_of_sizes: float
    images: int
    draws: int


def check_saliency(
    network: Network, inputs: Tensor, found: Saliency, *, enlarged: float = 1.0, draws: int = DRAWS
) -> SanityCheck:
    """Draw the weights of the last part anew and compare the maps.

    The first step of the cascading randomisation of Adebayo et al. 2018 (arXiv 1810.03292,
    section 3.1). A map without any differences in rank counts as a correlation of 0.

    Parameters
    ----------
    network : Network
        It is left as it is.
    inputs : Tensor of shape (B, C, H, W), float32
        The images that ``found`` explains.
    found : Saliency
    enlarged : float
        As in ``saliency``.
    """
    correlations, of_sizes = [], []
    for draw in range(draws):
        other = saliency(
            redrawn(network, draw),
            inputs,
            found.method,
            found.targets,
            layer=found.layer,
            enlarged=enlarged,
        )
        for before, after in zip(found.maps, other.maps, strict=True):
            correlations.append(rank_correlation(before, after))
            of_sizes.append(rank_correlation(np.abs(before), np.abs(after)))
    return SanityCheck(
        found.method,
        float(np.mean(correlations)),
        float(np.mean(of_sizes)),
        len(inputs),
        draws,
    )


def redrawn(network: Network, seed: int) -> Network:
    """A copy of the network whose last part has fresh weights, as each layer draws its own."""
    other = copy.deepcopy(network)
    last = list(other.parts().values())[-1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for module in last.modules():
            reset = getattr(module, "reset_parameters", None)
            if reset is not None:
                reset()
    return other


def rank_correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Spearman's rank correlation of two maps; 0 where one of them is the same everywhere."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(spearmanr(one.ravel(), other.ravel()).statistic)
