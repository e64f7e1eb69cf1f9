"""What all detectors share: the registry, clipping, order, overlaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import UsageError
from mien.vision.detection.boxes import finish, overlap_fraction, same_face, suppress_overlaps
from mien.vision.detection.detector import Detection
from mien.vision.detection.detectors import create_detector, detector_names, register_detector


def test_own_detectors_are_registered():
    assert {"blazeface", "centerface", "haar"} <= set(detector_names())


@pytest.mark.parametrize(
    ("name", "nearest"), [("centreface", "centerface"), ("Harr", "haar"), ("HAAR", "haar")]
)
def test_unknown_name_suggests_the_nearest(name, nearest):
    with pytest.raises(UsageError, match=f"did you mean '{nearest}'"):
        create_detector(name)


def test_far_off_name_lists_all():
    with pytest.raises(UsageError, match="centerface, haar"):
        create_detector("zzzz")


@pytest.mark.parametrize(
    "options",
    [{"threads": 0}, {"min_face": 0}, {"min_face": float("nan")}, {"score_threshold": 1.5}],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(UsageError, match=next(iter(options))):
        create_detector("centerface", **options)


def test_a_name_cannot_be_registered_twice():
    with pytest.raises(ValueError, match="centerface"):
        register_detector("centerface")(lambda **_: None)


@pytest.mark.parametrize("name", ["blazeface", "centerface", "haar"])
@pytest.mark.parametrize(
    "image",
    [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3), np.float32)],
)
def test_other_arrays_than_rgb_bytes_are_refused(name, image):
    with pytest.raises(UsageError, match="uint8"):
        create_detector(name).detect(image)


def test_finish_clips_drops_small_and_sorts():
    detections = [
        Detection((-5.0, 10.0, 15.0, 40.0), 0.5),
        Detection((50.0, 50.0, 120.0, 130.0), 0.9),
        Detection((90.0, 0.0, 130.0, 40.0), 0.9),  # 10 pixels wide inside the image
        Detection((200.0, 0.0, 240.0, 40.0), 0.9),  # outside
    ]
    kept = finish(detections, width=100, height=100, min_face=12)
    assert [each.xyxy for each in kept] == [(50.0, 50.0, 100.0, 100.0), (0.0, 10.0, 15.0, 40.0)]


numbers = st.floats(-200, 300)
boxes = st.tuples(numbers, numbers, st.floats(0, 300), st.floats(0, 300)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)


@given(st.lists(boxes, max_size=8), st.floats(0.5, 50))
def test_finished_boxes_lie_in_the_image_largest_first(some, min_face):
    kept = finish([Detection(box, 0.5) for box in some], width=160, height=90, min_face=min_face)
    for each in kept:
        left, top, right, bottom = each.xyxy
        assert 0 <= left < right <= 160
        assert 0 <= top < bottom <= 90
        assert min(each.width, each.height) >= min_face
    assert [each.area for each in kept] == sorted((each.area for each in kept), reverse=True)


def test_overlap_and_same_face():
    one = Detection((0.0, 0.0, 10.0, 10.0), 0.9)
    half = Detection((5.0, 0.0, 15.0, 10.0), 0.9)
    inside = Detection((2.0, 2.0, 6.0, 6.0), 0.9)
    apart = Detection((10.0, 0.0, 20.0, 10.0), 0.9)
    assert overlap_fraction(one, half) == pytest.approx(1 / 3)
    assert overlap_fraction(one, inside) == pytest.approx(0.16)
    assert overlap_fraction(one, inside, of_smaller=True) == 1
    assert overlap_fraction(one, apart) == 0
    assert same_face(one, inside)
    assert not same_face(one, half)


def test_suppression_keeps_the_best_of_each_heap():
    xyxy = np.array(
        [[0, 0, 10, 10], [1, 1, 11, 11], [30, 30, 40, 40], [31, 30, 41, 40]], np.float32
    )
    scores = np.array([0.6, 0.9, 0.8, 0.7], np.float32)
    assert suppress_overlaps(xyxy, scores, 0.3) == [1, 2]
    assert suppress_overlaps(xyxy[:0], scores[:0], 0.3) == []
