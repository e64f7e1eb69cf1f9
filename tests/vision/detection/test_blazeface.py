from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest

from mien.errors import UsageError
from mien.media.image import read_image
from mien.packaged import ASTRONAUT
from mien.vision.detection.blazeface import BlazeFace
from mien.vision.detection.boxes import overlap_fraction
from mien.vision.detection.detectors import create_detector


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return read_image(ASTRONAUT.path)


@pytest.fixture(scope="module")
def detector() -> BlazeFace:
    return BlazeFace()


def framed(photo: np.ndarray, share: float) -> np.ndarray:
    """The portrait on grey, its face as wide as this share of 640 pixels."""
    scale = share * 640 / 90
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(photo[:260, 100:360], None, fx=scale, fy=scale, interpolation=way)
    picture = np.full((480, 640, 3), 120, np.uint8)
    height, width = min(470, small.shape[0]), min(600, small.shape[1])
    picture[5 : 5 + height, 20 : 20 + width] = small[:height, :width]
    return picture


@pytest.mark.parametrize("share", [0.18, 0.25, 0.35, 0.45])
def test_it_finds_what_centerface_finds(photo, detector, share):
    """The box is brought to CenterFace's, so that the face is cropped alike."""
    picture = framed(photo, share)
    (expected,) = create_detector("centerface").detect(picture)
    (found,) = detector.detect(picture)
    assert overlap_fraction(found, expected) > 0.7
    off = np.array(found.landmarks) - np.array(expected.landmarks)
    assert np.hypot(*off.T).max() < 0.15 * expected.width


@pytest.mark.parametrize("degrees", [-30, 30])
def test_a_rolled_face_keeps_its_roll(photo, detector, degrees):
    matrix = cv2.getRotationMatrix2D((224, 115), -degrees, 1)
    rolled = cv2.warpAffine(photo, matrix, (512, 512), borderValue=(120, 120, 120))
    (found,) = detector.detect(rolled)
    (x0, y0), (x1, y1) = found.landmarks[:2]
    assert np.degrees(np.arctan2(y1 - y0, x1 - x0)) == pytest.approx(degrees, abs=7)


def test_nobody_in_grey_and_noise(detector):
    grey = np.full((240, 320, 3), 128, np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    assert detector.detect(grey) == [] == detector.detect(noise)


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (700, 3)])
def test_strips_and_dots_are_pictures(detector, shape):
    assert detector.detect(np.zeros((*shape, 3), np.uint8)) == []


def test_two_people_are_two_faces(photo, detector):
    pair = np.concatenate([photo[:, 100:360], photo[:, 360:100:-1]], axis=1)
    assert len(detector.detect(pair)) == 2


def test_the_smallest_face_and_the_least_score_are_kept_to(photo, detector):
    (face,) = detector.detect(photo)
    assert BlazeFace(min_face=face.width + 1).detect(photo) == []
    assert BlazeFace(score_threshold=min(1.0, face.score + 0.01)).detect(photo) == []
    assert len(BlazeFace(sensitive=True).detect(photo)) >= 1


def test_it_can_be_pickled(photo, detector):
    assert pickle.loads(pickle.dumps(detector)).detect(photo) == detector.detect(photo)


def test_it_has_no_option_that_does_nothing():
    with pytest.raises(UsageError, match="size is no option"):
        create_detector("blazeface", size=320)
