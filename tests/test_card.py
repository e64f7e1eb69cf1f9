from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from mien.card import ALL_ROWS, CARD_VERSION, CropGeometry, Head, ModelCard, Score, find_score
from mien.emotions import FER2013, FERPLUS
from mien.errors import ModelFileError

OPTIONAL = {"card_version", "colour", "embedding", "activation_maps", "balanced"}
SCORE = {"head": "fer2013", "metric": "accuracy", "n": 10}


def _raw(**changes: Any) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "card_version": CARD_VERSION,
        "name": "tiny",
        "summary": "A model for tests: größer",
        "created": "2025-01-31",
        "mien_version": "0.1.0",
        "input_height": 48,
        "input_width": 48,
        "colour": "grey",
        "heads": {
            "fer2013": {"labels": FER2013.labels, "temperature": 1.25},
            "ferplus": {"labels": FERPLUS.labels, "temperature": 0.9},
        },
        "crop": {"scale": 1.0, "shift_y": -0.05, "align_roll": True, "roll_tolerance": 6.0},
        "unsure_below": 0.4,
        "embedding": 192,
        "activation_maps": {"side": 44, "method": "LayerCAM"},
        "balanced": {
            "factors": [0.5, 1.0, 0.5, 0.2, 0.4, 0.6, 0.3],
            "strength": 0.8,
            "unsure_below": 0.35,
            "scores": [],
        },
        "parameters": 1000,
        "macs": 2000,
        "licence": "MIT",
        "training_data": "FER2013",
        "limits": "few",
        "training": {
            "recipe": {"name": "tiny", "augmentation": {"scale": [0.9, 1.1]}},
            "seed": 3,
            "data": "fer2013",
            "data_sha256": "0" * 64,
            "epochs": 2,
            "minutes": 1.5,
            "torch": "2.0",
        },
        "scores": [
            {
                **SCORE,
                "split": "PublicTest",
                "rule": ALL_ROWS,
                "value": 0.7,
                "low": 0.6,
                "high": 0.8,
            },
            {**SCORE, "split": "PrivateTest", "rule": ALL_ROWS, "value": 0.71},
            {**SCORE, "split": "PrivateTest", "rule": "without twins", "value": 0.72},
            {**SCORE, "split": "PrivateTest", "metric": "ECE", "rule": ALL_ROWS, "value": 0.02},
        ],
        "commands": ["mien train tiny"],
    }
    raw |= changes
    return {key: value for key, value in raw.items() if value is not ...}


def _card(**changes: Any) -> ModelCard:
    return ModelCard.from_json(json.dumps(_raw(**changes)), "tiny.onnx")


def _error(text: str) -> str:
    with pytest.raises(ModelFileError) as caught:
        ModelCard.from_json(text, "tiny.onnx")
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).startswith("tiny.onnx: its card ")
    return str(caught.value).removeprefix("tiny.onnx: its card ")


def test_a_card_goes_there_and_back():
    card = _card()
    assert ModelCard.from_json(card.to_json(), "x") == card
    assert len(card.to_json().splitlines()) == 1
    assert json.loads(card.to_json()) == json.loads(json.dumps(_raw())) | {
        "scores": [{"low": None, "high": None, **score} for score in _raw()["scores"]],
        "readings": {},
        "legibility": None,
    }


def test_a_card_of_the_first_version_has_neither_embedding_nor_maps():
    card = _card(card_version=1, embedding=..., activation_maps=...)
    assert card.embedding is None
    assert card.activation_maps is None


def test_the_card_of_the_third_version_turns_every_face():
    crop = {"scale": 1.0, "shift_y": 0.0, "align_roll": True}
    assert _card(card_version=3, crop=crop).crop.roll_tolerance == 0


def test_a_card_of_the_fourth_version_has_no_readings():
    card = _card(card_version=4)
    assert card.readings == {}
    assert card.legibility is None


def test_heads_keep_their_order():
    """The first head is the main one."""
    heads = _raw()["heads"]
    turned = dict(reversed(heads.items()))
    assert list(_card().heads) == ["fer2013", "ferplus"]
    assert list(ModelCard.from_json(_card(heads=turned).to_json(), "x").heads) == list(turned)


def test_a_card_cannot_be_changed():
    with pytest.raises(ValidationError):
        _card().name = "other"


def test_a_card_from_a_newer_version():
    message = _error(json.dumps(_raw(card_version=CARD_VERSION + 1)))
    assert message == (
        f"has version {CARD_VERSION + 1}, this Mien reads up to {CARD_VERSION}; "
        "update with: pip install --upgrade . in the folder of a newer source of Mien"
    )


def test_a_newer_card_is_named_as_such_even_with_keys_that_are_unknown_here():
    assert "has version 9" in _error(json.dumps({"card_version": 9, "something": "new"}))


@pytest.mark.parametrize("text", ["", "{", "not JSON", "{'name': 1}"])
def test_a_card_that_is_not_json(text):
    assert _error(text) == "is not JSON"


@pytest.mark.parametrize("text", ["[]", "3", "null", '"text"'])
def test_json_that_is_no_card(text):
    assert _error(text).startswith("is not valid: card: ")


@pytest.mark.parametrize("key", sorted(set(_raw()) - OPTIONAL))
def test_a_missing_key_is_named(key):
    assert _error(json.dumps(_raw(**{key: ...}))) == f"is not valid: {key}: Field required"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"licnece": "MIT"}, "licnece: Extra inputs are not permitted"),
        ({"crop": {"scale": 1, "shift_y": 0, "align_roll": True, "x": 1}}, "crop.x: Extra inputs"),
        (
            {"crop": {"scale": 0, "shift_y": 0, "align_roll": True}},
            "crop.scale: Input should be gr",
        ),
        (
            {"heads": {"fer2013": {"labels": ["a"], "temperature": 0}}},
            "heads.fer2013.temperature: ",
        ),
        ({"heads": {"fer2013": {"labels": "abc", "temperature": 1}}}, "heads.fer2013.labels: "),
        ({"unsure_below": 1.1}, "unsure_below: Input should be less than or equal to 1"),
        ({"colour": "red"}, "colour: Input should be 'grey' or 'rgb'"),
        ({"input_height": 48.5}, "input_height: Input should be a valid integer"),
        ({"scores": [{**SCORE, "split": "x"}]}, "scores.0.rule: Field required"),
    ],
)
def test_a_value_that_will_not_do_is_named(changes, says):
    assert _error(json.dumps(_raw(**changes))).startswith(f"is not valid: {says}")


def test_scores_are_found_by_split_metric_and_rule():
    card = _card()
    assert card.score("PrivateTest", "accuracy").value == 0.71
    assert card.score("PrivateTest", "accuracy", "without twins").value == 0.72
    assert card.score("PrivateTest", "ECE").value == 0.02
    assert card.score("PublicTest", "accuracy").low == 0.6
    assert card.score("PublicTest", "ECE") is None
    assert card.score("Training", "accuracy") is None
    assert card.score("PublicTest", "accuracy", "without twins") is None


def test_the_first_of_equal_scores_is_found():
    first, second = (
        Score(**SCORE, split="PublicTest", rule=ALL_ROWS, value=value) for value in (0.1, 0.2)
    )
    assert find_score([first, second], "PublicTest", "accuracy") is first
    assert find_score([], "PublicTest", "accuracy") is None


def test_parts_refuse_unknown_keys():
    with pytest.raises(ValidationError):
        CropGeometry(scale=1, shift_y=0, align_roll=True, margin=2)
    with pytest.raises(ValidationError):
        Head(labels=("a",), temperature=1, bias=0)
