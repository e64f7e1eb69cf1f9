"""Do models err on the same images? What they could do together, at the most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SharedMistakes:
    """Which models are wrong together; shares of all images, 0 to 1.

    Attributes
    ----------
    both_wrong : tuple of tuple of float
        Models by models; on the diagonal the share that the model itself gets wrong.
    any_right : float
        Accuracy of an oracle that picks a right answer wherever a model has one.
    all_right : float
    all_wrong : float
    """

    both_wrong: tuple[tuple[float, ...], ...]
    any_right: float
    all_right: float
    all_wrong: float


def find_agreement(right: NDArray[np.bool_]) -> SharedMistakes:
    """The agreement of models ``(models, n)``, bool: whether each is right, image by image."""
    wrong = (~right).astype(np.float64)
    together = wrong @ wrong.T / right.shape[1]
    any_right = float(right.any(axis=0).mean())
    return SharedMistakes(
        both_wrong=tuple(tuple(float(share) for share in row) for row in together),
        any_right=any_right,
        all_right=float(right.all(axis=0).mean()),
        all_wrong=1 - any_right,
    )
