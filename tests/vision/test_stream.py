from __future__ import annotations

import numpy as np
import pytest

from mien.errors import UsageError
from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path
from mien.results import Frame
from mien.vision.detection.detector import Detection
from mien.vision.stream import StreamAnalyzer


@pytest.fixture(scope="module")
def loaded():
    return StreamAnalyzer(size=320)


@pytest.fixture
def stream(loaded):
    return StreamAnalyzer.like(loaded)


def labelled(frame: Frame) -> dict[int, float]:
    """Left edge of each face by the number of its track."""
    return {face.track.id: face.xyxy[0] for face in frame.faces}


def test_two_people_keep_their_numbers_while_they_cross(stream, scene):
    fps, seen = 10, []
    for step in range(30):
        a, b = 14.0 * step, 430 - 14.0 * step
        frame = stream.analyze(scene((a, 60), (b, 80)), step / fps, path="x.mp4", number=step)
        assert (frame.time, frame.number, frame.path) == (step / fps, step, "x.mp4")
        seen.append((a, b, labelled(frame)))
    (a, b, first), (last_a, last_b, last) = seen[0], seen[-1]
    of_a, of_b = sorted(first, key=first.get)
    # A face begins 58 pixels right of the left edge of its head.
    assert (first[of_a], first[of_b]) == pytest.approx((a + 58, b + 58), abs=25)
    assert (last[of_a], last[of_b]) == pytest.approx((last_a + 58, last_b + 58), abs=25)
    assert {i for _, _, found in seen for i in found} == {1, 2}


def test_a_face_that_is_hidden_for_half_a_second_keeps_its_number(stream, scene):
    for step in range(24):
        hidden = 8 <= step < 13
        frame = stream.analyze(scene(None if hidden else (200 + 2 * step, 60)), step / 10)
        if step < 8 or step > 15:
            assert list(labelled(frame)) == [1]
            assert frame.faces[0].track.since == 0.0
    assert frame.faces[0].track.label == "happy"


def test_faces_are_looked_for_every_few_frames_and_four_to_eleven_times_a_second(scene):
    class Counting:
        name = "counting"
        calls = 0

        def detect(self, image):
            self.calls += 1
            return [Detection((250.0, 80.0, 340.0, 200.0), 0.9)]

    picture = scene((190, 50))
    # Of more than 30 frames a second in fewer than every third, unless somebody asked for it.
    wanted = ((30, 1, 30), (30, 3, 10), (30, 7, 5), (4, 3, 4), (5, 3, 3), (60, 3, 10), (60, 2, 30))
    for fps, every, expected in wanted:
        detector = Counting()
        stream = StreamAnalyzer(detector=detector, detect_every=every)
        frames = [stream.analyze(picture, step / fps) for step in range(fps)]
        assert detector.calls == expected
        assert sum(frame.faces[0].track.detected for frame in frames) == expected
        assert {frame.faces[0].track.id for frame in frames} == {1}
    # A clock that stands still does not keep it from looking.
    detector = Counting()
    stream = StreamAnalyzer(detector=detector)
    for _ in range(28):
        stream.analyze(picture, 0.0)
    assert detector.calls == 4


def test_what_is_smoothed_is_the_reading_over_time(stream, scene):
    first = stream.analyze(scene((190, 50)), 0.0).faces[0]
    assert first.track.probabilities == pytest.approx(first.probabilities)
    stream.configure(smooth_seconds=0)
    second = stream.analyze(scene((196, 50)), 0.1).faces[0]
    assert second.track.probabilities == pytest.approx(second.probabilities)


def test_a_face_that_leaves_the_picture_is_gone_at_once(stream, scene):
    for step in range(10):
        frame = stream.analyze(scene((380 + 30 * step, 60)), step / 20)
    assert frame.faces == ()


def test_a_picture_of_another_size_goes_on_with_the_same_people(stream, scene):
    stream.analyze(scene((190, 50)), 0.0)
    frame = stream.analyze(np.ascontiguousarray(scene((190, 50))[::2, ::2]), 0.05)
    assert labelled(frame) == {1: pytest.approx(124, abs=12)}
    assert (frame.width, frame.height) == (320, 180)


def test_a_clock_that_goes_back_begins_another_scene(stream, scene):
    stream.analyze(scene((190, 50)), 5.0)
    assert list(labelled(stream.analyze(scene((190, 50)), 0.0))) == [2]


def test_streams_on_the_same_networks_know_nothing_of_each_other(loaded, scene):
    one, other = StreamAnalyzer.like(loaded), StreamAnalyzer.like(loaded)
    assert one.analyzer is other.analyzer
    one.analyze(scene((190, 50)), 0.0)
    one.analyze(scene((190, 50), (400, 50)), 0.3)
    assert list(labelled(other.analyze(scene((190, 50)), 0.0))) == [1]


def test_an_empty_picture_has_no_faces(stream, scene):
    assert stream.analyze(scene(), 0.0).faces == ()
    assert stream.analyze(np.zeros((1, 1, 3), np.uint8), 0.1).faces == ()


@pytest.mark.parametrize(
    "options",
    [
        {"detect_every": 0},
        {"smooth_seconds": -1.0},
        {"smooth_seconds": float("nan")},
        {"size": 16},
        {"size": 320, "detector": "haar"},
        {"detector": "nobody"},
    ],
)
def test_options_out_of_range(options):
    with pytest.raises(UsageError):
        StreamAnalyzer(**options)


def test_a_wrong_option_later_changes_nothing(stream):
    before = stream.detect_every, stream.smooth_seconds
    with pytest.raises(UsageError):
        stream.configure(detect_every=5, smooth_seconds=-1)
    assert (stream.detect_every, stream.smooth_seconds) == before


def test_the_wrong_kind_of_picture(stream):
    with pytest.raises(UsageError, match="uint8"):
        stream.analyze(np.zeros((10, 10)), 0.0)


@pytest.mark.parametrize("options", [{"detector": "haar"}, {"rotate": True, "size": 320}])
def test_haar_and_turned_copies_work_too(options):
    photo = read_image(packaged_path(ASTRONAUT))
    assert list(labelled(StreamAnalyzer(**options).analyze(photo, 0.0))) == [1]
