"""FER2013 itself, told from other data sets that have its labels."""

from __future__ import annotations

import numpy as np

from mien.emotions import FER2013
from mien.lab.data.faces import FaceData

FER2013_SHA256 = "0649100192240a72f44039c39c6b102f08c94c535ce284e6cadf263c8f6a5b6f"
"""SHA-256 of FER2013 as published, however it was imported."""

LABEL_COUNTS = (4953, 547, 5121, 8989, 6077, 4002, 6198)
"""Images of each label of FER2013 in all splits (Goodfellow et al. 2013)."""


def is_fer2013(data: FaceData) -> bool:
    """Whether the data are FER2013's images and labels, in whatever order and splits."""
    if data.sha256 == FER2013_SHA256:
        return True
    counts = np.bincount(data.labels, minlength=len(LABEL_COUNTS))
    return data.label_set == FER2013 and tuple(counts.tolist()) == LABEL_COUNTS
