"""What docs/how-good.md says of fearful and disgusted faces is what was measured."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from mien.emotions import FER2013
from mien.lab.data.faces import FaceData
from mien.lab.evaluation.measures.statistics import share
from mien.packaged import EXPRESSION_MODELS, packaged_path
from mien.vision.classify import Classifier

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "benchmarks"))

import recall_table  # noqa: E402


def test_the_page_says_what_was_measured():
    rows = recall_table.read_rows()
    assert recall_table.sentence(rows) in (HERE / "docs" / "how-good.md").read_text("utf-8")
    default = Classifier(packaged_path(EXPRESSION_MODELS["default"])).card
    assert rows[0]["model"] == default.name
    for row in rows:
        found = share(int(row["found"]), int(row["images"]))
        assert [float(row[key]) for key in ("recall", "low", "high")] == pytest.approx(
            [found.value, found.low, found.high], abs=1e-4
        )


def test_the_counts_fit_the_cards():
    """All classes together are the card's accuracy without twins."""
    rows = recall_table.read_rows()
    for file in EXPRESSION_MODELS.values():
        card = Classifier(packaged_path(file)).card
        for split in recall_table.SPLITS:
            ours = [row for row in rows if (row["model"], row["split"]) == (card.name, split)]
            right = sum(int(row["found"]) for row in ours)
            images = sum(int(row["images"]) for row in ours)
            accuracy = next(
                score.value
                for score in card.scores
                if (score.split, score.metric, score.rule) == (split, "accuracy", "without twins")
            )
            assert right / images == pytest.approx(accuracy, abs=1e-3)


def test_twins_are_left_out():
    images = np.zeros((4, 48, 48), np.uint8)
    images[1:] = np.random.default_rng(0).integers(0, 256, (3, 48, 48))
    images[3] = images[0]
    splits = np.array([0, 1, 1, 1], np.uint8)
    data = FaceData("x", images, np.array([0, 2, 2, 2], np.uint8), splits, FER2013)
    model = Classifier(packaged_path(EXPRESSION_MODELS["small"]))
    rows = recall_table.recalls(model, data, "PublicTest")
    assert [row["images"] for row in rows] == [0, 0, 2, 0, 0, 0, 0]
