"""What a trained network says, kept in a small file: a teacher that needs no network any more."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mien.errors import RunError
from mien.lab.beside import write_beside
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.folds import folds_of
from mien.lab.training.predict import predict_logits
from mien.lab.training.run import Run
from mien.packaged import sha256_of

SUFFIX = ".npz"


@dataclass(frozen=True)
class KeptAnswers:
    """What a network that is gone has said of images that it had not seen.

    Attributes
    ----------
    name : str
        Of the file, without its ending.
    rows : ndarray of shape (n,), int64
        Row numbers in the data set.
    said : dict of str to ndarray of shape (n, labels), float32
        By head: the mean of the probabilities of an image and its mirror image; rows sum to 1.
    sha256 : str
        Of the file.
    """

    name: str
    rows: NDArray[np.int64]
    said: dict[str, NDArray[np.float32]]
    sha256: str

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads it can teach."""
        return tuple(self.said)

    def about(self, sources: NDArray[np.int64]) -> NDArray[np.int64]:
        """Position of its answer about each of the rows ``sources``; -1 where there is none."""
        at = np.searchsorted(self.rows, sources).clip(max=len(self.rows) - 1)
        return np.where(self.rows[at] == sources, at, -1)


def keep_answers(run: Run, data: FaceData, target: Path) -> KeptAnswers:
    """Write what the network of a completed run says of all that it has not seen.

    That is the fold of Training that it was trained without (all of Training for a run without
    folds has been seen, and is left out), PublicTest and PrivateTest. The probabilities are kept as
    float16: some 0.4 MB for FER2013 and five folds.

    Raises
    ------
    RunError
        If the run is not complete, or was trained on other data.
    """
    recipe, facts = run.recipe(), run.facts()
    if facts["data_sha256"] != data.sha256:
        raise RunError(f"was trained on other data than {data.name!r}", where=run.folder)
    training = data.splits == SPLITS.index("Training")
    folds = recipe.data.folds
    unseen = folds_of(data.images, folds) == recipe.data.without_fold
    rows = np.flatnonzero(~training | (unseen & (folds > 1)))
    network = run.load_model().to(memory_format=torch.channels_last)
    logits = predict_logits(network, data.images[rows], recipe.input, views="flip")
    said = {
        head: torch.softmax(torch.from_numpy(values), 1).numpy().astype(np.float16)
        for head, values in logits.items()
    }

    def write(path: Path) -> None:
        with path.open("wb") as stream:
            np.savez_compressed(
                stream,
                allow_pickle=False,
                rows=rows.astype(np.int32),
                data_sha256=np.array(data.sha256),
                **said,
            )

    write_beside(target, write)
    return load_answers(target, data, facts["labels"])


def load_answers(path: Path, data: FaceData, labels: dict[str, list[str]]) -> KeptAnswers:
    """Read what ``keep_answers`` wrote.

    Parameters
    ----------
    labels : dict of str to list of str
        Labels of the heads that will be trained; other heads in the file are left out.

    Raises
    ------
    RunError
        If the file is missing or no such file, was made on other data, or has none of the heads.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            made_on = str(file["data_sha256"])
            rows = file["rows"].astype(np.int64)
            found = {head: file[head].astype(np.float32) for head in labels if head in file.files}
    except FileNotFoundError as error:
        raise RunError("no such file of answers", where=path) from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise RunError("not a file of kept answers", where=path) from error
    if made_on != data.sha256:
        raise RunError(
            f"these answers are about other data than {data.name!r} (SHA-256 differs)",
            where=path,
            hint="keep the answers of a run on the same data set and splits",
        )
    said = {
        head: values / values.sum(1, keepdims=True)
        for head, values in found.items()
        if values.shape == (len(rows), len(labels[head]))
    }
    if next(iter(labels)) not in said or not len(rows) or (np.diff(rows) <= 0).any():
        raise RunError(
            f"holds no answers for the labels of {next(iter(labels))!r}",
            where=path,
            hint="keep the answers of a run with the same data.label_set",
        )
    return KeptAnswers(path.stem, rows, said, sha256_of(path))
