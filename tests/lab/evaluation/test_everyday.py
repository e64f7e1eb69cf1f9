"""The everyday reading is fitted on Training and PublicTest of what the model was trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.emotions import FER2013
from mien.errors import RunError
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.evaluation.everyday import (
    THREE_HEADS,
    TRUSTED_FROM,
    add_everyday,
)
from mien.lab.export.renew import renew_card
from mien.packaged import ASTRONAUT, DEFAULT_MODEL, SMALL_MODEL, packaged_path
from mien.vision.classify import Classifier
from mien.vision.pixel_analyzer import PixelAnalyzer
from mien.vision.reading import EVERYDAY, make_reader

TRAINING, PUBLIC = 80, 40


@pytest.fixture(scope="module")
def portraits() -> np.ndarray:
    """The same smile cut out a little differently each time."""
    with PillowImage.open(packaged_path(ASTRONAUT)) as image:
        photo = np.asarray(image.convert("RGB"))
    analyzer = PixelAnalyzer("small")
    (detection,) = analyzer.find_faces(photo)
    rng = np.random.default_rng(0)
    moved = [
        replace(
            detection,
            xyxy=tuple(np.array(detection.xyxy) + rng.normal(0, 3, 4)),
            landmarks=None,
        )
        for _ in range(TRAINING + PUBLIC)
    ]
    return analyzer.cut_out(photo, moved)


@pytest.fixture(scope="module")
def data(portraits) -> FaceData:
    """Every third one of PublicTest is said to be sad, so that trust has something to learn."""
    n = TRAINING + PUBLIC
    votes = np.zeros((n, 10), np.uint8)
    votes[:, 1], votes[::3, 1], votes[::3, 3] = 10, 0, 10
    return FaceData(
        name="portraits",
        images=portraits,
        labels=np.full(n, FER2013.index("happy"), np.uint8),
        splits=np.repeat(
            [SPLITS.index("Training"), SPLITS.index("PublicTest")], [TRAINING, PUBLIC]
        ).astype(np.uint8),
        label_set=FER2013,
        votes=votes,
    )


def test_faces_are_legible_and_noise_is_not(data, portraits):
    classifier = Classifier(packaged_path(SMALL_MODEL))
    card = add_everyday(classifier, data)
    reading = card.readings[EVERYDAY]
    assert tuple(reading.weights) == ("fer2013", "ferplus", "everyday")
    assert tuple(reading.weights.values()) == THREE_HEADS
    assert reading.trust.below == TRUSTED_FROM
    reader = make_reader(card)

    def legible(crops):
        found, embeddings = classifier.classify_and_embed(crops)
        mirrored = classifier.classify(np.ascontiguousarray(crops[:, :, ::-1]))
        return reader.read(found, mirrored, embeddings).doubts[:, 2] >= card.legibility.below

    noise = np.random.default_rng(1).integers(0, 256, (40, 48, 48), dtype=np.uint8)
    assert legible(portraits[TRAINING:]).mean() > 0.9
    assert legible(noise).mean() < 0.1


def test_a_third_head_counts_too(data):
    card = add_everyday(Classifier(packaged_path(DEFAULT_MODEL)), data)
    assert tuple(card.readings[EVERYDAY].weights.values()) == THREE_HEADS
    assert sum(THREE_HEADS) == pytest.approx(1)


def test_a_fit_is_the_same_every_time(data):
    classifier = Classifier(packaged_path(SMALL_MODEL))
    assert add_everyday(classifier, data) == add_everyday(classifier, data)


def test_without_votes_or_with_few_faces_there_is_no_everyday_reading(data):
    classifier = Classifier(packaged_path(SMALL_MODEL))
    for less in (replace(data, votes=None), data.take(np.arange(60, 110))):
        assert add_everyday(classifier, less) == classifier.card


def test_a_card_is_renewed_on_the_models_own_data_alone(data, tmp_path):
    with pytest.raises(RunError, match="trained on other data"):
        renew_card(packaged_path(SMALL_MODEL), data, tmp_path / "new.onnx")
    assert not list(tmp_path.iterdir())
