"""A map of embeddings: which images a network finds alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.metrics import silhouette_score
from sklearn.neighbors import NearestNeighbors

from mien.errors import DataError
from mien.lab.data.faces import FaceData
from mien.lab.evaluation.subject import Subject

MOST_IMAGES = 3000
NEIGHBOURS = 15
COMPONENTS = 50
LEAST_IMAGES = 5


@dataclass(frozen=True)
class EmbeddingMap:
    """Images in the plane, and how well their embeddings tell the labels apart.

    Attributes
    ----------
    rows : ndarray of shape (n,), int64
        Positions in the data set, ascending.
    of : int
        How many rows they were drawn from.
    points : ndarray of shape (n, 2), float32
        By t-SNE, in no unit: who is near whom says something, how far apart clusters lie does not.
    labels, predicted : ndarray of shape (n,), int64
        Positions in ``names``.
    names : tuple of str
    dimensions : int
        Length of an embedding.
    neighbours : int
        k of the k-NN accuracy.
    knn_accuracy : float
        Share of images whose label most of their ``neighbours`` nearest others have (Euclidean, in
        the embedding itself; a tie goes to the label that comes first).
    largest_class : float
        Share of the commonest label: what the k-NN accuracy has to beat.
    silhouette : float or None
        Mean silhouette of the labels in the embedding, -1 to 1 (Rousseeuw 1987); None where all
        images have one label or each has its own.
    """

    rows: NDArray[np.int64]
    of: int
    points: NDArray[np.float32]
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    names: tuple[str, ...]
    dimensions: int
    neighbours: int
    knn_accuracy: float
    largest_class: float
    silhouette: float | None

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether the prediction is the label; shape (n,)."""
        right: NDArray[np.bool_] = self.predicted == self.labels
        return right

    def to_dict(self) -> dict[str, Any]:
        """Plain types; ``points`` are row, x and y."""
        return {
            "images": len(self.rows),
            "of": self.of,
            "dimensions": self.dimensions,
            "neighbours": self.neighbours,
            "knn_accuracy": self.knn_accuracy,
            "largest_class": self.largest_class,
            "silhouette": self.silhouette,
            "points": [
                [int(row), round(float(x), 2), round(float(y), 2)]
                for row, (x, y) in zip(self.rows, self.points, strict=True)
            ],
        }


def embedding_map(
    subject: Subject,
    data: FaceData,
    rows: NDArray[np.int64],
    *,
    most: int = MOST_IMAGES,
    seed: int = 0,
) -> EmbeddingMap | None:
    """Embed images and lay them out: t-SNE (van der Maaten & Hinton 2008) of 50 principal axes.

    Parameters
    ----------
    subject : Subject
        Its main head has the labels of ``data``.
    data : FaceData
    rows : ndarray of int64
        Where there are more than ``most``, that many are drawn at random.
    seed : int
        Of the draw and of the layout.

    Returns
    -------
    EmbeddingMap or None
        None where the subject gives no embeddings (a model file of an older Mien).

    Raises
    ------
    DataError
        If there are fewer than 5 rows.
    """
    if len(rows) < LEAST_IMAGES:
        raise DataError(f"{len(rows)} images are too few for a map, at least {LEAST_IMAGES}")
    chosen = np.sort(np.random.default_rng(seed).permutation(rows)[:most])
    images = data.images[chosen]
    embeddings = subject.embed(images)
    if embeddings is None:
        return None
    labels = data.labels[chosen].astype(np.int64)
    main = next(iter(subject.labels))
    axes = min(COMPONENTS, *embeddings.shape)
    reduced = PCA(axes, random_state=seed).fit_transform(embeddings)
    layout = TSNE(perplexity=min(30.0, (len(chosen) - 1) / 3), random_state=seed)
    neighbours = min(NEIGHBOURS, len(chosen) - 1)
    counts = np.bincount(labels)
    classes = int((counts > 0).sum())
    return EmbeddingMap(
        chosen,
        len(rows),
        layout.fit_transform(reduced).astype(np.float32),
        labels,
        subject.logits(images, "single")[main].argmax(axis=1).astype(np.int64),
        subject.labels[main],
        embeddings.shape[1],
        neighbours,
        knn_accuracy(embeddings, labels, neighbours),
        float(counts.max() / len(labels)),
        float(silhouette_score(embeddings, labels)) if 1 < classes < len(labels) else None,
    )


def knn_accuracy(
    embeddings: NDArray[np.float32], labels: NDArray[np.int64], neighbours: int
) -> float:
    """Leave-one-out accuracy of the majority among the nearest others.

    Parameters
    ----------
    embeddings : ndarray of shape (n, D), float32
    labels : ndarray of shape (n,), int64
        From 0.
    neighbours : int
        Less than n.
    """
    # Asked without points of its own, it leaves each image out of its own neighbours.
    near = NearestNeighbors(n_neighbors=neighbours).fit(embeddings).kneighbors(None, neighbours)[1]
    votes = np.zeros((len(labels), int(labels.max()) + 1), dtype=np.int64)
    for column in labels[near].T:
        votes[np.arange(len(labels)), column] += 1
    return float((votes.argmax(axis=1) == labels).mean())
