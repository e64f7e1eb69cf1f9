from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.emotions import FER2013, UNSURE
from mien.results import LANDMARK_NAMES, SCHEMA, Face, Frame, TrackState

POINTS = tuple((10.126 + number, 20.0 - number) for number in range(5))


def _face(**changes: object) -> Face:
    values: dict[str, object] = {
        "xyxy": (1.004, 2.0, 11.25, 22.0),
        "score": 0.912345,
        "landmarks": POINTS,
        "probabilities": {"sad": 0.25, "happy": 0.5, "neutral": 0.25},
        "ferplus": {"contempt": 1.0},
        "unsure": False,
    }
    return Face(**{**values, **changes})


def test_a_face_tells_its_top_emotion():
    face = _face()
    assert (face.top_emotion, face.label, face.confidence) == ("happy", "happy", 0.5)


def test_an_unsure_face_keeps_its_probabilities():
    face = _face(unsure=True)
    assert face.label == UNSURE == "unsure"
    assert (face.top_emotion, face.confidence) == ("happy", 0.5)
    assert face.probabilities == _face().probabilities


def test_of_equal_probabilities_the_first_is_the_top_one():
    assert _face(probabilities={"fear": 0.5, "angry": 0.5}).top_emotion == "fear"


@pytest.mark.parametrize(
    ("xyxy", "area"),
    [
        ((0, 0, 4, 5), 20),
        ((-2, -2, 2, 2), 16),
        ((5, 5, 5, 9), 0),
        ((5, 5, 1, 1), 0),
        ((5, 1, 1, 5), 0),
    ],
)
def test_the_area_of_a_box(xyxy, area):
    assert _face(xyxy=xyxy).area == area


def test_a_face_as_plain_types():
    assert _face().to_dict() == {
        "xyxy": [1.0, 2.0, 11.25, 22.0],
        "score": 0.9123,
        "landmarks": {
            "left_eye": [10.13, 20.0],
            "right_eye": [11.13, 19.0],
            "nose": [12.13, 18.0],
            "mouth_left": [13.13, 17.0],
            "mouth_right": [14.13, 16.0],
        },
        "label": "happy",
        "top_emotion": "happy",
        "confidence": 0.5,
        "unsure": False,
        "unsure_because": None,
        "probabilities": {"sad": 0.25, "happy": 0.5, "neutral": 0.25},
        "ferplus": {"contempt": 1.0},
    }


def test_a_face_without_landmarks():
    assert _face(landmarks=None).to_dict()["landmarks"] is None


def test_landmarks_that_are_not_five_are_a_mistake():
    with pytest.raises(ValueError, match="shorter"):
        _face(landmarks=POINTS[:4]).to_dict()
    assert len(LANDMARK_NAMES) == 5


def test_a_frame_as_plain_types():
    frame = Frame("a.jpg", 640, 480, (_face(), _face(unsure=True)), "centerface", "vgg8-half")
    assert frame.to_dict() == {
        "schema": SCHEMA,
        "path": "a.jpg",
        "width": 640,
        "height": 480,
        "detector": "centerface",
        "model": "vgg8-half",
        "reading": None,
        "faces": [_face().to_dict(), _face(unsure=True).to_dict()],
    }
    assert SCHEMA == "mien.frame/2"


def test_a_frame_without_faces():
    assert Frame(None, 1, 1, (), "haar", "m").to_dict()["faces"] == []


def test_results_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        _face().score = 1.0  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Frame(None, 1, 1, (), "haar", "m").width = 2  # type: ignore[misc]


NUMBERS = st.floats(-1e6, 1e6)


@given(
    xyxy=st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    weights=st.lists(st.floats(0, 1), min_size=7, max_size=7),
    unsure=st.booleans(),
)
def test_json_gives_back_what_was_written(xyxy, weights, unsure):
    probabilities = dict(zip(FER2013.labels, weights, strict=True))
    face = _face(xyxy=xyxy, probabilities=probabilities, unsure=unsure)
    found = json.loads(json.dumps(face.to_dict(), allow_nan=False))
    assert found == face.to_dict()
    assert found["xyxy"] == pytest.approx(xyxy, abs=0.006)
    assert found["probabilities"] == pytest.approx(probabilities, abs=1e-6)
    assert found["confidence"] == max(found["probabilities"].values())
    assert found["label"] in (*FER2013.labels, UNSURE)


def test_a_track_tells_its_leading_emotion_and_not_the_highest():
    probabilities = {"sad": 0.45, "happy": 0.42, "neutral": 0.13}
    track = TrackState(2, probabilities, False, 1.23456789, True, "happy")
    assert (track.top_emotion, track.label, track.confidence) == ("happy", "happy", 0.42)
    assert TrackState(2, probabilities, False, 0.0, True).top_emotion == "sad"
    assert track.to_dict() == {
        "id": 2,
        "since": 1.234568,
        "detected": True,
        "label": "happy",
        "top_emotion": "happy",
        "confidence": 0.42,
        "unsure": False,
        "probabilities": probabilities,
    }
    assert TrackState(2, probabilities, True, 0.0, False).label == UNSURE


def test_time_number_and_track_are_written_only_where_there_are_any():
    track = TrackState(1, {"sad": 1.0}, False, 0.0, True)
    frame = Frame("a.mp4", 64, 48, (_face(track=track),), "d", "m", time=1 / 3, number=0)
    plain = frame.to_dict()
    assert (plain["time"], plain["number"]) == (0.333333, 0)
    assert plain["faces"][0]["track"] == track.to_dict()
    without = Frame("a.jpg", 64, 48, (_face(),), "d", "m").to_dict()
    assert not {"time", "number"} & without.keys()
    assert "track" not in without["faces"][0]
