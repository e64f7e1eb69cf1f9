"""What a model file looks at, by its own activation maps and embedding: no torch network needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.lab.data.faces import FaceData
from mien.lab.evaluation.subject import ModelSubject
from mien.lab.explain.class_saliency import MOST_IMAGES, ClassSaliency, bands_of
from mien.lab.explain.embedding_map import LEAST_IMAGES, EmbeddingMap, embedding_map
from mien.lab.explain.shown import Shown, rows_to_show


@dataclass(frozen=True)
class MappedImage:
    """What a model file says of one image, and where it looked.

    Attributes
    ----------
    shown : Shown
    probabilities : dict of str to float
        Calibrated.
    map : ndarray of shape (side, side), float32
        For the most likely class; 0 where the file does not look.
    """

    shown: Shown
    probabilities: dict[str, float]
    map: NDArray[np.float32]

    @property
    def predicted(self) -> str:
        """The most likely class."""
        return max(self.probabilities, key=self.probabilities.__getitem__)


@dataclass(frozen=True)
class FileExplanation:
    """What a model file looks at.

    Attributes
    ----------
    split : str
        Where averages and the map of embeddings come from.
    method : str or None
        How the file makes its maps; None for one that has none.
    seen : int
        Side in pixels of the middle square that the maps cover.
    images : tuple of MappedImage
    classes : tuple of ClassSaliency
    embedding : EmbeddingMap or None
        None for a file without embedding, or a split of fewer than 5 images.
    """

    split: str
    method: str | None
    seen: int
    images: tuple[MappedImage, ...]
    classes: tuple[ClassSaliency, ...]
    embedding: EmbeddingMap | None

    def to_dict(self) -> dict[str, Any]:
        """Plain types, without the pictures."""
        return {
            "split": self.split,
            "method": self.method,
            "classes": [part.to_dict() for part in self.classes],
            "embedding": None if self.embedding is None else self.embedding.to_dict(),
        }


def explain_file(
    subject: ModelSubject, data: FaceData, rows: NDArray[np.int64], split: str
) -> FileExplanation:
    """Maps of single images and of the classes, and the map of the embeddings.

    Parameters
    ----------
    subject : ModelSubject
    data : FaceData
        With the labels of the file's first head.
    rows : ndarray of shape (n,), int64
        The images of the split.
    split : str
        Its name.
    """
    maps = subject.classifier.card.activation_maps
    embedding = embedding_map(subject, data, rows) if len(rows) >= LEAST_IMAGES else None
    if maps is None:
        return FileExplanation(split, None, data.image_shape.side, (), (), embedding)
    return FileExplanation(
        split,
        maps.method,
        maps.side,
        _images(subject, data, rows),
        _classes(subject, data, rows, maps.method),
        embedding,
    )


def _images(
    subject: ModelSubject, data: FaceData, rows: NDArray[np.int64]
) -> tuple[MappedImage, ...]:
    shown = rows_to_show(subject, data, rows)
    pixels = np.stack([one.image for one in shown])
    head, labels = next(iter(subject.labels.items()))
    probabilities = subject.classifier.classify(pixels)[head]
    maps = _on_image(subject, pixels)
    return tuple(
        MappedImage(
            one, dict(zip(labels, shares.tolist(), strict=True)), of_image[int(shares.argmax())]
        )
        for one, shares, of_image in zip(shown, probabilities, maps, strict=True)
    )


def _classes(
    subject: ModelSubject, data: FaceData, rows: NDArray[np.int64], method: str
) -> tuple[ClassSaliency, ...]:
    found = []
    for position, label in enumerate(data.label_set.labels):
        of_class = rows[data.labels[rows] == position]
        if not len(of_class):
            continue
        chosen = np.random.default_rng(0).permutation(of_class)[:MOST_IMAGES]
        images = data.images[chosen]
        maps = _on_image(subject, images)[:, position]
        largest = np.maximum(maps.max(axis=(1, 2), keepdims=True), np.finfo(np.float32).tiny)
        mean = (maps / largest).mean(axis=0)
        face = images.mean(axis=0, dtype=np.float32)
        found.append(ClassSaliency(label, method, None, len(chosen), face, mean, bands_of(mean)))
    return tuple(found)


def _on_image(subject: ModelSubject, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Maps ``(n, labels, side, side)``, enlarged to the square that they cover; 0 around it."""
    card = subject.classifier.card
    maps = subject.classifier.activation_maps(pixels)
    assert maps is not None and card.activation_maps is not None
    side, height, width = card.activation_maps.side, *pixels.shape[1:3]
    top, left = (height - side) // 2, (width - side) // 2
    placed = np.zeros((*maps.shape[:2], height, width), np.float32)
    for number, of_image in enumerate(maps):
        for position, values in enumerate(of_image):
            fine = cv2.resize(values, (side, side), interpolation=cv2.INTER_CUBIC)
            placed[number, position, top : top + side, left : left + side] = np.maximum(fine, 0)
    return placed
