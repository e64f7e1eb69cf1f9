from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.face_signs import BLENDSHAPE_NAMES, Gaze, HeadPose
from mien.vision.signs.evidence import SPEAKS_FOR
from mien.vision.signs.movements import MOVEMENTS
from mien.vision.signs.words import SIGN_NAMES, signs_of

AHEAD = HeadPose(0, -4, 0)
STRAIGHT = Gaze(0, 0)


def told(head=AHEAD, gaze=STRAIGHT, rest=None, **moved) -> list[str]:
    values = dict.fromkeys(BLENDSHAPE_NAMES, 0.0)
    for name, value in moved.items():
        if name in values:
            values[name] = value
        else:
            values[f"{name}Left"] = values[f"{name}Right"] = value
    return [sign.sentence for sign in signs_of(values, head, gaze, rest=rest or {})]


def test_nothing_is_told_of_a_face_at_rest():
    assert told() == []
    assert told(eyeSquint=0.4, mouthSmile=0.1, browDown=0.3, jawOpen=0.05) == []


@pytest.mark.parametrize(
    ("moved", "sentence"),
    [
        ({"mouthSmile": 0.4}, "corners of the mouth a little up"),
        ({"mouthSmile": 0.6}, "corners of the mouth up"),
        ({"mouthSmile": 0.9}, "corners of the mouth far up"),
        ({"mouthFrown": 0.3}, "corners of the mouth down"),
        ({"jawOpen": 0.6}, "mouth wide open"),
        ({"browDown": 0.7}, "brows drawn down"),
        ({"browInnerUp": 0.75}, "inner brows raised"),
        ({"browInnerUp": 0.75, "browOuterUp": 0.7}, "brows raised"),
        ({"browOuterUpLeft": 0.7}, "left brow raised"),
        ({"eyeWide": 0.2}, "eyes wide open"),
        ({"mouthSmileRight": 0.6}, "right corner of the mouth up"),
        ({"eyeBlink": 0.7}, "eyes closed"),
        ({"eyeBlinkLeft": 0.7}, "left eye closed"),
        ({"mouthPucker": 0.85}, "lips pushed forward"),
        ({"eyeLookDown": 0.7}, "looks a little down"),
        ({"head": HeadPose(30, 0, 0)}, "head turned to the right"),
        ({"head": HeadPose(-30, 0, 0)}, "head turned to the left"),
        ({"head": HeadPose(0, -25, 0)}, "head bowed"),
        ({"head": HeadPose(0, 17, 0)}, "head raised"),
        ({"head": HeadPose(0, 0, -20)}, "head tilted to the left"),
        ({"gaze": Gaze(24, 0)}, "looks to the right"),
    ],
)
def test_one_movement_one_sentence(moved, sentence):
    assert told(**moved) == [sentence]


def test_a_smile_is_a_smile_and_what_it_does_besides_is_not_told():
    smile = {"mouthSmile": 0.9, "mouthUpperUp": 0.6, "mouthStretch": 0.4, "browDown": 0.7}
    assert told(**smile) == ["corners of the mouth far up"]
    assert told(**smile, eyeSquint=0.72) == [
        "corners of the mouth far up",
        "cheeks raised, eyes narrowed",
    ]


def test_who_has_turned_away_is_not_told_to_look_away_too():
    assert told(head=HeadPose(35, 0, 0), gaze=Gaze(30, 0)) == ["head turned far to the right"]


def test_closed_eyes_are_not_narrowed_as_well():
    assert told(gaze=None, eyeBlink=0.8, eyeSquint=0.75) == ["eyes closed"]


def test_what_a_face_shows_at_rest_is_no_sign():
    assert told(browDown=0.65) == ["brows a little drawn down"]
    at_rest = {"browDownLeft": 0.5, "browDownRight": 0.5}
    assert told(browDown=0.65, rest=at_rest) == []
    assert told(browDown=0.95, rest=at_rest) == ["brows far drawn down"] or told(
        browDown=0.95, rest=at_rest
    ) == ["brows drawn far down"]


@given(
    values=st.lists(st.floats(0, 1), min_size=52, max_size=52),
    yaw=st.floats(-90, 90),
    pitch=st.floats(-90, 90),
    roll=st.floats(-180, 180),
    looks=st.none() | st.builds(Gaze, st.floats(-60, 60), st.floats(-60, 60)),
)
def test_whatever_comes_is_told_in_known_words(values, yaw, pitch, roll, looks):
    blendshapes = dict(zip(BLENDSHAPE_NAMES, values, strict=True))
    signs = signs_of(blendshapes, HeadPose(yaw, pitch, roll), looks, rest={})
    assert len({(sign.name, sign.side) for sign in signs}) == len(signs)
    for sign in signs:
        assert sign.name in SIGN_NAMES
        assert 0 <= sign.strength <= 1 and sign.region in ("mouth", "eyes", "brows", "head")
        assert sign.sentence and "{" not in sign.sentence and "None" not in sign.sentence


def test_movements_and_evidence_are_about_what_there_is():
    bases = {name.removesuffix("Left").removesuffix("Right") for name in BLENDSHAPE_NAMES}
    for each in MOVEMENTS:
        assert each.name in SIGN_NAMES and set(each.blendshapes) <= bases
        assert 0 < each.seen < each.clear < each.strong <= 1
    assert {name for names in SPEAKS_FOR.values() for name in names} <= set(SIGN_NAMES)
