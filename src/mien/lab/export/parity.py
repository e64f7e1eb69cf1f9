"""Parity: the exported file must say what the trained network says."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mien.card import ModelCard
from mien.errors import RunError
from mien.lab.export.graph import CalibratedNetwork, MappedNetwork
from mien.vision.classify import Classifier

TOLERANCE = 1e-4
"""Largest difference between torch and ONNX Runtime that passes."""


def check_parity(
    network: CalibratedNetwork, content: bytes, card: ModelCard, images: NDArray[np.uint8]
) -> float:
    """Compare the file's outputs with the network's, through the runtime's own classifier.

    Probabilities, and the embedding and the maps as a share of their largest value.

    Parameters
    ----------
    network : CalibratedNetwork
    content : bytes
        The ONNX file.
    card : ModelCard
        Its heads, in the order of the network's outputs.
    images : ndarray of shape (n, *card.input_shape), uint8

    Returns
    -------
    float
        The largest difference found.

    Raises
    ------
    RunError
        If it is above ``TOLERANCE``.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidate.onnx"
        path.write_bytes(content)
        classifier = Classifier(path)
        found = classifier.classify(images)
        single = classifier.classify(images[:1])
        embedding = classifier.embed(images)
        maps = classifier.activation_maps(images)
    with torch.inference_mode():
        *expected, embedded = network(torch.from_numpy(images))
    differences = [
        np.abs(values[: len(ours[head])].numpy() - ours[head]).max()
        for head, values in zip(card.heads, expected, strict=True)
        for ours in (found, single)
    ]
    if embedding is not None:
        differences.append(_relative(np.max, embedded.numpy(), embedding))
    if maps is not None:
        mapped = MappedNetwork(network.network, network.options, next(iter(card.heads)))
        with torch.inference_mode():
            wanted = mapped(torch.from_numpy(images)).numpy()
        # The mean: where a unit is within rounding of zero its part of a map comes or goes whole.
        differences.append(_relative(np.mean, wanted, maps))
    # numpy's maximum, unlike Python's, is NaN when a difference is.
    largest = float(np.max(differences))
    if not largest <= TOLERANCE:
        raise RunError(
            f"torch and ONNX Runtime differ by {largest:.2g}, at most {TOLERANCE:g} is allowed",
            where=card.name,
            hint="the model file was not written",
        )
    return largest


def _relative(
    over: Callable[[NDArray[np.float32]], np.floating[Any]],
    expected: NDArray[np.float32],
    found: NDArray[np.float32],
) -> np.floating[Any]:
    """The maximum or mean difference as a share of the largest value."""
    if expected.shape != found.shape:
        return np.float32(np.inf)
    return over(np.abs(expected - found)) / np.float32(max(np.abs(expected).max(), 1e-6))
