"""Doubtful faces are looked at again: which are kept, and where the close-ups are taken."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.detection.boxes import overlap_fraction
from mien.vision.detection.centerface import CenterFace
from mien.vision.detection.detector import Detection
from mien.vision.detection.second_look import CERTAIN_FROM, DOUBTFUL_FROM, SEEN_HEIGHTS, look_again

SEEDS = (1, 4, 15, 20)
"""Groups in which a person had two boxes before boxes were joined after the second look."""

IMAGE = np.zeros((100, 200, 3), np.uint8)
BOX = Detection((60.0, 20.0, 100.0, 70.0), 0.3)


def test_the_score_is_the_mean_over_all_looks():
    asked = []

    def look(image, region, scale):
        asked.append((region, scale))
        moved = Detection((62.0, 21.0, 101.0, 72.0), 0.2 + 0.4 * len(asked))
        elsewhere = Detection((0.0, 0.0, 40.0, 50.0), 0.99)
        return [elsewhere, moved]

    found = look_again(IMAGE, BOX, look)
    assert found.score == pytest.approx((0.3 + 0.6 + 1.0) / 3)
    assert found.xyxy == (62.0, 21.0, 101.0, 72.0), "the box of the look that saw it best"
    # Centre (80, 45), three quarters of 50 pixels around it.
    region = (42, 8, 118, 82)
    assert asked == [(region, height / 50) for height in SEEN_HEIGHTS]


def test_a_close_up_stays_in_the_picture():
    regions = []
    at_the_corner = Detection((0.0, 0.0, 40.0, 90.0), 0.3)
    look_again(IMAGE, at_the_corner, lambda image, region, scale: regions.append(region) or [])
    assert regions == [(0, 0, 88, 100)]


def test_what_is_not_there_close_up_is_not_looked_at_a_third_time():
    looks = []
    found = look_again(IMAGE, BOX, lambda *call: looks.append(call) or [])
    assert found.score == pytest.approx(0.1)
    assert found.xyxy == BOX.xyxy
    assert len(looks) == 1


@pytest.fixture(scope="module")
def blurred() -> np.ndarray:
    """A face of 48 pixels, seen dimly: what the first look alone passes over."""
    with PillowImage.open(packaged_path(ASTRONAUT)) as image:
        grey = np.asarray(image.convert("L"))
    face = cv2.resize(grey[72:176, 172:276], (12, 12), interpolation=cv2.INTER_AREA)
    picture = np.full((360, 480), 128, np.float32)
    large = cv2.resize(face, (24, 24), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    picture[100:124, 200:224] += 0.2 * (large - 128)
    dim = cv2.GaussianBlur(picture, (0, 0), 1.0).clip(0, 255).astype(np.uint8)
    return np.repeat(dim[..., None], 3, axis=2)


def test_a_doubtful_face_is_found_by_looking_again(blurred):
    assert CenterFace(second_look=False).detect(blurred) == []
    (face,) = CenterFace().detect(blurred)
    assert face.score < CERTAIN_FROM
    assert np.abs(np.subtract(face.xyxy, (200, 100, 224, 124))).max() < 8
    (first,) = CenterFace(second_look=False, score_threshold=DOUBTFUL_FROM).detect(blurred)
    assert first.score < 0.35


def test_a_certain_face_costs_nothing_more(monkeypatch):
    with PillowImage.open(packaged_path(ASTRONAUT)) as image:
        photo = np.asarray(image.convert("RGB"))
    detector = CenterFace()
    runs = []
    look = detector._look
    monkeypatch.setattr(
        detector, "_look", lambda *call, **options: runs.append(call) or look(*call, **options)
    )
    (face,) = detector.detect(photo)
    assert face.score >= CERTAIN_FROM
    doubtful = [
        each
        for each in CenterFace(second_look=False, score_threshold=DOUBTFUL_FROM).detect(photo)
        if each.score < CERTAIN_FROM
    ]
    assert 2 <= len(runs) <= 2 + len(SEEN_HEIGHTS) * len(doubtful)


def test_a_higher_threshold_holds_for_the_mean_too(blurred):
    (face,) = CenterFace().detect(blurred)
    assert CenterFace(score_threshold=face.score + 0.01).detect(blurred) == []
    assert len(CenterFace(score_threshold=face.score - 0.01).detect(blurred)) == 1


def crowd(seed: int) -> np.ndarray:
    """Ten heads of several sizes, sharp and dim, some before others, as in a group's photo."""
    rng = np.random.default_rng(seed)
    with PillowImage.open(packaged_path(ASTRONAUT)) as image:
        head = np.asarray(image.convert("RGB"))[30:250, 130:330]
    coarse = rng.normal(0, 25, (40, 60, 3)).astype(np.float32)
    picture = np.clip(rng.integers(60, 200) + cv2.resize(coarse, (640, 420)), 0, 255)
    for row in range(2):
        for column in range(5):
            height = int(rng.integers(70, 190))
            width = height * 200 // 220
            left = int(np.clip(column * 128 + rng.integers(-30, 30), 0, 640 - width))
            top = int(np.clip(row * 200 + rng.integers(-20, 30), 0, 420 - height))
            person = cv2.resize(head, (width, height)) * rng.uniform(0.5, 1.1)
            if rng.random() < 0.5:
                person = cv2.GaussianBlur(person, (0, 0), rng.uniform(0.5, 4))
            picture[top : top + height, left : left + width] = person.clip(0, 255)
    return picture.astype(np.uint8)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_in_a_group_has_two_boxes(seed):
    """A misplaced box used to stay, because its close-up found the true face beside it."""
    found = CenterFace().detect(crowd(seed))
    assert len(found) >= 7
    for at, one in enumerate(found):
        for other in found[:at]:
            assert overlap_fraction(one, other, of_smaller=True) < 0.5
