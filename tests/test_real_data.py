"""The packaged model measured again on the real FER2013, where it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "fer2013.parquet"
ALLOWED_POINTS = 0.2


def real_data() -> Path | None:
    named = os.environ.get("MIEN_FER2013")
    path = Path(named) if named else BESIDE
    return path if path.exists() else None


@pytest.mark.real_data
@pytest.mark.skipif(real_data() is None, reason="no FER2013: set MIEN_FER2013 to fer2013.csv")
@pytest.mark.parametrize("split", ["PublicTest", "PrivateTest"])
def test_the_packaged_model_scores_what_its_card_says(split, tmp_path, monkeypatch):
    from mien.lab.data.store import import_faces
    from mien.vision.classify import Classifier

    monkeypatch.setenv("MIEN_DATA", str(tmp_path))
    data = import_faces(real_data())
    classifier = Classifier()
    card = classifier.card
    assert data.sha256 == card.training.data_sha256
    rows = data.rows(split)
    probabilities = classifier.classify(data.images[rows])["fer2013"]
    measured = float(np.mean(probabilities.argmax(axis=1) == data.labels[rows]))
    said = card.score(split, "accuracy")
    assert said is not None
    assert said.n == len(rows)
    assert abs(measured - said.value) * 100 <= ALLOWED_POINTS
    if split == "PrivateTest":
        assert said.value >= 0.68
