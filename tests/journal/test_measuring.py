"""From frames to numbers: how long somebody looked, with pauses and without a face."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mien.journal.kept.check_in import SHORT, UNSEEN, poorness
from mien.journal.measuring import Measuring
from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.stream import StreamAnalyzer


def test_pauses_are_no_time_that_was_looked_at():
    image = read_image(packaged_path(ASTRONAUT))
    frame = StreamAnalyzer(signs=True).analyze(image, 0.0)
    measuring = Measuring()
    for second in (*range(6), *range(60, 66)):
        measuring.add(dataclasses.replace(frame, time=float(second)), image)
    assert measuring.seconds == pytest.approx(10)
    assert measuring.face_seen == 1
    assert measuring.light > 30
    found = measuring.finish()
    assert found.seconds == pytest.approx(10)
    assert poorness(found) == SHORT
    assert found.smile_share == 1


def test_nobody_before_the_camera_gives_no_statement():
    image = np.zeros((120, 160, 3), np.uint8)
    analyzer = StreamAnalyzer(signs=True)
    measuring = Measuring()
    assert measuring.finish().seconds == 0
    for second in range(30):
        measuring.add(analyzer.analyze(image, float(second)), image)
    assert poorness(measuring.finish()) == UNSEEN
