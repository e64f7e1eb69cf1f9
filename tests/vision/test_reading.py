"""How heads become the word that is shown, and when nothing is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image as PillowImage

import mien
from mien.card import Legibility, Reading, Trust
from mien.emotions import FER2013, FERPLUS
from mien.errors import ModelFileError, UsageError
from mien.packaged import ASTRONAUT, EXPRESSION_MODELS, packaged_path
from mien.vision.classify import Classifier
from mien.vision.pixel_analyzer import PixelAnalyzer
from mien.vision.reading import (
    EVERYDAY,
    ILLEGIBLE,
    UNDECIDED,
    Readings,
    divergence,
    make_reader,
    reading_names,
)

SURE = Trust(intercept=0, top=1, margin=0, heads=0, mirror=0, below=0.5)


@pytest.fixture(scope="module", params=list(EXPRESSION_MODELS))
def classifier(request):
    return Classifier(packaged_path(EXPRESSION_MODELS[request.param]))


@pytest.fixture(scope="module")
def card(classifier):
    return classifier.card


def one_hot_ish(labels, label, share):
    rest = (1 - share) / (len(labels) - 1)
    return np.array([[share if each == label else rest for each in labels]], np.float32)


def test_the_packaged_models_read_for_everyday_life(card):
    assert reading_names(card) == (EVERYDAY, "fer2013", "balanced")
    reader = make_reader(card)
    assert reader.name == EVERYDAY
    assert set(reader.weights) == set(card.heads)
    assert sum(reader.weights.values()) == pytest.approx(1)
    assert make_reader(card, "fer2013").weights == {"fer2013": 1.0}


def test_a_reading_that_is_none_is_refused(card):
    with pytest.raises(UsageError, match="no reading"):
        make_reader(card, "everydays")
    plain = card.model_copy(update={"readings": {}, "balanced": None})
    assert reading_names(plain) == ("fer2013",)
    with pytest.raises(UsageError, match="fer2013"):
        make_reader(plain, "everyday")


def test_a_card_whose_reading_does_not_fit_is_refused(card):
    bad = Reading(weights={"another": 1.0}, mirrored=False, trust=SURE)
    with pytest.raises(ModelFileError, match="the head 'another'"):
        make_reader(card.model_copy(update={"readings": {"odd": bad}}), "odd")


def test_the_heads_own_reading_is_the_head(card):
    shares = one_hot_ish(FER2013.labels, "sad", 0.6)
    found = make_reader(card, "fer2013").read({"fer2013": shares}, None, None)
    np.testing.assert_allclose(found.probabilities, shares, rtol=1e-6)


def test_the_mean_of_logs_by_hand(card):
    """What both heads say, once with equal weights."""
    reading = Reading(weights={"fer2013": 0.5, "ferplus": 0.5}, mirrored=False, trust=SURE)
    card = card.model_copy(update={"readings": {"half": reading}, "legibility": None})
    first = one_hot_ish(FER2013.labels, "sad", 0.6)
    second = one_hot_ish(FERPLUS.labels, "neutral", 0.72)
    found = make_reader(card, "half").read({"fer2013": first, "ferplus": second}, None, None)
    without_contempt = 0.04 / 0.96, 0.72 / 0.96
    by_hand = [
        (0.6 if label == "sad" else 0.4 / 6) ** 0.5 * without_contempt[label == "neutral"] ** 0.5
        for label in FER2013.labels
    ]
    np.testing.assert_allclose(found.probabilities[0], by_hand / np.sum(by_hand), rtol=1e-4)
    assert found.doubts[0, 0] > 0.1
    assert found.doubts[0, 1] == 0


def test_the_balanced_reading_weighs_the_labels(card):
    shares = one_hot_ish(FER2013.labels, "happy", 0.4)
    found = make_reader(card, "balanced").read({"fer2013": shares}, None, None)
    weighed = shares[0] * np.array(card.balanced.factors)
    np.testing.assert_allclose(found.probabilities[0], weighed / weighed.sum(), rtol=1e-5)


def test_a_face_and_its_mirror_image_are_read_alike(classifier):
    """The mirror image is averaged in, so that it makes no difference which of them is seen."""
    analyzer = PixelAnalyzer(classifier.path)
    crops = np.random.default_rng(0).integers(0, 256, (3, 48, 48), dtype=np.uint8)
    one = analyzer.look(crops).readings
    other = analyzer.look(np.ascontiguousarray(crops[:, :, ::-1])).readings
    np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-5)
    np.testing.assert_allclose(one.doubts[:, :2], other.doubts[:, :2], atol=1e-5)


def test_legibility_comes_before_trust(card):
    reader = make_reader(
        card.model_copy(update={"legibility": Legibility(weights=(1.0,), intercept=0, below=0)})
    )
    sure, torn = [[0.94] + [0.01] * 6, [0.16] + [0.14] * 6]
    doubts = np.array([[0, 0, 1.0], [0, 0, -1.0], [0, 0, 1.0]])
    found = reader.why_unsure(Readings(np.array([sure, sure, torn]), doubts))
    assert found == [None, ILLEGIBLE, UNDECIDED]


def probabilities(rows=1):
    return arrays.arrays(float, (rows, 7), elements=st.floats(1e-3, 1)).map(
        lambda values: values / values.sum(1, keepdims=True)
    )


@given(probabilities(), probabilities())
def test_divergence_is_a_distance_between_0_and_ln_2(one, other):
    found = divergence(one, other)[0]
    assert 0 <= found <= np.log(2) + 1e-9
    assert found == pytest.approx(divergence(other, one)[0], abs=1e-9)
    assert divergence(one, one)[0] == pytest.approx(0, abs=1e-9)


@given(probabilities(), probabilities(), st.floats(0, 1))
def test_a_reading_between_two_is_a_reading(one, other, share):
    at = np.zeros((1, 3))
    found = Readings(one, at).towards(Readings(other, at + 1), share)
    assert found.probabilities.sum() == pytest.approx(1)
    assert found.doubts[0].tolist() == pytest.approx([share] * 3)


def portrait() -> np.ndarray:
    with PillowImage.open(packaged_path(ASTRONAUT)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("role", list(EXPRESSION_MODELS))
def test_a_clear_smile_is_said_and_what_is_no_face_is_not(role):
    analyzer = PixelAnalyzer(role)
    photo = portrait()
    (face,) = analyzer.analyze(photo).faces
    assert (face.label, face.unsure_because) == ("happy", None)
    crops = analyzer.cut_out(photo, analyzer.find_faces(photo))
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (40, 48, 48), dtype=np.uint8)
    stripes = np.stack([np.tile(np.arange(48) * step % 256, (48, 1)) for step in range(8, 48)])
    for others, least in ((noise, 36), (stripes.astype(np.uint8), 36), (crops[:, ::-1], 1)):
        others = np.ascontiguousarray(others)
        reasons = analyzer.reader.why_unsure(analyzer.look(others).readings)
        assert sum(reason is not None for reason in reasons) >= least


def test_frames_say_which_reading_they_have():
    photo = portrait()
    assert mien.Analyzer().analyze(photo).reading == EVERYDAY
    other = mien.Analyzer(reading="fer2013").analyze(photo)
    assert other.reading == other.to_dict()["reading"] == "fer2013"
    with pytest.raises(UsageError, match="no reading"):
        mien.Analyzer(reading="no such")


def test_three_opinions_disagree_by_up_to_ln_3():
    apart = [np.eye(3)[[number]] for number in range(3)]
    assert divergence(*apart)[0] == pytest.approx(np.log(3))
    same = np.array([[0.2, 0.3, 0.5]])
    assert divergence(same, same, same)[0] == pytest.approx(0, abs=1e-9)
    one, other = np.array([[0.9, 0.1]]), np.array([[0.4, 0.6]])
    assert 0 < divergence(one, one, other)[0] < divergence(one, other)[0] * 2
