"""The model that a face was read with: at hand, and opened anew after the face was pickled."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from mien.emotions import FERPLUS
from mien.packaged import find_model
from mien.vision.classify import Classifier


class ReopenedModel:
    """Goes along with results, so that a face can be asked for more later.

    A pickle has the name of the model or of its file and the labels, and nothing is opened when it
    is unpickled: results travel light. The file is opened when a face is asked for the first time.
    """

    __slots__ = ("_classifier", "_state")

    def __init__(self, classifier: Classifier) -> None:
        heads = {name: head.labels for name, head in classifier.card.heads.items()}
        self._classifier: Classifier | None = classifier
        self._state: dict[str, Any] = {
            "model": classifier.name_or_file,
            "labels": next(iter(heads.values())),
            "ferplus_labels": heads.get(FERPLUS.name, ()),
        }

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of ``Face.probabilities``."""
        return tuple(self._state["labels"])

    @property
    def ferplus_labels(self) -> tuple[str, ...]:
        """Labels of ``Face.ferplus``."""
        return tuple(self._state["ferplus_labels"])

    def classifier(self) -> Classifier:
        """The model, ready to classify; raises ``ModelFileError`` if its file is gone."""
        if self._classifier is None:
            self._classifier = _open(self._state["model"])
        return self._classifier

    def __getstate__(self) -> dict[str, Any]:
        return self._state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._classifier, self._state = None, state


@functools.lru_cache(maxsize=2)
def _open(model: str | Path) -> Classifier:
    return Classifier(find_model(model))
