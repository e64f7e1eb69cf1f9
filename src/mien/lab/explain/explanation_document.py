"""``explain.json``: what an explanation found, for programs; maps and kernels are in the pictures.

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

import json
from dataclasses import asdict
from typing import Any

from mien.lab.explain.class_saliency import BANDS, ClassSaliency
from mien.lab.explain.embedding_map import EmbeddingMap
from mien.lab.explain.explain import NetworkExplanation
from mien.lab.explain.explanation_figures import labels_of

SCHEMA = "mien.explain/1"


def to_document(found: NetworkExplanation) -> dict[str, Any]:
    """The explanation as plain dicts, lists, strings and numbers; see the top of this module."""
    return {
        "schema": SCHEMA,
        "name": found.name,
        "model": found.model,
        "head": found.head,
        "labels": list(labels_of(found)),
        "data": found.data_name,
        "data_sha256": found.data_sha256,
        "split": found.split,
        "grad_cam": None
        if found.resolution is None
        else {"layer": found.layer, "resolution": list(found.resolution)},
        "images": [
            {
                "name": image.shown.name,
                "label": image.shown.label,
                "predicted": image.predicted,
                "target": image.target,
                "probabilities": image.probabilities,
                "integrated_gradients": {
                    "difference": image.difference,
                    "completeness_error": image.completeness_error,
                },
            }
            for image in found.images
        ],
        "activations": [
            {
                "image": found.images[position].shown.name,
                "parts": [
                    {
                        "part": part.part,
                        "shape": list(part.shape),
                        "zero_share": part.zero_share(position),
                    }
                    for part in found.activations
                ],
            }
            for position in range(len(found.activations[0].values))
        ],
        "dead_units": {"images": found.dead_over, "parts": [asdict(part) for part in found.dead]},
        "sanity": [asdict(check) for check in found.checks],
        "classes": classes_document(found.classes),
        "kernels": [
            {
                "part": kernels.part,
                "layer": kernels.layer,
                "applied_to": kernels.applied_to,
                "shape": list(kernels.weights.shape),
                "norms": [round(float(norm), 6) for norm in kernels.norms],
            }
            for kernels in found.kernels
        ],
        "embedding": None if found.embedding is None else embedding_document(found.embedding),
    }


def to_json(found: NetworkExplanation) -> str:
    """``to_document`` as text."""
    return json.dumps(to_document(found), indent=1, ensure_ascii=False) + "\n"


def embedding_document(found: EmbeddingMap) -> dict[str, Any]:
    """The map as plain types; ``points`` are row, x and y."""
    return {
        "images": len(found.rows),
        "of": found.of,
        "dimensions": found.dimensions,
        "neighbours": found.neighbours,
        "knn_accuracy": found.knn_accuracy,
        "largest_class": found.largest_class,
        "silhouette": found.silhouette,
        "points": [
            [int(row), round(float(x), 2), round(float(y), 2)]
            for row, (x, y) in zip(found.rows, found.points, strict=True)
        ],
    }


def classes_document(found: tuple[ClassSaliency, ...]) -> list[dict[str, Any]]:
    """The classes without their pictures, as plain types."""
    return [
        {
            "label": part.label,
            "method": part.method,
            "layer": part.layer,
            "images": part.images,
            "bands": dict(zip(BANDS, part.bands, strict=True)),
        }
        for part in found
    ]
