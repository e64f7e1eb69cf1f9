"""The pictures of the scores, and the part of a page that shows them."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from jinja2 import ChoiceLoader, DictLoader, PackageLoader

from mien import templates
from mien.emotions import FER2013, LabelSet
from mien.lab.evaluation.calibration import Calibration
from mien.lab.evaluation.measures.measures import Measures, measure
from mien.lab.evaluation.measures.score_figures import _reliability, score_pictures
from mien.lab.pages import page
from mien.lab.pages.picture import Picture

from .test_measures import CALIBRATION, EDGES, drawn, predictions

ALL = {"confusion", "classes", "reliability", "risk_coverage", "roc", "precision_recall", "humans"}


class Text(HTMLParser):
    """The words of a page, its tags, and that they are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


@pytest.fixture
def show(monkeypatch):
    """Render a page with nothing but the scores."""
    template = (
        '{% extends "pages/base.html.jinja" %}'
        '{% from "evaluation/scores.html.jinja" import scores %}'
        "{% block body %}{{ scores(measures, pictures) }}{% endblock %}"
    )

    def loader(package: str, folder: str) -> ChoiceLoader:
        return ChoiceLoader([DictLoader({"page": template}), PackageLoader(package, folder)])

    monkeypatch.setattr(templates, "PackageLoader", loader)

    def show(measures: Measures, pictures: dict[str, Picture]) -> Text:
        text = page.render("page", measures=measures, pictures=pictures)
        assert "<script" not in text and not re.search(r'(src|href)="(?!data:|#)', text)
        found = Text(text)
        found.words = " ".join(found.words.split())
        return found

    return show


@pytest.fixture(scope="module")
def measured() -> Measures:
    votes = np.random.default_rng(0).integers(0, 4, (300, 10)).astype(np.uint8)
    return measure(drawn(twins=np.arange(300) % 4 == 0), CALIBRATION, votes=votes)


@pytest.fixture(scope="module")
def pictures(measured) -> dict[str, Picture]:
    return score_pictures(measured)


def test_every_picture_is_sharp_small_and_described(pictures):
    assert set(pictures) == ALL
    for picture in pictures.values():
        svg = base64.b64decode(picture.uri.removeprefix("data:image/svg+xml;base64,"))
        assert ElementTree.fromstring(svg).tag.endswith("svg")
        assert len(picture.uri) < 150_000
        assert re.search(r"\d", picture.alt) and picture.alt.endswith(".")
        assert picture.caption


def test_the_same_measures_give_the_same_pictures(measured, pictures):
    assert score_pictures(measured) == pictures


def test_alternative_texts_tell_the_finding():
    # Of ten angry ones three are taken for sad, of ten happy ones none is wrong.
    labels = np.repeat([FER2013.index("angry"), FER2013.index("happy")], 10)
    answers = np.where(np.isin(np.arange(20), [1, 4, 7]), FER2013.index("sad"), labels)
    found = score_pictures(measure(predictions(labels, 9 * np.eye(7)[answers]), CALIBRATION))
    assert found["confusion"].alt == (
        "Confusion matrix. The most frequent confusion: 30.0% of the images labelled angry are "
        "taken for sad (3 of 10)."
    )
    assert found["classes"].alt == (
        "Recall and precision of each class. Recall is highest for happy, 100.0%, and lowest for "
        "angry, 70.0%; never answered: disgust, fear, surprise, neutral."
    )
    assert "Of all answers 15.0% are wrong; of the 100.0% that are not below" in (
        found["risk_coverage"].alt
    )
    assert found["reliability"].alt.endswith("85.0% right: surer than right.")


def test_the_pictures_call_the_classes_what_they_are_told(measured, pictures):
    names = tuple(label.upper() for label in FER2013.labels)
    found = score_pictures(measured, names)
    assert re.search(r"highest for [A-Z]+, ", found["classes"].alt)
    assert found["confusion"].uri != pictures["confusion"].uri
    assert found["reliability"] == pictures["reliability"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", ["one class", "one image", "one answer", "two labels"])
def test_edges_are_drawn_and_shown(case, show):
    part = EDGES[case]
    measures = measure(part, Calibration({part.main_head: 0.8}, 0.99))
    expected = ALL - {"humans"}
    if case in ("one class", "one image"):
        expected -= {"roc", "precision_recall"}
    pictures = score_pictures(measures)
    assert set(pictures) == expected
    found = show(measures, pictures)
    assert found.tags.count("img") == len(expected)
    assert not re.search(r"\b(None|nan|inf)\b", found.words)


def test_more_classes_than_colours(pictures):
    many = LabelSet("many", tuple(f"expression {number}" for number in range(15)))
    rng = np.random.default_rng(0)
    part = predictions(np.arange(90) % 15, rng.normal(size=(90, 15)), many)
    found = score_pictures(measure(part, Calibration({"many": 1.0}, 0.5)))
    assert (
        found["confusion"].width > score_pictures(measure(drawn(), CALIBRATION))["confusion"].width
    )


def test_the_page_says_it_in_words(measured, pictures, show):
    found = show(measured, pictures)
    overall, humans = measured.overall, measured.humans
    assert f"{overall.accuracy.value:.1%}of 300 images get their label as the answer" in found.words
    assert f"of the {measured.without_twins.images} images that have no identical" in found.words
    assert f"{measured.top_k[1].share.value:.1%}have their label among the two" in found.words
    assert f"{humans.annotator.value:.1%} give that of another annotator" in found.words
    assert f"The model is {'inside' if humans.inside else 'not inside'} their own" in found.words
    assert "macro F0.5" in found.words and "weighted F2" in found.words
    assert found.tags.count("img") == len(ALL)
    order = (
        "How good",
        "Class by class",
        "How sure",
        "When it says unsure",
        "Each class",
        "Beside",
    )
    places = [found.words.index(title) for title in order]
    assert places == sorted(places)


def test_the_page_leaves_out_what_is_not_known(measured, pictures, show):
    found = show(replace(measured, without_twins=None, humans=None), pictures)
    assert "no identical" not in found.words and "Beside people" not in found.words
    assert "FER+ head" not in found.words
    ferplus = replace(measured.overall, head="ferplus", images=123)
    found = show(replace(measured, ferplus=ferplus), pictures)
    assert "of the 123 images with a FER+ majority" in found.words
    assert "FER+ head, 123 images" in found.words


def test_a_bin_with_hardly_any_image_draws_no_spike():
    """One right answer at 25 % among 400 images would lift the curve to 100 %."""
    logits = np.tile(np.log([0.8, 0.1, 0.1]), (400, 1))
    logits[0] = np.log([0.4, 0.3, 0.3])
    labels = np.arange(400) % 10 // 8
    labels[0] = 0
    part = predictions(labels, logits, LabelSet("three", ("a", "b", "c")))
    reliability = measure(part, Calibration({"three": 1.0}, 0.5)).calibrated
    assert sorted(one.images for one in reliability.bins if one.images) == [1, 399]
    figure, _ = _reliability(reliability, reliability)
    _, before, after = figure.axes[0].lines
    assert len(before.get_xdata()) == len(after.get_xdata()) == 1
