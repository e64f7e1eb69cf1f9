"""docs/how-good.md says of the packaged models what their cards say."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "benchmarks"))

import models_table  # noqa: E402

from mien.packaged import EXPRESSION_MODELS, packaged_path  # noqa: E402
from mien.vision.classify import Classifier  # noqa: E402


def test_the_page_says_what_the_cards_say():
    paths = {role: packaged_path(file) for role, file in EXPRESSION_MODELS.items()}
    text = models_table.text_of(paths)
    assert text in (HERE / "docs" / "how-good.md").read_text("utf-8")
    assert "not measured" not in text
    # By hand: the first figure is the default model's accuracy.
    accuracy = Classifier(paths["default"]).card.score("PublicTest", "accuracy").value
    assert f"| accuracy, % | {accuracy * 100:.2f} (" in text
