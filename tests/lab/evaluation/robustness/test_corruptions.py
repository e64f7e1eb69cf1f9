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
