"""The expression model: face crops in, calibrated probabilities out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mien.card import ACTIVATION_MAPS, EMBEDDING, MAPS_WANTED, METADATA_KEY, ModelCard
from mien.errors import ModelFileError, UsageError
from mien.options import kind_of, whole_number
from mien.packaged import find_model, packaged_name
from mien.vision.network import open_session

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
    UsageError
        If an option is out of range.
    """

    def __init__(self, path: Path | None = None, *, threads: int = 1) -> None:
        self.path = find_model(path)
        self._threads = whole_number("threads", threads, least=1)
        self._open()

    def _open(self) -> None:
        self._session = open_session(
            self.path,
            threads=self._threads,
            hint="name a file that mien export wrote, or see: mien models",
        )
        self.card = read_card(self._session, self.path)
        self._input = self._session.get_inputs()[0].name

    def __getstate__(self) -> dict[str, Any]:
        # A session cannot be pickled. A packaged model goes by its name, so that another
        # installation, on another computer, opens its own.
        return {
            "model": self.name_or_file,
            "threads": self._threads,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.path = find_model(state["model"])
        self._threads = state["threads"]
        self._open()

    @property
    def name_or_file(self) -> str | Path:
        """What opens the same model elsewhere: a packaged one's name, or the absolute path."""
        return packaged_name(self.path) or self.path.absolute()

    def classify(self, crops: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Calibrated probabilities of face crops.

        Parameters
        ----------
        crops : ndarray of shape (n, *card.input_shape), uint8
            Grey or RGB, as the card says; n may be 0.

        Returns
        -------
        dict of str to ndarray of shape (n, labels), float32
            By head, in the order of the card; rows sum to 1.

        Raises
        ------
        UsageError
            If the array has another shape or dtype.
        """
        return self._by_head(self._run(tuple(self.card.heads), crops), len(crops))

    def classify_and_embed(
        self, crops: NDArray[np.uint8]
    ) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32] | None]:
        """What ``classify`` and ``embed`` say, in one run of the network."""
        heads, size = tuple(self.card.heads), self.card.embedding
        if size is None:
            return self.classify(crops), None
        *found, embeddings = self._run((*heads, EMBEDDING), crops)
        return self._by_head(found, len(crops)), embeddings.reshape(len(crops), size)

    def _by_head(
        self, found: list[NDArray[np.float32]], count: int
    ) -> dict[str, NDArray[np.float32]]:
        heads = self.card.heads
        return {
            name: values.reshape(count, len(heads[name].labels))
            for name, values in zip(heads, found, strict=True)
        }

    def embed(self, crops: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Embeddings of face crops: similar ones lie close together.

        Parameters
        ----------
        crops : ndarray of shape (n, *card.input_shape), uint8
            As for ``classify``.

        Returns
        -------
        ndarray of shape (n, card.embedding), float32, or None
            None for a file that has no such output.
        """
        if self.card.embedding is None:
            return None
        return self._run((EMBEDDING,), crops)[0].reshape(len(crops), self.card.embedding)

    def activation_maps(self, crops: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Where in each crop the model sees what speaks for each label.

        Takes several times as long as ``classify``.

        Parameters
        ----------
        crops : ndarray of shape (n, *card.input_shape), uint8
            As for ``classify``.

        Returns
        -------
        ndarray of shape (n, labels of the first head, h, w), float32, or None
            0 or more; together the h × w places cover the central ``card.activation_maps.side``
            pixels of a crop. None for a file that has no such output.
        """
        if self.card.activation_maps is None:
            return None
        if not len(crops):
            labels = next(iter(self.card.heads.values())).labels
            return np.empty((0, len(labels), 1, 1), np.float32)
        return self._run((ACTIVATION_MAPS,), crops, {MAPS_WANTED: np.array(True)})[0]

    def _run(
        self,
        outputs: tuple[str, ...],
        crops: NDArray[np.uint8],
        further: dict[str, NDArray[Any]] | None = None,
    ) -> list[NDArray[np.float32]]:
        """The named outputs; empty ones for no crops."""
        expected = self.card.takes
        if not isinstance(crops, np.ndarray):
            raise UsageError(f"crops are {kind_of(crops)}, expected {expected}")
        if crops.dtype != np.uint8 or not crops.ndim or crops.shape[1:] != self.card.input_shape:
            raise UsageError(f"crops are {crops.dtype} {crops.shape}, expected {expected}")
        parts = [
            self._session.run(
                list(outputs), {self._input: crops[at : at + _BATCH], **(further or {})}
            )
            for at in range(0, len(crops), _BATCH)
        ]
        if not parts:
            return [np.empty(0, dtype=np.float32) for _ in outputs]
        return [np.concatenate(values) for values in zip(*parts, strict=True)]


def read_card(session: onnxruntime.InferenceSession, path: Path) -> ModelCard:
    """The card in the session's metadata, checked against the graph's inputs and outputs."""
    text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    if text is None:
        raise ModelFileError(
            "an ONNX file without a Mien card", where=path, hint="make one with: mien export RUN"
        )
    card = ModelCard.from_json(text, path)
    inputs, outputs = session.get_inputs(), {output.name for output in session.get_outputs()}
    shape = list(card.input_shape)
    if len(inputs) != 1 or inputs[0].type != "tensor(uint8)" or inputs[0].shape[1:] != shape:
        raise ModelFileError(f"its input is not {card.takes}", where=path)
    named = set(card.heads)
    named |= {EMBEDDING} if card.embedding is not None else set()
    named |= {ACTIVATION_MAPS} if card.activation_maps is not None else set()
    labels = next(iter(card.heads.values())).labels
    if card.balanced is not None and len(card.balanced.factors) != len(labels):
        raise ModelFileError("its card has not one balancing factor a label", where=path)
    if not named <= outputs:
        raise ModelFileError(
            f"its card names outputs it does not have ({', '.join(sorted(named - outputs))})",
            where=path,
        )
    return card
