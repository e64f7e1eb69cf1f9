"""``predictions.parquet``: the logits of every evaluated image; all scores are computed from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from numpy.typing import NDArray

from mien.emotions import FERPLUS
from mien.errors import DataError, RunError
from mien.lab.beside import write_beside
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.ferplus import EVERYDAY_HEAD, everyday_majority, majority
from mien.lab.data.twins import stands_among

ALL = "all"
"""In place of a split: all of a data set."""


@dataclass(frozen=True)
class Predictions:
    """What a model said of the images of some splits.

    Attributes
    ----------
    data_sha256 : str
        Of the data set the rows belong to.
    rows : ndarray of shape (n,), int64
        Row numbers in the data set.
    splits : ndarray of shape (n,), uint8
        Positions in ``SPLITS``.
    twins : ndarray of shape (n,), bool
        Whether Training holds a pixel-identical image.
    labels : dict of str to ndarray of shape (n,), int64
        True label by head; -1 where there is none (FER+ without a majority).
    logits : dict of str to ndarray of shape (n, labels), float32
        By head; the first is the main one.
    labels_of : dict of str to tuple of str
        Names of the labels by head, in the order of the logits.
    """

    data_sha256: str
    rows: NDArray[np.int64]
    splits: NDArray[np.uint8]
    twins: NDArray[np.bool_]
    labels: dict[str, NDArray[np.int64]]
    logits: dict[str, NDArray[np.float32]]
    labels_of: dict[str, tuple[str, ...]]

    @property
    def main_head(self) -> str:
        """Name of the first head."""
        return next(iter(self.logits))

    def split(self, name: str) -> Predictions:
        """The predictions of one split, or all of them for ``ALL``.

        Raises
        ------
        DataError
            If there are none.
        """
        if name == ALL:
            return self
        return self.where(self.splits == SPLITS.index(name), f"of {name}")

    def where(self, keep: NDArray[np.bool_], called: str) -> Predictions:
        """The predictions where ``keep`` is true; ``called`` names them in the error."""
        if not keep.any():
            raise DataError(f"there are no predictions {called}")
        return Predictions(
            self.data_sha256,
            self.rows[keep],
            self.splits[keep],
            self.twins[keep],
            {head: values[keep] for head, values in self.labels.items()},
            {head: values[keep] for head, values in self.logits.items()},
            self.labels_of,
        )


def label_predictions(
    data: FaceData,
    rows: NDArray[np.int64],
    logits: dict[str, NDArray[np.float32]],
    fitted_on: NDArray[np.uint8],
) -> Predictions:
    """Join logits with what the data set knows of their rows.

    Parameters
    ----------
    data : FaceData
        With the labels of the first head. Other heads are left out where the data have no votes:
        the label of a FER+ or everyday head is that of most annotators.
    rows : ndarray of shape (n,), int64
    logits : dict of str to ndarray of shape (n, labels), float32
    fitted_on : ndarray of shape (m, side, side[, 3]), uint8
        Images that the model was fitted on, to find twins of.
    """
    main = next(iter(logits))
    labels, kept = {main: data.labels[rows].astype(np.int64)}, {main: logits[main]}
    names = {main: data.label_set.labels}
    for head in logits:
        if head == FERPLUS.name != main and data.votes is not None:
            labels[head], kept[head] = majority(data.votes[rows]), logits[head]
            names[head] = FERPLUS.labels
        if head == EVERYDAY_HEAD and data.votes is not None:
            labels[head], kept[head] = everyday_majority(data)[rows], logits[head]
            names[head] = data.label_set.labels
    twins = stands_among(data.images[rows], fitted_on)
    return Predictions(data.sha256, rows, data.splits[rows], twins, labels, kept, names)


def write_predictions(predictions: Predictions, path: Path) -> None:
    """Write a Parquet file with columns row, split, twin, label_<head>, logit_<head>_<label>."""
    columns: dict[str, object] = {
        "row": predictions.rows,
        "split": [SPLITS[code] for code in predictions.splits],
        "twin": predictions.twins,
    }
    for head, values in predictions.logits.items():
        columns[f"label_{head}"] = predictions.labels[head]
        for position, label in enumerate(predictions.labels_of[head]):
            columns[f"logit_{head}_{label}"] = values[:, position]
    table = pyarrow.table(columns).replace_schema_metadata(
        {
            "data_sha256": predictions.data_sha256,
            "heads": json.dumps({head: predictions.labels_of[head] for head in predictions.logits}),
        }
    )
    write_beside(
        path,
        lambda partial: pyarrow.parquet.write_table(table, partial, write_page_checksum=True),
    )


def read_predictions(path: Path) -> Predictions:
    """Read what ``write_predictions`` wrote.

    Raises
    ------
    RunError
        If the file is missing, damaged, or holds values that are not finite.
    """
    try:
        table = pyarrow.parquet.read_table(path, page_checksum_verification=True)
        metadata = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
        heads = {head: tuple(names) for head, names in json.loads(metadata["heads"]).items()}
        labels, logits = {}, {}
        for head, of_head in heads.items():
            labels[head] = table[f"label_{head}"].to_numpy()
            names = [f"logit_{head}_{label}" for label in of_head]
            logits[head] = np.stack([table[name].to_numpy() for name in names], axis=1)
        splits = np.array([SPLITS.index(s) for s in table["split"].to_pylist()], dtype=np.uint8)
        found = Predictions(
            metadata["data_sha256"],
            table["row"].to_numpy(),
            splits,
            table["twin"].to_numpy(),
            labels,
            logits,
            heads,
        )
    except FileNotFoundError as error:
        raise RunError(
            "the run has no predictions", where=path, hint="make them with: mien evaluate RUN"
        ) from error
    except (pyarrow.ArrowException, OSError, KeyError, ValueError) as error:
        raise RunError("not a predictions file of Mien", where=path) from error
    for head, values in found.logits.items():
        if not np.isfinite(values).all():
            raise RunError(f"the logits of {head} are not all finite", where=path)
    return found
