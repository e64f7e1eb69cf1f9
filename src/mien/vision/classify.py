"""The expression model: face crops in, calibrated probabilities out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mien.card import METADATA_KEY, ModelCard
from mien.errors import ModelFileError, UsageError
from mien.packaged import EXPRESSION_MODELS, packaged_path
from mien.vision.session import open_session

# Faces a call: as fast a face as larger batches, and 34 MB less at the peak than 64.
_BATCH = 16


class Classifier:
    """A model file and its card, ready to classify.

    Parameters
    ----------
    path : Path, optional
        A ``.onnx`` file that ``mien export`` wrote; the packaged default model when None.
    threads : int
        CPU threads, at least 1.

    Raises
    ------
    ModelFileError
        If the file is missing, is not an ONNX model, has no card, or the card is from a newer
        version or does not describe the file.
    """

    def __init__(self, path: Path | None = None, *, threads: int = 1) -> None:
        self.path = packaged_path(EXPRESSION_MODELS[0]) if path is None else path
        self._session = open_session(
            self.path,
            threads=threads,
            hint="name a file that mien export wrote, or see: mien models",
        )
        self.card = read_card(self._session, self.path)

    def classify(self, crops: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Calibrated probabilities of face crops.

        Parameters
        ----------
        crops : ndarray of shape (n, height, width), uint8
            Grey, of the card's input size; n may be 0.

        Returns
        -------
        dict of str to ndarray of shape (n, labels), float32
            By head, in the order of the card; rows sum to 1.

        Raises
        ------
        UsageError
            If the array has another shape or dtype.
        """
        size = (self.card.input_height, self.card.input_width)
        if crops.dtype != np.uint8 or crops.ndim != 3 or crops.shape[1:] != size:
            raise UsageError(
                f"crops are {crops.dtype} {crops.shape}, expected uint8 (n, {size[0]}, {size[1]})"
            )
        heads = list(self.card.heads)
        parts: list[list[NDArray[np.float32]]] = [
            self._session.run(heads, {self._session.get_inputs()[0].name: crops[at : at + _BATCH]})
            for at in range(0, len(crops), _BATCH)
        ]
        if not parts:
            return {
                name: np.empty((0, len(head.labels)), dtype=np.float32)
                for name, head in self.card.heads.items()
            }
        return {
            name: np.concatenate([part[position] for part in parts])
            for position, name in enumerate(heads)
        }


def read_card(session: onnxruntime.InferenceSession, path: Path) -> ModelCard:
    """The card in the session's metadata, checked against the graph's inputs and outputs."""
    text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    if text is None:
        raise ModelFileError(
            "an ONNX file without a Mien card", where=path, hint="make one with: mien export RUN"
        )
    card = ModelCard.from_json(text, path)
    inputs, outputs = session.get_inputs(), {output.name for output in session.get_outputs()}
    size = [card.input_height, card.input_width]
    if len(inputs) != 1 or inputs[0].type != "tensor(uint8)" or inputs[0].shape[1:] != size:
        raise ModelFileError(f"its input is not uint8 (n, {size[0]}, {size[1]})", where=path)
    if not set(card.heads) <= outputs:
        raise ModelFileError(
            f"its card names outputs it does not have ({', '.join(set(card.heads) - outputs)})",
            where=path,
        )
    return card
