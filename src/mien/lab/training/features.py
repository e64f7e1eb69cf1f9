"""Embeddings of a frozen backbone, computed once and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from mien.lab.beside import write_beside
from mien.lab.data.faces import FaceData
from mien.lab.data.store import data_folder
from mien.lab.models import Network
from mien.lab.training.predict import embed
from mien.lab.training.recipe import Recipe


def cached_features(
    network: Network,
    data: FaceData,
    rows: NDArray[np.int64],
    recipe: Recipe,
    *,
    mirrored: bool,
    on_batch: Callable[[int], None] = lambda done: None,
) -> NDArray[np.float32]:
    """Embeddings ``(len(rows), D)`` of the images ``rows``, or of their mirror images.

    They are kept beside the data sets, under a name made of everything that decides them: the
    pixels, the recipe's ``input``, and the weights. A kept file that cannot be read is made anew.
    """
    path = _file(network, data, rows, recipe, mirrored)
    if path.is_file():
        try:
            kept = load_file(path)["embeddings"]
            if len(kept) == len(rows):
                return kept
        except (OSError, KeyError, SafetensorError):
            pass
    embeddings = embed(
        network, data.images[rows], recipe.input, mirrored=mirrored, on_batch=on_batch
    )
    write_beside(path, lambda partial: save_file({"embeddings": embeddings}, partial))
    return embeddings


def _file(
    network: Network, data: FaceData, rows: NDArray[np.int64], recipe: Recipe, mirrored: bool
) -> Path:
    digest = hashlib.sha256()
    digest.update(np.ascontiguousarray(data.images[rows]).data)
    # The head's own options do not change what comes before it; the stem's, for one, do.
    options = {k: v for k, v in recipe.model.options().items() if not k.startswith("head_")}
    # The pixels say whether there is colour.
    seen = recipe.input.model_dump(mode="json", exclude={"colour"})
    decides = [seen, recipe.model.name, options, mirrored]
    digest.update(json.dumps(decides, sort_keys=True).encode())
    for name, part in list(network.parts().items())[:-1]:
        for key, values in sorted(part.state_dict().items()):
            digest.update(f"{name}.{key}".encode())
            digest.update(values.cpu().contiguous().numpy().data)
    return data_folder() / "features" / f"{digest.hexdigest()[:32]}.safetensors"
