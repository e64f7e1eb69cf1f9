"""CenterFace on the packaged photo, on nothing, on very small and very large pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from mien.errors import ModelFileError
from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.detection.centerface import CenterFace, decode, lay_out

FACE = (180.0, 60.0, 270.0, 178.0)
"""The face in the photo, brow to chin, marked by hand to a few pixels."""


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    with PillowImage.open(packaged_path(ASTRONAUT)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture(scope="module")
def detector() -> CenterFace:
    return CenterFace()


def assert_near(detection, expected, tolerance):
    assert np.abs(np.subtract(detection.xyxy, expected)).max() <= tolerance, detection


def test_finds_the_one_face(detector, photo):
    (face,) = detector.detect(photo)
    assert_near(face, FACE, 8)
    assert face.score > 0.85
    left_eye, right_eye, nose, mouth_left, mouth_right = face.landmarks
    assert left_eye[0] < nose[0] < right_eye[0]
    assert mouth_left[0] < nose[0] < mouth_right[0]
    assert left_eye[1] < nose[1] < mouth_left[1]
    assert np.hypot(left_eye[0] - 203, left_eye[1] - 103) < 6
    assert np.hypot(right_eye[0] - 247, right_eye[1] - 104) < 6


def test_is_the_same_every_time(detector, photo):
    assert detector.detect(photo) == detector.detect(photo) == CenterFace(threads=2).detect(photo)


@pytest.mark.parametrize("scale", [0.25, 0.5, 2.0, 5.0])
def test_boxes_follow_the_size_of_the_image(detector, photo, scale):
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=method)
    face = detector.detect(resized)[0]
    assert_near(face, np.multiply(FACE, scale), 10 * scale + 2)


@pytest.mark.parametrize("side", [24, 48, 100, 400, 1500])
def test_finds_a_tight_crop_of_any_size(detector, photo, side):
    left, top, right, bottom = (int(value) for value in FACE)
    crop = cv2.resize(photo[top - 5 : bottom + 5, left - 19 : right + 19], (side, side))
    (face,) = detector.detect(crop)
    assert face.height > 0.7 * side


def test_finds_both_a_close_up_and_a_small_face(detector, photo):
    canvas = np.full((1000, 1000, 3), 128, np.uint8)
    canvas[:, :700] = cv2.resize(photo[20:220, 155:295], (700, 1000))
    canvas[400:600, 750:950] = cv2.resize(photo, (200, 200))
    large, small = detector.detect(canvas)
    assert large.height > 500
    assert 30 < small.height < 65
    assert small.xyxy[0] > 750


def test_min_face_shows_the_network_more_of_a_large_photo(photo):
    canvas = np.full((2400, 3600, 3), 128, np.uint8)
    canvas[1100:1220, 2300:2420] = cv2.resize(photo, (120, 120), interpolation=cv2.INTER_AREA)
    expected = np.add(np.multiply(FACE, 120 / 512), (2300, 1100, 2300, 1100))
    (face,) = CenterFace(min_face=20).detect(canvas)
    assert_near(face, expected, 6)
    assert CenterFace().detect(canvas) == []


def test_min_face_drops_smaller_boxes(photo):
    assert len(CenterFace(min_face=80).detect(photo)) == 1
    assert CenterFace(min_face=100).detect(photo) == []


def test_score_threshold_drops_doubtful_faces(photo):
    assert CenterFace(score_threshold=0.99).detect(photo) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (15, 15), (16, 99_000), (40, 40)])
def test_nothing_in_empty_pictures_of_any_shape(detector, shape):
    assert detector.detect(np.full((*shape, 3), 90, np.uint8)) == []


def textures():
    y, x = np.mgrid[:300, :400]
    for period in (5, 16, 60):
        yield "stripes", (x // period % 2) * 255
        yield "squares", ((x // period + y // period) % 2) * 255
    yield "rings", (np.sin(np.hypot(x - 200, y - 150) / 6) + 1) * 127
    yield "ramp", x * 255 // 400
    noise = np.random.default_rng(0).integers(0, 256, (300, 400))
    yield "noise", noise
    yield "blobs", cv2.GaussianBlur(noise.astype(np.float32), (0, 0), 15) * 5 - 500


@pytest.mark.parametrize("texture", [each for _, each in textures()])
def test_no_faces_in_textures(detector, texture):
    grey = np.clip(texture, 0, 255).astype(np.uint8)
    assert detector.detect(np.repeat(grey[..., None], 3, axis=2)) == []


def test_boxes_are_clipped_to_the_image(detector, photo):
    (face,) = detector.detect(photo[:160])  # cuts off the chin
    assert face.xyxy[3] == 160
    assert_near(face, (*FACE[:3], 160), 10)


def test_decode_follows_the_paper():
    heat = np.zeros((16, 16), np.float32)
    heat[5, 7] = 0.8
    size = np.zeros((2, 16, 16), np.float32)
    size[:, 5, 7] = np.log([6, 4])  # height and width in cells
    offset = np.zeros((2, 16, 16), np.float32)
    offset[:, 5, 7] = 0.25, -0.25  # y and x
    points = np.zeros((10, 16, 16), np.float32)
    points[:, 5, 7] = [0.1, 0.2, 0.1, 0.8, 0.5, 0.5, 0.9, 0.3, 0.9, 0.7]  # y and x by turns
    xyxy, scores, landmarks = decode(heat, size, offset, points, 0.5)
    np.testing.assert_allclose(xyxy, [[21, 11, 37, 35]], atol=1e-4)
    np.testing.assert_allclose(scores, [0.8])
    np.testing.assert_allclose(landmarks[0, 1], [21 + 0.8 * 16, 11 + 0.1 * 24], atol=1e-4)
    np.testing.assert_allclose(landmarks[0, 3], [21 + 0.3 * 16, 11 + 0.9 * 24], atol=1e-4)
    assert [len(part) for part in decode(heat, size, offset, points, 0.9)] == [0, 0, 0]


@given(st.integers(1, 80), st.integers(1, 80), st.integers(0, 48))
@settings(max_examples=30)
def test_layout_pads_to_multiples_of_32_with_the_mean(width, height, border):
    view = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    blob = lay_out(view, border)
    assert blob.shape[2] % 32 == blob.shape[3] % 32 == 0
    assert 0 <= blob.shape[2] - height - 2 * border < 32
    inside = blob[0, :, border : border + height, border : border + width]
    np.testing.assert_array_equal(inside.transpose(1, 2, 0), view)
    np.testing.assert_allclose(
        blob.reshape(3, -1).mean(axis=1), view.reshape(-1, 3).mean(axis=0), rtol=1e-3
    )


def test_damaged_weights_are_named(tmp_path):
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"not a model")
    with pytest.raises(ModelFileError, match=r"damaged\.onnx"):
        CenterFace(weights=damaged)
