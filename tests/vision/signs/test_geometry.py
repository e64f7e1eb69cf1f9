from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.vision.detection.detectors import create_detector
from mien.vision.signs.distance import Focal, distance
from mien.vision.signs.geometry import mean_face, place_mean_face
from mien.vision.signs.mesh import square_of_detection

from .made_faces import rotation, turned


def test_the_mean_face_is_a_face():
    mean = mean_face()
    assert mean.vertices.shape == (468, 3) and mean.triangles.shape == (898, 3)
    height, width = np.ptp(mean.vertices[:, 1]), np.ptp(mean.vertices[:, 0])
    assert 14 < width < 17 and 16 < height < 20
    assert mean.vertices[1, 2] == pytest.approx(mean.vertices[:, 2].max(), abs=0.5)  # the nose


@given(
    yaw=st.floats(-80, 80),
    pitch=st.floats(-80, 80),
    roll=st.floats(-170, 170),
    scale=st.floats(0.5, 50),
)
def test_a_turn_of_the_mean_face_is_found_exactly(yaw, pitch, roll, scale):
    seen = mean_face().vertices @ rotation(yaw, pitch, roll).T * scale + (100, 50, 0)
    points = np.concatenate([seen * (1, -1, -1), np.zeros((10, 3))]).astype(np.float32)
    placement = place_mean_face(points)
    found = placement.head
    assert placement.scale == pytest.approx(scale, rel=1e-3)
    assert (found.yaw, found.pitch, found.roll) == pytest.approx((yaw, pitch, roll), abs=0.1)


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"),
    [(0, 0, 0), (20, 0, 0), (-30, 0, 0), (0, 20, 0), (0, -20, 0), (0, 0, -30), (25, -15, 15)],
)
def test_made_turns_are_seen(photo, mesh, network, yaw, pitch, roll):
    """A face painted onto the mean face, turned, and read like any picture."""
    made = turned(photo, mesh, yaw=yaw, pitch=pitch, roll=roll)
    face = create_detector("centerface").detect(made)[0]
    (read,) = network.read(made, [square_of_detection(face)])
    head = place_mean_face(read.points).head
    assert (head.yaw, head.pitch, head.roll) == pytest.approx((yaw, pitch, roll), abs=7)


@pytest.mark.parametrize("centimetres", [40, 60, 100])
def test_made_distances_are_seen_by_the_size_of_the_head(photo, mesh, network, centimetres):
    made = turned(photo, mesh, centimetres=centimetres)
    face = create_detector("centerface").detect(made)[0]
    (read,) = network.read(made, [square_of_detection(face)])
    found, _ = distance(
        Focal(900, "given"),
        iris_pixels=0,
        head_scale=place_mean_face(read.points).scale,
        irises_seen=False,
    )
    assert found.by == "head"
    assert found.metres * 100 == pytest.approx(centimetres, rel=0.06)
    assert found.low < centimetres / 100 < found.high
