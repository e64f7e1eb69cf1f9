from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.vision.signs.mesh import (
    INPUT_SIDE,
    Square,
    cut_square,
    square_of_detection,
    square_of_mesh,
)

LEFT_EYE, RIGHT_EYE, NOSE = 468, 473, 1  # the viewer's, and the tip


def width_of(mesh) -> float:
    return float(np.ptp(mesh.points[:, 0]))


def test_the_points_lie_where_the_detector_sees_the_eyes_and_the_nose(mesh, found):
    for number, landmark in ((LEFT_EYE, 0), (RIGHT_EYE, 1), (NOSE, 2)):
        off = np.hypot(*(mesh.points[number, :2] - found.landmarks[landmark]))
        assert off < 0.08 * width_of(mesh)
    assert mesh.presence > 0.99


@pytest.mark.parametrize("scale", [0.6, 1.7, 6.0])
def test_a_larger_picture_has_the_same_face(photo, mesh, network, scale):
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    larger = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=way)
    square = mesh.square
    moved = Square(square.x * scale, square.y * scale, square.side * scale, square.roll)
    (again,) = network.read(larger, [moved])
    off = np.abs(again.points / scale - mesh.points)[:, :2].max()
    assert off < 0.03 * width_of(mesh)


@pytest.mark.parametrize("degrees", [-35, 20, 90])
def test_a_rolled_face_is_cut_out_upright(photo, mesh, network, degrees):
    matrix = cv2.getRotationMatrix2D((224, 115), -degrees, 1)
    rolled = cv2.warpAffine(photo, matrix, (512, 512))
    x, y = matrix @ (mesh.square.x, mesh.square.y, 1)
    square = Square(x, y, mesh.square.side, mesh.square.roll + degrees)
    (again,) = network.read(rolled, [square])
    expected = mesh.points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(again.points[:, :2] - expected).max() < 0.03 * width_of(mesh)


@given(
    x=st.floats(-50, 300), y=st.floats(-50, 300), side=st.floats(1, 400), roll=st.floats(-180, 180)
)
def test_points_of_the_input_go_to_where_they_were_cut_out(x, y, side, roll):
    square = Square(x, y, side, roll)
    middle = np.array([[INPUT_SIDE / 2, INPUT_SIDE / 2, 0]], np.float32)
    np.testing.assert_allclose(square.to_picture(middle)[0], [x, y, 0], atol=1e-3)
    corners = np.array([[0, 0, 0], [INPUT_SIDE, 0, 0]], np.float32)
    first, second = square.to_picture(corners).astype(np.float64)
    assert np.hypot(*(second - first)[:2]) == pytest.approx(side, rel=1e-3)


def test_a_ramp_is_cut_out_exactly():
    """Pixel centres: a picture of its own coordinates says where each pixel came from."""
    y, x = np.mgrid[:200, :200]
    ramp = np.stack([x, y, np.zeros_like(x)], axis=2).astype(np.uint8)
    crop = cut_square(ramp, Square(100, 90, 128, 0)).astype(float)
    pixels = np.arange(INPUT_SIDE) + 0.5
    expected = Square(100, 90, 128, 0).to_picture(
        np.stack([pixels, pixels, np.zeros(INPUT_SIDE)], axis=1).astype(np.float32)
    )
    assert np.abs(crop[128, :, 0] - (expected[:, 0] - 0.5)).max() <= 0.6
    assert np.abs(crop[:, 128, 1] - (expected[:, 1] - 0.5)).max() <= 0.6


@pytest.mark.parametrize("square", [Square(-500, -500, 100, 0), Square(600, 100, 4000, 30)])
def test_a_square_outside_or_larger_than_the_picture_is_black_there(photo, square):
    crop = cut_square(photo, square)
    assert crop.shape == (INPUT_SIDE, INPUT_SIDE, 3) and (crop == 0).mean() > 0.5


def test_the_square_of_the_box_is_nearly_that_of_the_mesh(mesh, found):
    one, other = square_of_detection(found), square_of_mesh(mesh)
    assert one.side == pytest.approx(other.side, rel=0.2)
    assert np.hypot(one.x - other.x, one.y - other.y) < 0.1 * other.side


def test_no_squares_no_meshes(network, photo):
    assert network.read(photo, []) == []


def test_the_network_can_be_pickled(network, photo, mesh):
    (again,) = pickle.loads(pickle.dumps(network)).read(photo, [mesh.square])
    np.testing.assert_array_equal(again.points, mesh.points)
