"""OpenCV's Haar cascade behind the same protocol."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.detection.detectors import create_detector
from mien.vision.detection.haar import Haar


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    with PillowImage.open(packaged_path(ASTRONAUT)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("scale", [0.5, 1.0, 4.0])
def test_finds_the_face_with_centerface_like_boxes(photo, scale):
    resized = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    faces = create_detector("haar").detect(resized)
    best = max(faces, key=lambda face: face.score)
    expected = np.multiply((180, 60, 270, 178), scale)
    assert np.abs(np.subtract(best.xyxy, expected)).max() < 12 * scale
    assert best.landmarks is None
    assert 0.5 < best.score < 1


def test_score_threshold_and_min_face(photo):
    assert Haar(score_threshold=0.999).detect(photo) == []
    assert len(Haar(min_face=70).detect(photo)) == 1
    assert Haar(min_face=120).detect(photo) == []


def test_min_face_finds_small_faces_in_a_large_photo(photo):
    canvas = cv2.resize(photo[220:], (3600, 2400))  # no face in it
    canvas[1100:1400, 2300:2600] = cv2.resize(photo, (300, 300), interpolation=cv2.INTER_AREA)

    def found(detector):
        boxes = (face.xyxy for face in detector.detect(canvas))
        return any(2380 < left < 2430 and 1120 < top < 1160 for left, top, *_ in boxes)

    assert found(Haar(min_face=40))
    assert not found(Haar())


@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (23, 23), (24, 24), (200, 300)])
def test_nothing_in_empty_pictures(shape):
    assert Haar().detect(np.full((*shape, 3), 90, np.uint8)) == []


def test_leaves_the_threads_of_opencv_as_they_were(photo):
    before = cv2.getNumThreads()
    Haar(threads=before + 1).detect(photo)
    assert cv2.getNumThreads() == before
