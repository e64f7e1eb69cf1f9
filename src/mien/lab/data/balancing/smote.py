"""SMOTE (Chawla et al. 2002, JAIR 16) by imbalanced-learn, one class at a time to spare memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from imblearn.over_sampling import SMOTE
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from mien.errors import DataError


def synthesise(
    points: NDArray[np.float32],
    labels: NDArray[np.int64],
    names: Sequence[str],
    neighbours: int,
    seed: int,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """New points that bring every class to the size of the largest.

    Parameters
    ----------
    points : ndarray of shape (n, D), float32
    labels : ndarray of shape (n,), int64
        0 to ``len(names) - 1``.
    names : sequence of str
    neighbours : int
        Each point is blended with one of this many nearest ones of its class.

    Returns
    -------
    points : ndarray of shape (m, D), float32
        The new ones only, class by class.
    labels : ndarray of shape (m,), int64

    Raises
    ------
    DataError
        If a class that is to grow has no more than ``neighbours`` points.
    """
    made, made_labels = [points[:0]], []
    for label, members, wanted in _growing(labels, names, neighbours):
        finder = NearestNeighbors(n_neighbors=neighbours + 1)
        made.append(_smote(points[members], wanted, finder, seed, label))
        made_labels.append(np.full(wanted, label, np.int64))
    return np.concatenate(made), np.concatenate([labels[:0], *made_labels])


def synthesise_images(
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    names: Sequence[str],
    neighbours: int,
    seed: int,
    embeddings: NDArray[np.float32] | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """New images that bring every class to the size of the largest: blends of two each.

    Parameters
    ----------
    images : ndarray of shape (n, H, W) or (n, H, W, 3), uint8
    embeddings : ndarray of shape (n, D), float32, optional
        Where neighbours are near to each other; in the pixels themselves when not given.

    Returns
    -------
    images : ndarray of shape (m, H, W) or (m, H, W, 3), uint8
        The new ones only, class by class, rounded to whole numbers.
    labels : ndarray of shape (m,), int64

    Raises
    ------
    DataError
        If a class that is to grow has no more than ``neighbours`` images.
    """
    made, made_labels = [images[:0]], [labels[:0]]
    for label, members, wanted in _growing(labels, names, neighbours):
        # Not on uint8: SMOTE subtracts one image from the other.
        points = images[members].reshape(len(members), -1).astype(np.float32)
        if embeddings is None:
            finder = NearestNeighbors(n_neighbors=neighbours + 1)
        else:
            near = embeddings[members]
            points = np.concatenate([near, points], axis=1)
            finder = _LeadingColumns(near.shape[1], n_neighbors=neighbours + 1)
        blended = _smote(points, wanted, finder, seed, label)[:, -images[0].size :]
        made.append(np.rint(blended).astype(np.uint8).reshape(wanted, *images.shape[1:]))
        made_labels.append(np.full(wanted, label, np.int64))
    return np.concatenate(made), np.concatenate(made_labels)


class _LeadingColumns(NearestNeighbors):  # type: ignore[misc]
    """Nearest neighbours by the first columns only."""

    def __init__(self, columns: int, *, n_neighbors: int) -> None:
        super().__init__(n_neighbors=n_neighbors)
        self.columns = columns

    def fit(self, X: NDArray[np.float32], y: None = None) -> _LeadingColumns:  # noqa: N803
        super().fit(X[:, : self.columns])
        return self

    def kneighbors(self, X: NDArray[np.float32], **options: object) -> object:  # noqa: N803
        return super().kneighbors(X[:, : self.columns], **options)


def _growing(
    labels: NDArray[np.int64], names: Sequence[str], neighbours: int
) -> Iterator[tuple[int, NDArray[np.int64], int]]:
    """Each class that is smaller than the largest, its members, and how many it lacks."""
    counts = np.bincount(labels, minlength=len(names))
    for label, count in enumerate(counts):
        wanted = int(counts.max() - count)
        if not wanted:
            continue
        if count <= neighbours:
            raise DataError(
                f"SMOTE with {neighbours} neighbours needs {neighbours + 1} images of each class, "
                f"and Training has {count} of {names[label]!r}",
                where="balance.neighbours",
                hint=f"lower it to {count - 1}" if count > 1 else "use balance.method=oversample",
            )
        yield label, np.flatnonzero(labels == label), wanted


def _smote(
    points: NDArray[np.float32], wanted: int, finder: NearestNeighbors, seed: int, label: int
) -> NDArray[np.float32]:
    """``wanted`` new points among those of one class."""
    # imbalanced-learn wants a second class; it is not resampled, so its one point plays no part.
    # With one seed for all classes it would draw the same pairs and steps in each.
    drawn = np.random.SeedSequence([seed, label]).generate_state(1)
    sampler = SMOTE(
        sampling_strategy={0: len(points) + wanted},
        k_neighbors=finder,
        random_state=int(drawn[0]),
    )
    given = np.concatenate([points, np.zeros_like(points[:1])])
    marks = np.zeros(len(given), np.int64)
    marks[-1] = 1
    found, _ = sampler.fit_resample(given, marks)
    new: NDArray[np.float32] = found[len(given) :]
    return new
