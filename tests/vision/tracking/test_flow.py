from __future__ import annotations

import numpy as np
import pytest

from mien.vision.detection.detector import Detection
from mien.vision.tracking.flow import follow, grey_for_flow

FACE = Detection((250.0, 80.0, 340.0, 200.0), 0.9, ((270.0, 120.0), (320.0, 120.0)))


def at(scene, x, y=50, **size):
    return grey_for_flow(scene((x, y), **size))


@pytest.mark.parametrize(("right", "down"), [(0, 0), (6, 0), (-9, 4), (14, -7)])
def test_a_face_is_followed_to_the_pixel(scene, right, down):
    (found,) = follow(at(scene, 190), at(scene, 190 + right, 50 + down), [FACE], 640)
    left, top, _, _ = FACE.xyxy
    assert found.xyxy[:2] == pytest.approx((left + right, top + down), abs=0.7)
    assert found.landmarks[0] == pytest.approx((270 + right, 120 + down), abs=0.7)
    assert found.score == FACE.score


def test_boxes_are_in_pixels_of_the_frame_whatever_its_size(scene):
    def large(x):
        return grey_for_flow(np.kron(scene((x, 50)), np.ones((3, 3, 1), np.uint8)))

    box = tuple(3 * side for side in FACE.xyxy)
    (found,) = follow(large(190), large(196), [Detection(box, 0.9)], 1920)
    assert large(190).shape == (360, 640)
    assert found.xyxy[0] == pytest.approx(box[0] + 18, abs=3)
    assert found.landmarks is None


def test_a_face_that_comes_nearer_grows(scene):
    import cv2

    before = scene((190, 50))
    matrix = cv2.getRotationMatrix2D((295, 140), 0, 1.08)
    after = cv2.warpAffine(before, matrix, (640, 360))
    (found,) = follow(grey_for_flow(before), grey_for_flow(after), [FACE], 640)
    assert found.width == pytest.approx(1.08 * FACE.width, rel=0.02)
    assert found.height == pytest.approx(1.08 * FACE.height, rel=0.02)


def test_a_face_that_is_gone_cannot_be_followed(scene):
    noise = np.random.default_rng(0).integers(0, 256, (360, 640), dtype=np.uint8)
    assert follow(at(scene, 190), noise, [FACE], 640) == [None]


def test_nobody_to_follow(scene):
    assert follow(at(scene, 190), at(scene, 190), [], 640) == []
