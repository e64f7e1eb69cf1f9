"""Everything about what a run's network looks at, put together.

``explain.json`` is ``NetworkExplanation.to_dict()``; maps and kernels are in the pictures.
Rows are positions in the data set with the run's labels, from 0; shares lie between 0 and 1::

    schema        "mien.explain/1"
    name, model, head, labels, data, data_sha256, split
    grad_cam      {layer, resolution: [h, w]} or null
    images        [{name, label | null, predicted, target, probabilities: {label: p},
                    integrated_gradients: {difference, completeness_error}}]
    activations   [{image, parts: [{part, shape, zero_share}]}]
    dead_units    {images, parts: [{part, dead, units}]}
    sanity        [{method, correlation, correlation_of_sizes, images, draws}]
    classes       [{label, method, layer | null, images, bands: {band: share}}]
    kernels       [{part, layer, applied_to, shape, norms}]
    embedding     null, or {images, of, dimensions, neighbours, knn_accuracy, largest_class,
                            silhouette | null, points: [[row, x, y]]}

What each field means is written at the dataclass of the same name in ``mien.lab.explain``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mien.errors import RunError, UsageError, did_you_mean
from mien.lab.data.faces import IMAGE_SIZE, FaceData
from mien.lab.data.preprocess import Input
from mien.lab.evaluation.subject import RunSubject
from mien.lab.explain.activations import (
    Activation,
    DeadUnits,
    activations,
    dead_units,
    map_sizes,
    network_input,
)
from mien.lab.explain.class_saliency import ClassSaliency, class_saliency
from mien.lab.explain.embedding_map import LEAST_IMAGES, EmbeddingMap, embedding_map
from mien.lab.explain.kernels import Kernels, first_kernels, further_kernels
from mien.lab.explain.saliency import (
    METHODS,
    WINDOW,
    Method,
    Saliency,
    grad_cam_layer,
    on_image,
    saliency,
)
from mien.lab.explain.sanity import SanityCheck, check_saliency
from mien.lab.explain.shown import Shown
from mien.lab.models import Network

SCHEMA = "mien.explain/1"

CHANNELS = 4
MOST_ACTIVATIONS = 4
"""Images whose activations are shown, at most."""
MOST_CHECKED = 4
"""Images that the sanity check compares maps of, at most."""
MOST_FOR_DEAD_UNITS = 1000


@dataclass(frozen=True)
class ExplainedImage:
    """What a network says of one image, and why.

    Attributes
    ----------
    shown : Shown
    probabilities : dict of str to float
        Softmax of the main head's logits, not calibrated.
    target : str
        The class that the maps are for.
    maps : dict of str to ndarray of shape (side, side), float32
        By method; NaN where the network does not look. In the units of ``Saliency.maps``.
    difference, completeness_error : float
        Of integrated gradients: the logit less that of the baseline, and by how much the map's
        sum misses it.
    """

    shown: Shown
    probabilities: dict[str, float]
    target: str
    maps: dict[Method, NDArray[np.float32]]
    difference: float
    completeness_error: float

    @property
    def predicted(self) -> str:
        """The label of the highest probability."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    def to_dict(self) -> dict[str, Any]:
        """Plain types, without the maps."""
        return {
            "name": self.shown.name,
            "label": self.shown.label,
            "predicted": self.predicted,
            "target": self.target,
            "probabilities": self.probabilities,
            "integrated_gradients": {
                "difference": self.difference,
                "completeness_error": self.completeness_error,
            },
        }


@dataclass(frozen=True)
class NetworkExplanation:
    """What a run's network looks at.

    Attributes
    ----------
    name, model, head : str
        Of the run, its network, and its main head.
    data_name, data_sha256, split : str
        Where averages, dead units and the map come from.
    input : Input
        What the network gets of an image.
    kernels : tuple of Kernels
        Those on the image first; empty for a network without convolutions.
    activations : tuple of Activation
        Of the first ``MOST_ACTIVATIONS`` images, by part.
    channels : int
        How many channels of each map are to be shown.
    layer, resolution : str, (int, int), or None
        What Grad-CAM looked at; None where no part gives maps.
    images : tuple of ExplainedImage
    checks : tuple of SanityCheck
        One a method.
    dead : tuple of DeadUnits
        By part, over ``dead_over`` images.
    dead_over : int
    classes : tuple of ClassSaliency
    embedding : EmbeddingMap or None
        None for a split of fewer than 5 images.
    """

    name: str
    model: str
    head: str
    data_name: str
    data_sha256: str
    split: str
    input: Input
    kernels: tuple[Kernels, ...]
    activations: tuple[Activation, ...]
    channels: int
    layer: str | None
    resolution: tuple[int, int] | None
    images: tuple[ExplainedImage, ...]
    checks: tuple[SanityCheck, ...]
    dead: tuple[DeadUnits, ...]
    dead_over: int
    classes: tuple[ClassSaliency, ...]
    embedding: EmbeddingMap | None

    @property
    def image_side(self) -> int:
        """Height and width of the images in pixels."""
        return len(self.images[0].shown.image)

    @property
    def seen(self) -> int:
        """Side in pixels of the middle square of an image that the network sees."""
        return self.input.cropped(self.image_side)

    @property
    def window(self) -> int:
        """Side in pixels of what occlusion hides."""
        return round(WINDOW * self.image_side / IMAGE_SIZE)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the main head, in the order of its logits."""
        return tuple(self.images[0].probabilities)

    def to_dict(self) -> dict[str, Any]:
        """``explain.json`` as plain types; see the top of this module."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "model": self.model,
            "head": self.head,
            "labels": list(self.labels),
            "data": self.data_name,
            "data_sha256": self.data_sha256,
            "split": self.split,
            "grad_cam": None
            if self.resolution is None
            else {"layer": self.layer, "resolution": list(self.resolution)},
            "images": [image.to_dict() for image in self.images],
            "activations": [
                {
                    "image": self.images[position].shown.name,
                    "parts": [part.to_dict(position) for part in self.activations],
                }
                for position in range(len(self.activations[0].values))
            ],
            "dead_units": {
                "images": self.dead_over,
                "parts": [asdict(part) for part in self.dead],
            },
            "sanity": [asdict(check) for check in self.checks],
            "classes": [part.to_dict() for part in self.classes],
            "kernels": [kernels.to_dict() for kernels in self.kernels],
            "embedding": None if self.embedding is None else self.embedding.to_dict(),
        }


def explain_run(
    subject: RunSubject,
    data: FaceData,
    images: Sequence[Shown],
    *,
    split: str = "PublicTest",
    target: str | None = None,
    layer: str | None = None,
    channels: int = CHANNELS,
    on_step: Callable[[str], None] = lambda step: None,
) -> NetworkExplanation:
    """Explain single images, the classes of a split, and the network itself.

    Parameters
    ----------
    subject : RunSubject
    data : FaceData
        The run's own data set, with the run's labels.
    images : sequence of Shown
        At least one; ``rows_to_show`` gives some.
    split : str
        For averages, dead units and the map of embeddings.
    target : str, optional
        Explain this class of every image; the one predicted when None.
    layer : str, optional
        Part that Grad-CAM looks at; see ``grad_cam_layer``.
    channels : int
        How many channels of each map are to be shown.
    on_step : callable
        Told what comes next.

    Raises
    ------
    RunError
        If the run was trained on other data.
    UsageError
        If the class or the layer is unknown.
    DataError
        If the split has no rows.
    """
    check_request(subject, data, target, layer)
    network, options = subject.network, subject.run.recipe().input
    head, labels = next(iter(subject.labels.items()))
    rows = data.rows(split)
    pixels = np.stack([shown.image for shown in images])
    inputs = network_input(pixels, options)
    sizes = map_sizes(network, inputs)
    used_layer = grad_cam_layer(sizes, layer) if sizes else None

    on_step("saliency of each image")
    logits = subject.logits(pixels, "single")[head]
    targets = (
        logits.argmax(axis=1).tolist() if target is None else [labels.index(target)] * len(pixels)
    )
    side = data.image_shape.side
    # Of 48 pixels that one of the crop's, so that the window hides the same share of every face.
    enlarged = options.network_side(side) / options.crop
    found = {
        method: saliency(network, inputs, method, targets, layer=used_layer, enlarged=enlarged)
        for method in METHODS
        if method != "Grad-CAM" or sizes
    }
    on_step("sanity check of the saliency")
    checks = tuple(
        check_saliency(
            network, inputs[:MOST_CHECKED], _first(part, MOST_CHECKED), enlarged=enlarged
        )
        for part in found.values()
    )
    on_step("saliency of each class")
    classes = class_saliency(network, data, rows, options, layer=used_layer)
    on_step("dead units")
    drawn = np.random.default_rng(0).permutation(rows)[:MOST_FOR_DEAD_UNITS]
    dead = dead_units(network, data.images[drawn], options)
    on_step("map of the embeddings")
    embedding = embedding_map(subject, data, rows) if len(rows) >= LEAST_IMAGES else None
    return NetworkExplanation(
        name=subject.name,
        model=subject.run.recipe().model.name,
        head=head,
        data_name=data.name,
        data_sha256=data.sha256,
        split=split,
        input=options,
        kernels=_kernels(network, options.colour),
        activations=activations(network, inputs[:MOST_ACTIVATIONS]),
        channels=channels,
        layer=used_layer,
        resolution=None if used_layer is None else sizes[used_layer],
        images=_explained(images, logits, labels, found, options, side),
        checks=checks,
        dead=dead,
        dead_over=len(drawn),
        classes=classes,
        embedding=embedding,
    )


def check_request(
    subject: RunSubject, data: FaceData, target: str | None, layer: str | None
) -> None:
    """Raise what ``explain_run`` raises, before anything long is done; see there."""
    if subject.data_sha256 != data.sha256:
        raise RunError(
            f"was trained on other data than {data.name!r} (SHA-256 differs)", where=subject.where
        )
    labels = next(iter(subject.labels.values()))
    if target is not None and target not in labels:
        raise UsageError(
            "the model has no such class",
            where=f"--class {target}",
            hint=did_you_mean(target, labels),
        )
    if layer is not None:
        inputs = network_input(data.images[:1], subject.run.recipe().input)
        grad_cam_layer(map_sizes(subject.network, inputs), layer)


def _kernels(network: Network, colour: bool) -> tuple[Kernels, ...]:
    first = first_kernels(network, colour=colour)
    return () if first is None else (first, *further_kernels(network))


def _first(found: Saliency, count: int) -> Saliency:
    return Saliency(
        found.method, found.maps[:count], found.targets[:count], found.layer, found.resolution
    )


def _explained(
    images: Sequence[Shown],
    logits: NDArray[np.float32],
    labels: tuple[str, ...],
    found: dict[Method, Saliency],
    options: Input,
    side: int,
) -> tuple[ExplainedImage, ...]:
    probabilities = torch.softmax(torch.from_numpy(logits), 1).numpy()
    maps = {method: on_image(part, options, side) for method, part in found.items()}
    gradients = found["integrated gradients"]
    assert gradients.difference is not None and gradients.completeness_error is not None
    return tuple(
        ExplainedImage(
            shown,
            dict(zip(labels, probabilities[position].tolist(), strict=True)),
            labels[gradients.targets[position]],
            {method: placed[position] for method, placed in maps.items()},
            float(gradients.difference[position]),
            float(gradients.completeness_error[position]),
        )
        for position, shown in enumerate(images)
    )
