"""A data set seen through another label set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mien.emotions import FERPLUS, LABEL_SETS, translate
from mien.errors import DataError, did_you_mean
from mien.lab.data.faces import FaceData
from mien.lab.data.ferplus import majority


def relabel(data: FaceData, label_set_name: str) -> FaceData:
    """Translate the labels of ``data``; rows whose label has no counterpart are left out.

    To *ferplus* it is not the labels that count but the FER+ votes, by Microsoft's rule (see
    ``mien.lab.data.ferplus.majority``): rows without a majority are left out. To *valence*,
    *surprise* is left out: it is neither positive nor negative, and no neutral face either; to
    *positive-negative* *neutral* is, too.

    Parameters
    ----------
    data : FaceData
    label_set_name : str
        Of ``mien.emotions.LABEL_SETS``, or the data set's own (then ``data`` itself is returned).

    Returns
    -------
    FaceData
        With the same name; rows keep their order and split.

    Raises
    ------
    DataError
        If there is no such label set, FER+ votes are missing, or fewer than two labels of the
        new set would have images.
    """
    if label_set_name == data.label_set.name:
        return data
    if label_set_name not in LABEL_SETS:
        raise DataError(
            f"no label set {label_set_name!r}",
            where=data.name,
            hint=did_you_mean(label_set_name, [*LABEL_SETS, data.label_set.name]),
        )
    target = LABEL_SETS[label_set_name]
    if target == FERPLUS:
        if data.votes is None:
            raise DataError(
                "has no FER+ votes",
                where=data.name,
                hint="import them with: mien data import fer2013.csv --ferplus fer2013new.csv",
            )
        labels = majority(data.votes)
    else:
        names = [translate(label, target) for label in data.label_set.labels]
        codes = [-1 if name is None else target.index(name) for name in names]
        labels = np.array(codes, dtype=np.int64)[data.labels]
    kept = np.flatnonzero(labels >= 0)
    if len(np.unique(labels[kept])) < 2:
        raise DataError(
            f"its labels ({', '.join(data.label_set.labels)}) do not become two labels of "
            f"{target.name} ({', '.join(target.labels)})",
            where=data.name,
            hint="import it with a mapping file that says what they mean",
        )
    return replace(data.take(kept), labels=labels[kept].astype(np.uint8), label_set=target)
