"""Rolled faces: the geometry of turning an image and back, and real faces at every roll."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PillowImage

from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.detection.detector import Detection
from mien.vision.detection.detectors import create_detector
from mien.vision.detection.rotated import (
    RotatedDetector,
    plan_turn,
    turn_back,
    turn_image,
    turn_points_back,
)

CENTRE = (225, 119)
"""Centre of the face in the packaged photo."""

sides = st.integers(1, 500)
angles = st.floats(-180, 180)


@pytest.fixture(scope="module")
def photo() -> PillowImage.Image:
    with PillowImage.open(packaged_path(ASTRONAUT)) as image:
        return image.convert("RGB")


@given(sides, sides, angles, st.floats(0, 1), st.floats(0, 1))
def test_points_come_back_to_where_they_were(width, height, degrees, u, v):
    turn = plan_turn(width, height, degrees)
    point = np.array([u * width, v * height])
    there = turn.matrix[:, :2] @ point + turn.matrix[:, 2]
    assert -1e-3 <= there[0] <= turn.width + 1e-3  # the whole image fits into the copy
    assert -1e-3 <= there[1] <= turn.height + 1e-3
    (back,) = turn_points_back([(there[0], there[1])], turn)
    np.testing.assert_allclose(back, point, atol=1e-6)


@given(sides, sides, angles, st.floats(4, 100), st.floats(0.5, 1.0))
def test_boxes_keep_their_centre_and_nearly_their_area(width, height, degrees, tall, aspect):
    turn = plan_turn(width, height, degrees)
    wide = tall * aspect
    x, y = turn.width / 2, turn.height / 2
    box = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
    back = turn_back(Detection(box, 0.7), turn)
    left, top, right, bottom = back.xyxy
    np.testing.assert_allclose(
        [(left + right) / 2, (top + bottom) / 2], [width / 2, height / 2], atol=1e-6
    )
    assert wide - 1e-6 <= back.width <= tall + 1e-6
    assert wide - 1e-6 <= back.height <= tall + 1e-6
    assert 1 - 1e-6 <= back.area / (wide * tall) <= 1.26  # (1 / aspect + aspect) / 2 at most
    assert back.score == 0.7


def test_a_face_on_its_side_swaps_width_and_height():
    turn = plan_turn(100, 80, 90)
    back = turn_back(Detection((10.0, 20.0, 40.0, 60.0), 0.9), turn)
    assert (back.width, back.height) == pytest.approx((40, 30))


@pytest.mark.parametrize("degrees", [-90, -45, -20, 10, 45, 90, 180])
def test_pixels_land_where_the_points_do(degrees):
    image = np.zeros((60, 90, 3), np.uint8)
    image[9:12, 69:72] = 255  # centre (70.5, 10.5)
    turn = plan_turn(90, 60, degrees)
    copy = turn_image(image, turn).astype(float).sum(axis=2)
    copy -= np.median(copy)
    y, x = np.mgrid[: copy.shape[0], : copy.shape[1]]
    bright = copy * (copy > 100)
    spot = ((bright * (x + 0.5)).sum() / bright.sum(), (bright * (y + 0.5)).sum() / bright.sum())
    (back,) = turn_points_back([spot], turn)
    assert math.dist(back, (70.5, 10.5)) < 0.3


def test_positive_degrees_turn_counter_clockwise():
    image = np.arange(6 * 4 * 3, dtype=np.uint8).reshape(4, 6, 3)
    np.testing.assert_array_equal(turn_image(image, plan_turn(6, 4, 90)), np.rot90(image))
    np.testing.assert_array_equal(turn_image(image, plan_turn(6, 4, -90)), np.rot90(image, -1))


@pytest.mark.parametrize("roll", [-90, -60, -30, 0, 30, 60, 90])
def test_finds_the_face_at_every_roll(photo, roll):
    # Turned about the face's own centre, the face stays where it is.
    rolled = np.asarray(photo.rotate(roll, resample=PillowImage.Resampling.BILINEAR, center=CENTRE))
    faces = create_detector("centerface", rotate=True).detect(rolled)
    assert len(faces) == 1
    (left, top, right, bottom), landmarks = faces[0].xyxy, faces[0].landmarks
    assert math.dist(((left + right) / 2, (top + bottom) / 2), CENTRE) < 14
    assert 75 < math.sqrt(faces[0].area) < 130  # 103 upright
    eye_line = math.degrees(
        math.atan2(landmarks[1][1] - landmarks[0][1], landmarks[1][0] - landmarks[0][0])
    )
    assert abs(-eye_line - roll) < 12


def test_upright_and_rolled_faces_in_one_picture(photo):
    head = np.asarray(photo.crop((110, 10, 350, 250)))
    canvas = np.full((300, 560, 3), 128, np.uint8)
    canvas[30:270, 20:260] = head
    canvas[30:270, 300:540] = np.rot90(head)
    faces = create_detector("centerface", rotate=True).detect(canvas)
    assert sorted(round(face.xyxy[0] / 280) for face in faces) == [0, 1]


def test_large_photos_are_mapped_back_from_the_smaller_copy(photo):
    large = np.asarray(photo.resize((2100, 2000)).rotate(90))  # stays 2100 wide
    (face,) = create_detector("centerface", rotate=True).detect(large)
    x, y = CENTRE[0] * 2100 / 512, CENTRE[1] * 2000 / 512
    expected = (1050 + (y - 1000), 1000 - (x - 1050))
    left, top, right, bottom = face.xyxy
    assert math.dist(((left + right) / 2, (top + bottom) / 2), expected) < 50


def test_works_for_a_detector_without_landmarks(photo):
    rolled = np.rot90(np.asarray(photo)).copy()
    faces = create_detector("haar", rotate=True).detect(rolled)
    centres = [((f.xyxy[0] + f.xyxy[2]) / 2, (f.xyxy[1] + f.xyxy[3]) / 2) for f in faces]
    assert any(math.dist(centre, (CENTRE[1], 512 - CENTRE[0])) < 25 for centre in centres)
    assert all(face.landmarks is None for face in faces)


def test_keeps_the_name_of_the_detector_inside_and_bears_tiny_images():
    detector = create_detector("centerface", rotate=True)
    assert isinstance(detector, RotatedDetector)
    assert detector.name == "centerface"
    assert detector.detect(np.zeros((1, 1, 3), np.uint8)) == []
    assert detector.detect(np.zeros((16, 40_000, 3), np.uint8)) == []
