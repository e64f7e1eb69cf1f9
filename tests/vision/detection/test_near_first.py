from __future__ import annotations

import numpy as np
import pytest

from mien.media.image import read_image
from mien.packaged import ASTRONAUT
from mien.vision.detection.detector import Detection
from mien.vision.detection.near_first import LOOKS_TRUSTED, NearFirst
from mien.vision.stream import AUTO, StreamAnalyzer

NEAR, FAR = Detection((0, 0, 50, 60), 0.9), Detection((200, 0, 215, 18), 0.5)
IMAGE = np.zeros((8, 8, 3), np.uint8)


class Told:
    """A detector that says what it is told, and counts its looks."""

    def __init__(self, *found: Detection) -> None:
        self.name, self.found, self.looks = "told", list(found), 0

    def detect(self, image: np.ndarray) -> list[Detection]:
        self.looks += 1
        return list(self.found)


def test_the_fast_one_is_believed_while_it_sees_all():
    fast, thorough = Told(NEAR), Told(NEAR)
    both = NearFirst(fast, thorough)
    for _ in range(2 * (LOOKS_TRUSTED + 1)):
        assert both.detect(IMAGE) == [NEAR]
    assert (fast.looks, thorough.looks) == (2 * (LOOKS_TRUSTED + 1), 2)


def test_the_thorough_one_looks_always_where_it_sees_more():
    fast, thorough = Told(NEAR), Told(NEAR, FAR)
    both = NearFirst(fast, thorough)
    assert [both.detect(IMAGE) for _ in range(5)] == [[NEAR, FAR]] * 5
    assert thorough.looks == 5


def test_a_face_that_only_the_thorough_one_sees_is_found_a_few_looks_late():
    fast, thorough = Told(NEAR), Told(NEAR)
    both = NearFirst(fast, thorough)
    both.detect(IMAGE)
    thorough.found.append(FAR)
    late = [len(both.detect(IMAGE)) for _ in range(LOOKS_TRUSTED + 1)]
    assert late == [1] * LOOKS_TRUSTED + [2]


@pytest.mark.parametrize("now", [[], [NEAR, FAR]])
def test_another_number_of_faces_is_looked_at_thoroughly(now):
    fast, thorough = Told(NEAR), Told(NEAR)
    both = NearFirst(fast, thorough)
    both.detect(IMAGE)
    fast.found = thorough.found = now
    assert both.detect(IMAGE) == now and thorough.looks == 2


def test_nobody_is_looked_for_thoroughly():
    fast, thorough = Told(), Told()
    both = NearFirst(fast, thorough)
    assert [both.detect(IMAGE) for _ in range(3)] == [[]] * 3
    assert thorough.looks == 3


def test_a_stream_follows_one_person_whichever_looks():
    photo = read_image(ASTRONAUT.path)
    stream = StreamAnalyzer(detector=AUTO, detect_every=1)
    again = StreamAnalyzer.like(stream)
    for one in (stream, again):
        tracks = [
            [face.track.id for face in one.analyze(photo, number / 10).faces] for number in range(7)
        ]
        assert tracks == [[1]] * 7
    assert stream.analyze(photo, 1.0).detector == "centerface"
