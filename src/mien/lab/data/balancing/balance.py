"""Balancing the classes: what each method does to the images, the draws or the loss.

Imbalanced-learn is imported where it is used: with scikit-learn it takes a second, and every recipe
can be balanced.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationInfo, field_validator

from mien.errors import DataError, RecipeError
from mien.lab.data.balancing.pool import SYNTHETIC, Pool
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.section import Section

Method = Literal[
    "none", "class_weights", "sampler", "oversample", "smote", "augment", "logit_adjustment"
]

# Which methods a key is for; anywhere else it would do nothing, so it is refused.
_KEY_OF: dict[str, tuple[Method, ...]] = {
    "space": ("smote",),
    "neighbours": ("smote",),
    "strength": ("class_weights", "sampler", "logit_adjustment"),
}


class Balance(Section):
    """What is done about classes of different size. Only ever on Training, after the split.

    ``method`` is one of

    - ``none``: nothing;
    - ``class_weights``: the loss of an image counts by the inverse frequency of its class (King
      and Zeng 2001, "Logistic regression in rare events data");
    - ``sampler``: images are drawn with replacement, by the inverse frequency of their class; an
      epoch stays as long as it was (Kang et al. 2020, "Decoupling representation and classifier",
      arXiv 1910.09217: class-balanced sampling);
    - ``oversample``: random copies of the smaller classes up to the largest (Buda et al. 2018, "A
      systematic study of the class imbalance problem in convolutional neural networks", arXiv
      1710.05381; imbalanced-learn's ``RandomOverSampler``);
    - ``smote``: new images of the smaller classes up to the largest, each somewhere between an
      image and one of its nearest neighbours of the same class (Chawla et al. 2002, "SMOTE", JAIR
      16, arXiv 1106.1813; imbalanced-learn's ``SMOTE``);
    - ``augment``: the copies of ``oversample``, where the recipe's augmentation changes the copies
      and leaves the originals alone (Wong et al. 2016, "Understanding data augmentation for
      classification: when to warp?", arXiv 1609.08764);
    - ``logit_adjustment``: the log frequency of each class is added to its logit in the loss, and
      left out in use (Menon et al. 2021, "Long-tail learning via logit adjustment", arXiv
      2007.07314, equation 10).

    ``space`` (SMOTE) is where neighbours are near: in ``pixels``, or in an ``embedding`` of the
    images (as DeVries and Taylor 2017 interpolate features, arXiv 1702.05538); ``neighbours``
    (SMOTE) how many nearest ones are chosen from, 5 in the paper.

    ``strength`` is the exponent of the inverse frequency in ``class_weights`` and ``sampler``: 1
    makes the classes count alike, 0.5 is the square-root sampling of Mahajan et al. 2018 (arXiv
    1805.00932); in ``logit_adjustment`` it is the paper's τ.
    """

    method: Method = "none"
    space: Literal["pixels", "embedding"] = "pixels"
    neighbours: Annotated[int, Field(ge=1)] = 5
    strength: Annotated[float, Field(gt=0, le=10)] = 1

    @field_validator("space", "neighbours", "strength")
    @classmethod
    def _does_something(cls, value: object, info: ValidationInfo) -> object:
        key = str(info.field_name)
        method = info.data.get("method")
        default = cls.model_fields[key].default
        # A recipe written out in full has the defaults everywhere.
        if method is not None and method not in _KEY_OF[key] and value != default:
            raise ValueError(
                f"{value} does nothing with method {method}, only with {', '.join(_KEY_OF[key])}"
            )
        return value


def make_pool(
    data: FaceData,
    rows: NDArray[np.int64],
    balance: Balance,
    seed: int,
    embeddings: NDArray[np.float32] | None = None,
) -> Pool:
    """The images that training draws from: those of ``rows``, then what ``balance`` adds.

    ``oversample``, ``smote`` and ``augment`` bring every class to the size of the largest; the
    other methods add nothing.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        Training rows (see ``training_rows``). No other row of ``data`` is looked at.
    seed : int
        The same seed gives the same pool.
    embeddings : ndarray of shape (n, D), float32, optional
        Of the images of ``rows``, for SMOTE in an embedding's space: neighbours are found among
        them, and the two *images* are blended.

    Raises
    ------
    DataError
        If a row is not of the Training split, a class has no image (any method but ``none``), or
        too few for SMOTE.
    RecipeError
        If SMOTE in an embedding's space gets no embeddings.
    """
    if not (data.splits[rows] == SPLITS.index("Training")).all():
        raise DataError("rows outside Training among the training rows", where=data.name)
    labels = data.labels[rows].astype(np.int64)
    if balance.method != "none":
        require_every_class(data, labels)
    images, sources = data.images[rows], np.asarray(rows, np.int64)
    if balance.method in ("oversample", "augment"):
        chosen = _oversampled(labels, seed)
        augmented = np.ones(len(chosen), np.bool_)
        if balance.method == "augment":
            augmented[: len(rows)] = False
        return Pool(images[chosen], labels[chosen], sources[chosen], augmented)
    if balance.method == "smote":
        names = data.label_set.labels
        if balance.space == "pixels":
            embeddings = None
        elif embeddings is None:
            raise RecipeError(
                "SMOTE in an embedding's space needs embeddings, and this recipe makes none",
                where="balance.space",
                hint="name transfer.weights to embed with, or train with balance.space=pixels",
            )
        from mien.lab.data.balancing.smote import synthesise_images

        new_images, new_labels = synthesise_images(
            images, labels, names, balance.neighbours, seed, embeddings
        )
        images, labels = np.concatenate([images, new_images]), np.append(labels, new_labels)
        sources = np.append(sources, np.full(len(new_labels), SYNTHETIC))
    return Pool(images, labels, sources, np.ones(len(labels), np.bool_))


def oversample_embeddings(
    embeddings: NDArray[np.float32],
    labels: NDArray[np.int64],
    balance: Balance,
    seed: int,
    names: tuple[str, ...],
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """SMOTE among embeddings, for a head on a frozen backbone: no image is made.

    Parameters
    ----------
    embeddings : ndarray of shape (n, D), float32
    labels : ndarray of shape (n,), int64
    names : tuple of str
        Names of all labels, for errors.

    Returns
    -------
    embeddings : ndarray of shape (m, D), float32
        The given ones, then the new ones.
    labels : ndarray of shape (m,), int64
    sources : ndarray of shape (m,), int64
        0 to n - 1, then ``SYNTHETIC``.

    Raises
    ------
    DataError
        If a class has too few images for the neighbours.
    """
    from mien.lab.data.balancing.smote import synthesise

    new, new_labels = synthesise(embeddings, labels, names, balance.neighbours, seed)
    sources = np.append(np.arange(len(labels)), np.full(len(new_labels), SYNTHETIC))
    return np.concatenate([embeddings, new]), np.append(labels, new_labels), sources


def class_weights(labels: NDArray[np.int64], classes: int, balance: Balance) -> NDArray[np.float32]:
    """Weight of an image's loss by its class: frequency to the power of ``-strength``.

    Returns
    -------
    ndarray of shape (classes,), float32
        Scaled so that the mean over the *images* is 1: the size of the loss, and with it the
        meaning of the learning rate, stays.

    Raises
    ------
    DataError
        If a class has no image.
    """
    counts = _counts(labels, classes)
    weights = (counts / len(labels)) ** -balance.strength
    found: NDArray[np.float64] = weights * len(labels) / (counts * weights).sum()
    return found.astype(np.float32)


def sampling_weights(labels: NDArray[np.int64], balance: Balance) -> NDArray[np.float64]:
    """Chance of each image to be the next one drawn: its class's count to minus ``strength``.

    Returns
    -------
    ndarray of shape (m,), float64
        Sums to 1. With strength 1 every class that has an image is drawn equally often.
    """
    counts = np.bincount(labels)
    weights: NDArray[np.float64] = counts[labels].astype(np.float64) ** -balance.strength
    weights /= weights.sum()
    return weights


def log_prior(labels: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """Natural logarithm of each class's share of the images.

    Returns
    -------
    ndarray of shape (classes,), float32
        For the loss: ``logits + strength * log_prior``.

    Raises
    ------
    DataError
        If a class has no image: its logarithm is not a number.
    """
    return np.log(_counts(labels, classes) / len(labels)).astype(np.float32)


def _oversampled(labels: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Positions of all images, then of random copies up to the size of the largest class."""
    from imblearn.over_sampling import RandomOverSampler

    # imbalanced-learn takes a seed of 32 bits.
    drawn = np.random.SeedSequence(seed).generate_state(1)
    sampler = RandomOverSampler(random_state=int(drawn[0]))
    found, _ = sampler.fit_resample(np.arange(len(labels))[:, None], labels)
    chosen: NDArray[np.int64] = found[:, 0]
    return chosen


def _counts(labels: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    counts = np.bincount(labels, minlength=classes)
    if not counts.all():
        raise DataError(f"class {int(counts.argmin())} has no image to weigh the others against")
    return counts


def require_every_class(data: FaceData, labels: NDArray[np.int64]) -> None:
    """Refuse to balance ``labels``, those of Training, when a class has no image.

    A count of 0 breaks every method but ``none``: there is nothing to draw, copy or blend, its
    inverse is infinite and its logarithm too.

    Raises
    ------
    DataError
        Names the classes.
    """
    names = data.label_set.labels
    counts = np.bincount(labels, minlength=len(names))
    missing = [name for name, count in zip(names, counts, strict=True) if not count]
    if missing:
        raise DataError(
            f"no Training image of {', '.join(missing)}, so there is nothing to balance",
            where=data.name,
            hint="train with balance.method=none, or with a data.label_set that lacks it",
        )
