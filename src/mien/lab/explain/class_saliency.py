"""Average saliency of each class: what parts of the face a network looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.lab.data.faces import FaceData
from mien.lab.data.preprocess import Input
from mien.lab.explain.activations import map_sizes, network_input
from mien.lab.explain.saliency import Method, on_image, saliency
from mien.lab.models import Network

MOST_IMAGES = 200
"""Images of a class, at most."""

BANDS = ("upper third", "middle third", "lower third")
"""Where in the image."""


@dataclass(frozen=True)
class ClassSaliency:
    """The mean map of one class.

    Attributes
    ----------
    label : str
    method : str
        One of ``mien.lab.explain.saliency.METHODS``, or what a model file calls its own maps.
    layer : str or None
        The part that Grad-CAM looked at.
    images : int
        How many were averaged.
    face : ndarray of shape (side, side) or (side, side, 3), float32
        Their mean, 0 to 255.
    map : ndarray of shape (side, side), float32
        Mean of the maps for the class, each divided by its largest absolute value, so that all
        images count alike; NaN where the network does not look.
    bands : tuple of 3 float
        Share of what speaks for the class (the map above 0) in each of ``BANDS``; their sum is 1,
        or 0 where nothing does.
    """

    label: str
    method: str
    layer: str | None
    images: int
    face: NDArray[np.float32]
    map: NDArray[np.float32]
    bands: tuple[float, float, float]

    def to_dict(self) -> dict[str, Any]:
        """Plain types, without the pictures."""
        return {
            "label": self.label,
            "method": self.method,
            "layer": self.layer,
            "images": self.images,
            "bands": dict(zip(BANDS, self.bands, strict=True)),
        }


def class_saliency(
    network: Network,
    data: FaceData,
    rows: NDArray[np.int64],
    options: Input,
    *,
    method: Method | None = None,
    layer: str | None = None,
    most: int = MOST_IMAGES,
) -> tuple[ClassSaliency, ...]:
    """Average the saliency of each class over images that have its label, right or wrong.

    Parameters
    ----------
    network : Network
        Its main head has the labels of ``data``.
    data : FaceData
    rows : ndarray of int64
        The images to draw from, the same ones every time.
    options : Input
        The recipe's ``input``.
    method : str, optional
        Grad-CAM by default, or occlusion for a network without maps.
    layer : str, optional
        Part that Grad-CAM looks at.
    most : int
        Images of a class, at most.

    Returns
    -------
    tuple of ClassSaliency
        In the order of the labels; classes without images are left out.
    """
    if method is None:
        sizes = map_sizes(network, network_input(data.images[rows[:1]], options))
        method = "Grad-CAM" if sizes else "occlusion"
    found = []
    for position, label in enumerate(data.label_set.labels):
        of_class = rows[data.labels[rows] == position]
        if not len(of_class):
            continue
        chosen = np.random.default_rng(0).permutation(of_class)[:most]
        images = data.images[chosen]
        explained = saliency(
            network,
            network_input(images, options),
            method,
            position,
            layer=layer if method == "Grad-CAM" else None,
            enlarged=options.network_side(data.image_shape.side) / options.crop,
        )
        maps = on_image(explained, options, data.image_shape.side)
        largest = np.nanmax(np.abs(maps), axis=(1, 2), keepdims=True)
        mean = (maps / np.maximum(largest, np.finfo(np.float32).tiny)).mean(axis=0)
        found.append(
            ClassSaliency(
                label,
                method,
                explained.layer,
                len(chosen),
                images.mean(axis=0, dtype=np.float32),
                mean,
                bands_of(mean),
            )
        )
    return tuple(found)


def bands_of(values: NDArray[np.float32]) -> tuple[float, float, float]:
    """Share of what is above 0 in each of ``BANDS`` of a map ``(side, side)``."""
    for_class = np.clip(np.nan_to_num(values), 0, None)
    total = float(for_class.sum())
    upper, middle, lower = (
        float(part.sum()) / total if total else 0.0 for part in np.array_split(for_class, 3)
    )
    return upper, middle, lower
