"""Every parameter of whatever has parameters refuses what makes no sense, in one line."""

from __future__ import annotations

import inspect
from functools import partial

import numpy as np
import pytest

import mien
from mien.errors import UsageError
from mien.results import Frame
from mien.vision.classify import Classifier
from mien.vision.detection.blazeface import BlazeFace
from mien.vision.detection.centerface import CenterFace
from mien.vision.detection.detectors import create_detector
from mien.vision.detection.haar import Haar
from mien.vision.detection.rotated import RotatedDetector

NAN, INF = float("nan"), float("inf")

WRONG = {
    "threads": [0, -1, 1.5, NAN, "2", None, True],
    "min_face": [0, -1, NAN, INF, "20", True],
    "score_threshold": [0, 1, -0.1, NAN, "0.5", True],
    "size": [31, 0, -5, NAN, 320.0, "320", True],
    "rotate": ["no", 1, None],
    "sensitive": ["no", 1, None],
    "second_look": ["no", 1, None],
    "signs": ["no", 1, None],
    "body": ["no", 1, None],
    "focal": [0, -1, NAN, INF, "900", True],
    "reading": ["everydays", "", 1, True],
    "faces": ["larges", "", None, 1, True],
    "detect_every": [0, -1, 2.5, NAN, "3", True],
    "smooth_seconds": [-1, NAN, INF, "1", True],
    "detector": ["centerfac", None, 3, object(), CenterFace, [1]],
    "weights": ["", 3, True],
    "model": ["tiny", "", 3, True, ["a"]],
    "path": ["tiny", "", 3, True],
    "angles": ["90", 3, [NAN], ["45"], [True], None],
    "name": ["nobody", 3, None],
}

_SAME = (
    *("model", "detector", "min_face", "rotate", "threads", "reading"),
    *("signs", "body", "focal"),
)

TAKEN = {
    mien.Analyzer: (*_SAME, "score_threshold", "faces"),
    mien.StreamAnalyzer: (*_SAME, "detect_every", "smooth_seconds", "size"),
    CenterFace: (
        *("threads", "min_face", "score_threshold", "size"),
        *("sensitive", "second_look", "weights"),
    ),
    BlazeFace: ("threads", "min_face", "score_threshold", "sensitive"),
    Haar: ("threads", "min_face", "score_threshold", "sensitive"),
    Classifier: ("path", "threads"),
    create_detector: (
        *("name", "threads", "min_face", "score_threshold"),
        *("rotate", "size", "sensitive"),
    ),
    partial(RotatedDetector, Haar()): ("angles",),
}


def wrong_values() -> list[object]:
    found = []
    for make, options in TAKEN.items():
        name = getattr(make, "__name__", "RotatedDetector")
        found += [
            pytest.param(make, option, value, id=f"{name}-{option}-{at}")
            for option in options
            for at, value in enumerate(WRONG[option])
        ]
    return found


@pytest.mark.parametrize(("make", "option", "value"), wrong_values())
def test_a_wrong_value_is_refused_in_one_line(make, option, value):
    with pytest.raises(UsageError) as caught:
        make(**{option: value})
    assert "\n" not in str(caught.value)


def test_every_parameter_is_tried():
    for make, options in TAKEN.items():
        of = make.func if isinstance(make, partial) else make
        parameters = set(inspect.signature(of).parameters) - {"options"}
        # What it is run on is tried with the detectors of one's own.
        assert parameters - {"detector"} == set(options) - {"detector"}


class Own:
    name = "own"

    def __init__(self, found: object = ()) -> None:
        self._found = found

    def detect(self, image: np.ndarray) -> object:
        return self._found


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (mien.Analyzer, {"min_face": 20}),
        (mien.Analyzer, {"score_threshold": 0.5}),
        (mien.Analyzer, {"rotate": True}),
        (mien.StreamAnalyzer, {"min_face": 20}),
        (mien.StreamAnalyzer, {"rotate": True}),
        (mien.StreamAnalyzer, {"size": 320}),
    ],
)
def test_an_option_that_a_detector_of_ones_own_would_not_hear_of_is_refused(make, options):
    with pytest.raises(UsageError, match="is for a detector given by name"):
        make(detector=Own([]), **options)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (None, "returned None, expected a list of mien.Detection"),
        (np.zeros((1, 4)), "returned numpy.ndarray, expected a list"),
        ([(1, 2, 3, 4)], r"returned tuple for a face; return mien.Detection\("),
        ([mien.Detection((0.0, 0.0, NAN, 9.0), 0.5)], "returned the box"),
        ([mien.Detection((9.0, 0.0, 0.0, 9.0), 0.5)], "returned the box"),
    ],
)
def test_a_detector_that_breaks_its_contract_is_named(found, line):
    with pytest.raises(UsageError, match=f"the detector 'own' {line}"):
        mien.Analyzer(detector=Own(found)).analyze(np.zeros((20, 20, 3), np.uint8))


@pytest.mark.parametrize("time", [NAN, INF, "1", None, True])
def test_a_time_that_is_none(time):
    with pytest.raises(UsageError, match="time is"):
        mien.StreamAnalyzer(detector=Own([])).analyze(np.zeros((9, 9, 3), np.uint8), time)


@pytest.mark.parametrize("image", [None, "a.png", [1]])
def test_a_stream_takes_pixels_only(image):
    with pytest.raises(UsageError, match=r"the image is .*mien\.read_image"):
        mien.StreamAnalyzer(detector=Own([])).analyze(image, 0.0)


@pytest.mark.parametrize("image", [None, "a.png", np.zeros((9, 9), np.uint8)])
def test_drawing_takes_pixels_only(image):
    with pytest.raises(UsageError, match="the image is"):
        mien.annotate(image, Frame(None, 9, 9, (), "d", "m"))


@pytest.mark.parametrize("frame", [None, [], mien.Frames()])
def test_drawing_takes_one_frame(frame):
    with pytest.raises(UsageError, match="the frame is"):
        mien.annotate(np.zeros((9, 9, 3), np.uint8), frame)


@pytest.mark.parametrize("crops", [None, [1], np.zeros((48, 48), np.uint8), np.zeros((1, 48, 48))])
def test_classifying_takes_crops_only(crops):
    with pytest.raises(UsageError, match="crops are"):
        Classifier().classify(crops)
