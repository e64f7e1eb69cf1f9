"""Face crops: geometry against pictures whose content is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.card import CropGeometry
from mien.vision.crop import crop_face, crop_faces, crop_square, roll_of
from mien.vision.detection.detector import Detection

PLAIN = CropGeometry(scale=1, shift_y=0, align_roll=False)
TURNED = CropGeometry(scale=1, shift_y=0, align_roll=True)


def scene(size: int = 300) -> np.ndarray:
    """A smooth picture in which every place has its own grey value."""
    y, x = np.mgrid[:size, :size] / size
    grey = 127 + 60 * np.sin(5 * x) + 60 * np.cos(7 * y)
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def detection(centre, side, roll=0.0) -> Detection:
    (x, y), half = centre, side / 2
    radians = np.radians(roll)
    across, down = (
        np.array([np.cos(radians), np.sin(radians)]),
        np.array([-np.sin(radians), np.cos(radians)]),
    )
    places = [(-0.2, -0.15), (0.2, -0.15), (0, 0), (-0.15, 0.2), (0.15, 0.2)]
    points = tuple(
        tuple(float(v) for v in np.array(centre) + side * (u * across + w * down))
        for u, w in places
    )
    return Detection((x - half, y - half, x + half, y + half), 0.9, points)


def test_a_box_of_the_crop_size_is_cut_pixel_by_pixel():
    image = scene()
    crop = crop_face(image, detection((124, 84), 48), PLAIN, height=48, width=48)
    assert np.array_equal(crop, image[60:108, 100:148, 0])


def test_a_larger_box_is_averaged_and_not_sampled():
    """A chequerboard of single pixels becomes even grey, where sampling would make patterns."""
    board = (np.indices((400, 400)).sum(0) % 2 * 255).astype(np.uint8)
    image = np.repeat(board[..., None], 3, axis=2)
    crop = crop_face(image, detection((200, 200), 336), PLAIN, height=48, width=48)
    assert np.ptp(crop[2:-2, 2:-2].astype(int)) <= 8
    assert crop.mean() == pytest.approx(127.5, abs=2)


@pytest.mark.parametrize("roll", [-90, -60, -20, 20, 60, 90])
@pytest.mark.parametrize("side", [40, 100])
def test_a_rolled_face_is_cut_as_the_upright_one(roll, side):
    image = scene()
    upright = crop_face(image, detection((150, 150), side), PLAIN, height=48, width=48)
    # OpenCV's positive angles turn counter-clockwise, Mien's roll is positive clockwise.
    turn = cv2.getRotationMatrix2D((149.5, 149.5), -roll, 1)
    rolled = cv2.warpAffine(image, turn, (300, 300), borderMode=cv2.BORDER_REPLICATE)
    seen = detection((150, 150), side, roll)
    assert roll_of(seen) == pytest.approx(roll)
    crop = crop_face(rolled, seen, TURNED, height=48, width=48)
    assert np.abs(crop.astype(int) - upright).mean() < 1.5


def test_scale_and_shift_move_the_square_along_the_face():
    geometry = CropGeometry(scale=1.5, shift_y=0.2, align_roll=True)
    centre, side, roll = crop_square(detection((100, 100), 50), geometry)
    assert (centre, side, roll) == (pytest.approx((100, 110)), pytest.approx(75), pytest.approx(0))
    centre, _, roll = crop_square(detection((100, 100), 50, roll=90), geometry)
    assert roll == pytest.approx(90)
    assert centre == pytest.approx((90, 100))


@pytest.mark.parametrize(
    ("roll", "turned"), [(0, 0), (5.9, 0), (-5.9, 0), (10, 4), (-10, -4), (90, 84)]
)
def test_faces_are_turned_until_the_tolerance_is_left(roll, turned):
    geometry = CropGeometry(scale=1, shift_y=0, align_roll=True, roll_tolerance=6)
    assert crop_square(detection((100, 100), 50, roll), geometry)[2] == pytest.approx(turned)


def test_without_landmarks_the_crop_is_upright():
    seen = Detection((10, 10, 60, 60), 0.5)
    assert roll_of(seen) == 0
    assert crop_square(seen, TURNED)[2] == 0


def test_edges_are_repeated_where_the_square_leaves_the_picture():
    image = np.full((50, 50, 3), 10, np.uint8)
    image[:, :5] = 200
    crop = crop_face(image, detection((0, 25), 48), PLAIN, height=48, width=48)
    assert (crop[:, :24] == 200).all()


def test_no_faces_give_an_empty_batch():
    crops = crop_faces(scene(), [], PLAIN, height=48, width=48)
    assert crops.shape == (0, 48, 48)
    assert crops.dtype == np.uint8


@settings(max_examples=80)
@given(
    box=st.tuples(*[st.floats(-500, 900, allow_nan=False)] * 4),
    shape=st.tuples(st.integers(1, 120), st.integers(1, 120)),
    roll=st.floats(-180, 180),
    scale=st.floats(0.1, 5),
)
def test_any_box_on_any_picture_gives_a_crop(box, shape, roll, scale):
    left, top = min(box[0], box[2]), min(box[1], box[3])
    right, bottom = max(box[0], box[2]), max(box[1], box[3])
    turned = detection(((left + right) / 2, (top + bottom) / 2), max(right - left, 1), roll)
    seen = Detection((left, top, right, bottom), 0.5, turned.landmarks)
    geometry = CropGeometry(scale=scale, shift_y=0.1, align_roll=True)
    crop = crop_face(np.full((*shape, 3), 77, np.uint8), seen, geometry, height=48, width=48)
    assert crop.shape == (48, 48)
    assert crop.dtype == np.uint8
    assert np.abs(crop.astype(int) - 77).max() <= 1


@pytest.mark.parametrize(("side", "size"), [(48, 48), (300, 96), (60, 112)])
def test_a_crop_in_colour_is_the_grey_one_with_its_colours(side, size):
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (30, 30, 3), dtype=np.uint8)
    image = cv2.resize(small, (300, 300), interpolation=cv2.INTER_CUBIC)
    face = detection((150, 140), side, 10)
    colour, grey = (
        crop_faces(image, [face], TURNED, height=size, width=size, colour=kind)
        for kind in ("rgb", "grey")
    )
    assert colour.shape == (1, size, size, 3)
    made_grey = cv2.cvtColor(colour[0], cv2.COLOR_RGB2GRAY).astype(int)
    assert np.abs(made_grey - grey[0]).max() <= 3
    none = crop_faces(image, [], TURNED, height=size, width=size, colour="rgb")
    assert none.shape == (0, size, size, 3)
