from __future__ import annotations

import numpy as np
import pytest

from mien.lab.evaluation.robustness.corruptions import CORRUPTIONS, corrupt, upside_down
from mien.lab.evaluation.robustness.non_faces import non_faces


def faces(count=12):
    """Smooth blobs with edges, of full contrast."""
    y, x = np.mgrid[:48, :48]
    phases = np.linspace(0, 6, count)[:, None, None]
    waves = np.sin(x / 5 + phases) + np.cos(y / 7 - phases) + (x > 24)
    return ((waves + 2) / 5 * 255).astype(np.uint8)


@pytest.mark.parametrize("kind", CORRUPTIONS, ids=lambda kind: kind.name)
def test_every_strength_changes_more_than_the_one_before(kind):
    clean = faces().astype(float)
    changes = [
        np.abs(corrupt(faces(), kind, strength).astype(float) - clean).mean()
        for strength in kind.strengths
    ]
    assert changes[0] > 0
    assert changes == sorted(changes)


@pytest.mark.parametrize("kind", CORRUPTIONS, ids=lambda kind: kind.name)
def test_a_corruption_is_the_same_every_time_and_leaves_its_input(kind):
    clean = faces()
    before = clean.copy()
    one, other = (corrupt(clean, kind, kind.strengths[-1], seed=3) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(clean, before)
    assert one.dtype == np.uint8
    assert one.shape == clean.shape


def test_noise_has_the_strength_that_it_says():
    kind = next(kind for kind in CORRUPTIONS if kind.name == "noise")
    grey = np.full((50, 48, 48), 128, np.uint8)
    assert corrupt(grey, kind, 10).std() == pytest.approx(10, rel=0.02)


def test_turned_twice_a_face_is_itself():
    np.testing.assert_array_equal(upside_down(upside_down(faces())), faces())


def test_crops_without_a_face_are_of_every_kind():
    made = non_faces(faces(), np.random.default_rng(0))
    assert len(made) == 6
    for kind, crops in made.items():
        assert (crops.shape, crops.dtype) == ((12, 48, 48), np.dtype(np.uint8)), kind
        assert len({crop.tobytes() for crop in crops}) > 6, kind
    pieces = made["in pieces"]
    np.testing.assert_array_equal(np.sort(pieces[0].ravel()), np.sort(faces()[0].ravel()))


@pytest.mark.parametrize("kind", CORRUPTIONS, ids=lambda kind: kind.name)
def test_a_face_in_colour_is_changed_as_the_grey_one(kind):
    grey = faces(4)
    strength = kind.strengths[1]
    found = corrupt(np.repeat(grey[..., None], 3, axis=3), kind, strength)
    assert found.shape == (4, 48, 48, 3)
    if kind.name == "noise":  # its grain has colours
        return
    expected = corrupt(grey, kind, strength)[..., None].astype(int)
    assert np.abs(found - expected).max() <= (3 if kind.name == "JPEG" else 0)


def test_jpeg_keeps_red_red():
    red = np.zeros((1, 48, 48, 3), np.uint8)
    red[..., 0] = 200
    jpeg = next(kind for kind in CORRUPTIONS if kind.name == "JPEG")
    np.testing.assert_allclose(corrupt(red, jpeg, 50).mean((0, 1, 2)), (200, 0, 0), atol=6)


def test_blur_of_larger_faces_is_as_much_wider():
    blur = next(kind for kind in CORRUPTIONS if kind.name == "blur")
    large = np.kron(faces(2), np.ones((1, 2, 2), np.uint8))
    there = corrupt(large, blur, 2).reshape(2, 48, 2, 48, 2).mean((2, 4))
    here = corrupt(faces(2), blur, 2).astype(float)
    assert np.abs(there - here).mean() < 0.3 * np.abs(faces(2) - here).mean()


def test_crops_without_faces_have_the_shape_of_the_faces():
    coloured = np.repeat(faces(8)[..., None], 3, axis=3)
    for crops in non_faces(coloured, np.random.default_rng(0)).values():
        assert crops.shape[1:] == (48, 48, 3)
        assert crops.dtype == np.uint8
