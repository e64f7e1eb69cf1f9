"""Faces and frames to write and draw."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mien.emotions import FER2013, FERPLUS
from mien.results import Face, Frame


@pytest.fixture
def make_face() -> Callable[..., Face]:
    def make(
        xyxy=(10.0, 20.0, 50.0, 70.0),
        emotion="happy",
        confidence=0.9,
        *,
        unsure=False,
        landmarks=True,
    ) -> Face:
        rest = (1 - confidence) / (len(FER2013) - 1)
        left, top, right, bottom = xyxy
        points = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
        return Face(
            xyxy=xyxy,
            score=0.98,
            landmarks=tuple(
                (left + x * (right - left), top + y * (bottom - top)) for x, y in points
            )
            if landmarks
            else None,
            probabilities={
                label: confidence if label == emotion else rest for label in FER2013.labels
            },
            ferplus={label: 1 / len(FERPLUS) for label in FERPLUS.labels},
            unsure=unsure,
        )

    return make


@pytest.fixture
def make_frame() -> Callable[..., Frame]:
    def make(*faces: Face, path: str | None = "photo.jpg", width=100, height=80) -> Frame:
        return Frame(path, width, height, faces, "centerface", "test-model")

    return make
