"""The card in the form of the Hugging Face Hub, read back by the Hub's own library."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mien.card import find_score
from mien.front.hugging_face import hugging_face_card
from mien.packaged import EXPRESSION_MODELS, packaged_path
from mien.vision.classify import Classifier


@pytest.mark.parametrize("role", EXPRESSION_MODELS)
def test_the_hub_reads_every_score(role):
    hub = pytest.importorskip("huggingface_hub")
    path = packaged_path(EXPRESSION_MODELS[role])
    card = Classifier(path).card
    found = hub.ModelCard(hugging_face_card(card, path))
    assert found.data.license == card.licence.lower()
    assert found.data.model_name == card.name
    assert len(found.data.eval_results) == len(card.scores)
    accuracy = find_score(card.scores, "PrivateTest", "accuracy")
    assert accuracy is not None
    (same,) = [
        each
        for each in found.data.eval_results
        if (each.dataset_split, each.metric_name) == ("PrivateTest", f"accuracy, {accuracy.head}")
    ]
    assert same.metric_value == pytest.approx(accuracy.value, abs=5e-5)
    assert card.limits in found.content
    assert "{{" not in found.content


def test_the_verb_prints_it_and_refuses_two_forms_at_once():
    mien = [sys.executable, "-m", "mien", "models", "show", "small"]
    shown = subprocess.run([*mien, "--hf"], capture_output=True, text=True)
    assert shown.stdout.startswith("---\nlicense:")
    refused = subprocess.run([*mien, "--hf", "--json"], capture_output=True, text=True)
    assert refused.returncode == 2
    assert "--json and --hf do not go together" in refused.stderr
