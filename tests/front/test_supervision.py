"""Frames as ``supervision.Detections``."""

from __future__ import annotations

import numpy as np
import pytest

import mien
from mien.packaged import ASTRONAUT, packaged_path

supervision = pytest.importorskip("supervision")


def test_a_photo_and_a_video_frame():
    photo = mien.Analyzer(threads=1).analyze(packaged_path(ASTRONAUT))
    found = mien.to_supervision(photo)
    assert isinstance(found, supervision.Detections)
    face = photo.faces[0]
    np.testing.assert_allclose(found.xyxy[0], face.xyxy, rtol=1e-5)
    assert found.data["class_name"].tolist() == ["happy"]
    assert found.confidence[0] == pytest.approx(face.confidence, abs=1e-6)
    assert list(face.probabilities)[found.class_id[0]] == face.top_emotion
    assert found.tracker_id is None
    stream = mien.StreamAnalyzer(threads=1)
    frame = stream.analyze(mien.read_image(packaged_path(ASTRONAUT)), 0.0)
    assert mien.to_supervision(frame).tracker_id.tolist() == [frame.faces[0].track.id]


def test_nobody():
    empty = mien.Analyzer(threads=1).analyze(np.full((64, 64, 3), 120, np.uint8))
    assert len(mien.to_supervision(empty)) == 0
