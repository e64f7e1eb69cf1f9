"""The album page offers what a question can be, and begins as a question does."""

from __future__ import annotations

import re

import pytest

from mien.album.asking.question import Labels, Question, Rule
from mien.server.album.album_parameters import QuestionParameters

from ..conftest import running


@pytest.fixture(scope="module")
def page() -> str:
    with running() as server, server.client() as client:
        answer = client.get("/album")
        head = client.head("/album")
    assert answer.headers["content-type"] == head.headers["content-type"]
    assert (head.status_code, head.content) == (200, b"")
    return answer.text


def choices(page: str, name: str) -> list[str]:
    (inside,) = re.findall(rf'<select id="{name}">(.*?)</select>', page, re.DOTALL)
    return re.findall(r'<option value="(\w+)"', inside)


def value(page: str, name: str) -> str:
    (tag,) = re.findall(rf'<input [^>]*id="{name}"[^>]*>', page)
    return re.findall(r'value="([^"]*)"', tag)[0]


def test_it_offers_every_rule_and_label_set(page):
    assert choices(page, "rule") == list(Rule)
    assert choices(page, "labels") == list(Labels)
    assert re.findall(r'data-first="(\w+)"', page) == ["happy", "happy", "happy", "positive"]
    assert re.findall(r'value="(\w+)"[^>]* selected\b', page) == [
        Question().rule,
        Question().labels,
    ]


def test_it_begins_with_the_defaults_of_a_question(page):
    question = Question()
    assert float(value(page, "min-size")) == question.min_size
    assert float(value(page, "min-sharpness")) == question.min_sharpness
    assert (value(page, "faces-least"), value(page, "faces-most")) == ("1", "")


def test_an_address_without_parameters_asks_the_default_question():
    asked = QuestionParameters().question()
    default = Question(emotion="", weights=((Question().emotion, 1.0),))
    assert asked == default
