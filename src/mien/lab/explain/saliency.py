"""Saliency: which pixels made a network give a class the logit that it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
import torch.nn.functional as functional
from captum.attr import IntegratedGradients, LayerGradCam, Occlusion
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.errors import UsageError, did_you_mean
from mien.lab.data.preprocess import Input
from mien.lab.explain.activations import map_sizes
from mien.lab.models import Network

Method = Literal["Grad-CAM", "integrated gradients", "occlusion"]
METHODS: tuple[Method, ...] = get_args(Method)

LEAST_MAP = 4
"""Grad-CAM takes the last part whose maps have at least this height and width."""
WINDOW, STRIDE = 8, 4
"""Of occlusion, in pixels of an image of 48; of larger ones as many times more."""
STEPS = 64
"""Points on the path of integrated gradients."""

_BATCH = 128


@dataclass(frozen=True)
class Saliency:
    """Maps of one method for a batch of images.

    Attributes
    ----------
    method : str
        One of ``METHODS``.
    maps : ndarray of shape (B, H, W), float32
        Of the height and width of the network's input. Grad-CAM: 0 or more, in no unit.
        Integrated gradients: logits a pixel. Occlusion: logits lost when the window hides the
        pixel, averaged over the windows that do; below 0 where hiding helps the class.
    targets : tuple of int
        The class of each image that the map is for.
    layer : str or None
        The part that Grad-CAM looked at.
    resolution : (int, int) or None
        Height and width of that part's maps, before they were enlarged.
    difference, completeness_error : ndarray of shape (B,), float32, or None
        Of integrated gradients: the logit less that of the baseline, and by how much the map's
        sum misses it (Sundararajan et al. 2017, proposition 1).
    """

    method: Method
    maps: NDArray[np.float32]
    targets: tuple[int, ...]
    layer: str | None = None
    resolution: tuple[int, int] | None = None
    difference: NDArray[np.float32] | None = None
    completeness_error: NDArray[np.float32] | None = None

    @property
    def signed(self) -> bool:
        """Whether it also tells what speaks against the class."""
        return self.method != "Grad-CAM"


def saliency(
    network: Network,
    inputs: Tensor,
    method: Method,
    target: int | Sequence[int],
    *,
    layer: str | None = None,
    enlarged: float = 1.0,
) -> Saliency:
    """Explain the logit of a class of the main head, with captum.

    Grad-CAM: Selvaraju et al. 2017 (arXiv 1610.02391), equations 1 and 2. Integrated gradients:
    Sundararajan et al. 2017 (arXiv 1703.01365), equation 1, 64 Gauss-Legendre points. Occlusion:
    Zeiler & Fergus 2014 (arXiv 1311.2901), section 4.2. The baseline of the last two is the mean
    of each image (each channel) as the network gets it.

    Parameters
    ----------
    network : Network
    inputs : Tensor of shape (B, C, H, W), float32
        Preprocessed, see ``network_input``; at least one image.
    method : str
        One of ``METHODS``.
    target : int or sequence of B int
        Position of the class in the main head.
    layer : str, optional
        Part that Grad-CAM looks at; see ``grad_cam_layer``.
    enlarged : float
        Side of the input over that of the same crop in an image of 48 pixels: the window of the
        occlusion is as much larger.

    Raises
    ------
    UsageError
        If the method is Grad-CAM and the network has no such maps.
    """
    targets = [target] * len(inputs) if isinstance(target, int) else list(target)
    network.eval()
    inputs = inputs.to(next(network.parameters()).device)
    sizes = map_sizes(network, inputs) if method == "Grad-CAM" else {}
    name = grad_cam_layer(sizes, layer) if method == "Grad-CAM" else None
    parts: list[Tensor] = []
    errors: list[Tensor] = []
    differences: list[Tensor] = []
    for start in range(0, len(inputs), _BATCH):
        # captum asks for gradients of its inputs itself, but with a warning.
        batch = inputs[start : start + _BATCH].detach().clone().requires_grad_()
        classes = torch.tensor(targets[start : start + _BATCH], device=batch.device)
        mean = batch.detach().mean((2, 3), keepdim=True).expand_as(batch)
        if method == "Grad-CAM":
            assert name is not None
            parts.append(_grad_cam(network, batch, classes, network.parts()[name]))
        elif method == "integrated gradients":
            found, delta = IntegratedGradients(_MainLogits(network)).attribute(
                batch,
                mean,
                classes,
                n_steps=STEPS,
                internal_batch_size=max(len(batch), 2 * _BATCH),
                return_convergence_delta=True,
            )
            parts.append(found.detach().sum(1))
            errors.append(delta.detach().float().cpu())
            differences.append(_difference(network, batch, mean, classes))
        else:
            parts.append(_occlusion(network, batch, mean, classes, enlarged))
    return Saliency(
        method,
        torch.cat(parts).float().cpu().numpy(),
        tuple(targets),
        name,
        None if name is None else sizes[name],
        torch.cat(differences).numpy() if differences else None,
        torch.cat(errors).numpy() if errors else None,
    )


def grad_cam_layer(sizes: dict[str, tuple[int, int]], wanted: str | None = None) -> str:
    """The part that Grad-CAM looks at: ``wanted``, or the last of at least 4×4 places.

    Parameters
    ----------
    sizes : dict of str to (int, int)
        Height and width by part, of ``map_sizes``.

    Raises
    ------
    UsageError
        If no part gives maps, or the wanted one does not.
    """
    if not sizes:
        raise UsageError(
            "no part of this network gives a map, so there is no Grad-CAM",
            where=None if wanted is None else f"--layer {wanted}",
        )
    if wanted is not None:
        if wanted not in sizes:
            raise UsageError(
                "no part of this network that gives maps has this name",
                where=f"--layer {wanted}",
                hint=did_you_mean(wanted, sizes),
            )
        return wanted
    large = [name for name, size in sizes.items() if min(size) >= LEAST_MAP]
    # A network that has only smaller maps has its finest first.
    return large[-1] if large else next(iter(sizes))


def on_image(found: Saliency, options: Input, image_side: int) -> NDArray[np.float32]:
    """Put maps of the network's input back on the images that it was cut out of.

    Parameters
    ----------
    found : Saliency
        Maps ``(B, side, side)``.
    options : Input
        The recipe's ``input``, which says how the input was cut out and enlarged.
    image_side : int
        Height and width of the images in pixels.

    Returns
    -------
    ndarray of shape (B, image_side, image_side), float32
        NaN where the network did not look. A map of integrated gradients keeps its sum, nearly.
    """
    maps = torch.from_numpy(found.maps)[:, None]
    side, crop = maps.shape[-1], options.cropped(image_side)
    if side != crop:
        maps = functional.interpolate(maps, [crop, crop], mode="bilinear", antialias=True)
        if found.method == "integrated gradients":
            maps = maps * (side / crop) ** 2
    start = (image_side - crop) // 2
    placed = np.full((len(maps), image_side, image_side), np.nan, dtype=np.float32)
    placed[:, start : start + crop, start : start + crop] = maps[:, 0].numpy()
    return placed


class _MainLogits(nn.Module):
    """A network that gives the logits of its first head only."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = next(iter(self.network(images).values()))
        return logits


def _grad_cam(network: Network, batch: Tensor, classes: Tensor, part: nn.Module) -> Tensor:
    found: Tensor = LayerGradCam(_MainLogits(network), part).attribute(
        batch, classes, relu_attributions=True
    )
    size = list(batch.shape[-2:])
    enlarged: Tensor = functional.interpolate(
        found.detach(), size, mode="bilinear", align_corners=False
    )
    return enlarged[:, 0]


def _occlusion(
    network: Network, batch: Tensor, mean: Tensor, classes: Tensor, enlarged: float
) -> Tensor:
    channels = batch.shape[1]
    window, stride = round(WINDOW * enlarged), round(STRIDE * enlarged)
    with torch.no_grad():
        found = Occlusion(_MainLogits(network)).attribute(
            batch.detach(),
            (channels, window, window),
            (channels, stride, stride),
            mean,
            classes,
            perturbations_per_eval=max(1, _BATCH // len(batch)),
        )
    of_one_channel: Tensor = found[:, 0]  # All channels are hidden together.
    return of_one_channel


def _difference(network: Network, batch: Tensor, mean: Tensor, classes: Tensor) -> Tensor:
    with torch.no_grad():
        both = _MainLogits(network)(torch.cat([batch, mean]))
    here, there = both.gather(1, classes.repeat(2)[:, None])[:, 0].chunk(2)
    difference: Tensor = (here - there).float().cpu()
    return difference
