from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.vision.detection.detector import Detection
from mien.vision.tracking.tracker import KEPT_SECONDS, Tracker

SURE = 0.35


def face(x, y=100.0, *, score=0.9, size=100.0):
    points = tuple((x + a * size, y + b * size) for a, b in ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6)))
    return Detection((x, y, x + 0.8 * size, y + size), score, points)


def ids(tracked):
    return [each.id for each in tracked]


def test_numbers_begin_at_one_and_are_never_given_twice():
    tracker = Tracker(SURE)
    assert ids(tracker.update([face(0), face(400)], 0.0)) == [1, 2]
    assert ids(tracker.update([], 5.0)) == []
    assert ids(tracker.update([face(0)], 5.1)) == [3]
    tracker.clear()
    assert ids(tracker.update([face(0)], 5.2)) == [4]


def test_a_face_that_is_hidden_for_less_than_a_second_keeps_its_number():
    tracker = Tracker(SURE)
    for step in range(10):
        tracker.update([face(20.0 * step)], step / 10)
    for step in range(10, 15):
        assert tracker.update([], step / 10) == []
    (back,) = tracker.update([face(20.0 * 15)], 1.5)
    assert (back.id, back.since) == (1, 0.0)


@pytest.mark.parametrize(("seconds", "number"), [(0.9, 1), (1.1, 2)])
def test_after_a_second_it_is_somebody_else(seconds, number):
    tracker = Tracker(SURE)
    tracker.update([face(0)], 0.0)
    tracker.update([], 0.01)
    assert ids(tracker.update([face(0)], seconds * KEPT_SECONDS)) == [number]


def test_frames_that_come_seldom_are_still_one_scene():
    tracker = Tracker(SURE)
    assert [ids(tracker.update([face(0)], 2.0 * step)) for step in range(4)] == [[1]] * 4
    assert ids(tracker.update([face(0)], 60.0)) == [2]


@pytest.mark.parametrize("fps", [5, 10, 30, 60])
def test_two_who_cross_keep_their_numbers(fps):
    """While one hides the other, the detector sees the one in front only."""
    tracker = Tracker(SURE)
    seen = []
    for step in range(4 * fps):
        a, b = 120.0 * step / fps, 480 - 120.0 * step / fps
        hidden = abs(a - b) < 50
        seen = tracker.update([face(a)] if hidden else [face(a), face(b)], step / fps)
        where = {each.id: each.detection.xyxy[0] for each in seen}
        assert where[1] == a
        assert where.get(2, b) == b
    assert sorted(ids(seen)) == [1, 2]


def test_a_doubtful_face_goes_on_with_a_track_but_begins_none():
    tracker = Tracker(SURE)
    assert tracker.update([face(0, score=0.2)], 0.0) == []
    tracker.update([face(0)], 0.1)
    (tracked,) = tracker.update([face(5, score=0.2)], 0.2)
    assert (tracked.id, tracked.detected, tracked.detection.score) == (1, True, 0.2)


def test_between_detections_a_face_moves_on():
    tracker = Tracker(SURE)
    for step in range(11):
        tracker.update([face(100.0 * step / 10)], step / 10)
    (carried,) = tracker.carry(1.1)
    assert not carried.detected
    assert carried.detection.xyxy == pytest.approx(face(110).xyxy, abs=2)
    for found, expected in zip(carried.detection.landmarks, face(110).landmarks, strict=True):
        assert found == pytest.approx(expected, abs=2)


def test_a_followed_face_is_where_it_was_followed_to():
    tracker = Tracker(SURE)
    tracker.update([face(0), face(400)], 0.0)
    first, second = tracker.carry(0.1, {1: face(7)})
    assert first.detection == face(7)
    assert second.detection.xyxy == pytest.approx(face(400).xyxy)
    assert tracker.places[1] == face(7)


def test_a_lost_face_is_not_carried():
    tracker = Tracker(SURE)
    tracker.update([face(0)], 0.0)
    tracker.update([], 0.1)
    assert tracker.carry(0.2) == []
    assert tracker.ids == {1}


def test_a_picture_of_another_size_goes_on():
    tracker = Tracker(SURE)
    tracker.update([face(200)], 0.0)
    tracker.rescale(0.5, 0.5)
    (tracked,) = tracker.carry(0.01)
    assert tracked.detection.xyxy == pytest.approx([side / 2 for side in face(200).xyxy])
    assert ids(tracker.update([face(100, 50, size=50)], 0.02)) == [1]


FRAMES = st.lists(
    st.lists(
        st.tuples(st.floats(0, 600), st.floats(0, 300), st.floats(0.01, 1), st.floats(10, 200)),
        max_size=5,
    ),
    max_size=12,
)


@given(FRAMES, st.floats(0.01, 3))
def test_any_detections_give_each_number_once(frames, step):
    tracker, highest = Tracker(SURE), 0
    for number, boxes in enumerate(frames):
        detections = [face(x, y, score=score, size=size) for x, y, score, size in boxes]
        tracked = tracker.update(detections, number * step)
        assert len(set(ids(tracked))) == len(tracked) <= len(detections)
        assert all(each.detection in detections for each in tracked)
        sure = [detection for detection in detections if detection.score >= SURE]
        assert all(detection in [each.detection for each in tracked] for detection in sure)
        new = [each for each in ids(tracked) if each > highest]
        assert new == list(range(highest + 1, highest + 1 + len(new)))
        highest += len(new)
        carried = tracker.carry((number + 0.5) * step)
        assert set(ids(carried)) == set(ids(tracked))
