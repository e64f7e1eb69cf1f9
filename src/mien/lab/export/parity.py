"""Parity: the exported file must say what the trained network says."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mien.card import ModelCard
from mien.errors import RunError
from mien.lab.export.graph import CalibratedNetwork
from mien.vision.classify import Classifier

TOLERANCE = 1e-4
"""Largest difference of a probability between torch and ONNX Runtime that passes."""


def check_parity(
    network: CalibratedNetwork, content: bytes, card: ModelCard, images: NDArray[np.uint8]
) -> float:
    """Compare the file's probabilities with the network's, through the runtime's own classifier.

    Parameters
    ----------
    network : CalibratedNetwork
    content : bytes
        The ONNX file.
    card : ModelCard
        Its heads, in the order of the network's outputs.
    images : ndarray of shape (n, height, width), uint8

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
    with torch.inference_mode():
        expected = network(torch.from_numpy(images))
    differences = [
        np.abs(values[: len(ours[head])].numpy() - ours[head]).max()
        for head, values in zip(card.heads, expected, strict=True)
        for ours in (found, single)
    ]
    # numpy's maximum, unlike Python's, is NaN when a difference is.
    largest = float(np.max(differences))
    if not largest <= TOLERANCE:
        raise RunError(
            f"torch and ONNX Runtime differ by {largest:.2g}, at most {TOLERANCE:g} is allowed",
            where=card.name,
            hint="the model file was not written",
        )
    return largest
