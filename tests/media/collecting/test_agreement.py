"""The rules by which collected faces get their labels, one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mien.body_signs import BodySigns
from mien.emotions import FER2013
from mien.errors import UsageError
from mien.face_signs import Distance, FaceSigns, HeadPose
from mien.media.collecting.agreement import (
    ARMS_RAISED,
    HANDS_AT_FACE,
    NEGATIVE_SIGNS,
    SLUMPED,
    SMILE,
    agree,
    check_labels,
)
from mien.results import Face
from mien.sign import Sign
from mien.vision.signs.words import SIGN_NAMES

HAPPY, SAD = {"happy": 0.9, "sad": 0.1}, {"sad": 0.4, "angry": 0.3, "neutral": 0.3}
CALM = {"neutral": 1.0}


def sign(name: str) -> Sign:
    """``"smile"``, or ``"smile left"`` for one side."""
    name, _, side = name.partition(" ")
    return Sign(name, name, 0.5, "mouth", side or None)


def face(
    probabilities: dict[str, float], shown: str = "", postures: str = "", **changes: object
) -> Face:
    """A face of 60 × 80 pixels with these signs and postures, separated by commas."""
    zeros = np.zeros((33, 3), np.float32)
    named = [[sign(each) for each in given.split(",") if each] for given in (shown, postures)]
    body = BodySigns(zeros, zeros, zeros[:, 0], zeros[:, 0], 1.0, tuple(named[1]), (0, 0, 1, 0))
    seen = FaceSigns(
        points=np.zeros((478, 3), np.float32),
        metric_points=np.zeros((478, 3), np.float32),
        presence=1.0,
        blendshapes={},
        head=HeadPose(0, 0, 0),
        gaze=None,
        eyes_open=(0.3, 0.3),
        distance=Distance(1, 0.9, 1.1, "iris", 400, "given"),
        signs=tuple(named[0]),
        body=body,
    )
    whole = dict.fromkeys(FER2013.labels, 0.0) | probabilities
    made = Face((0, 0, 60, 80), 0.9, None, whole, {}, unsure=False, signs=seen)
    return replace(made, **changes)


def test_the_rules_name_signs_that_there_are():
    assert {SMILE, *NEGATIVE_SIGNS} <= set(SIGN_NAMES)


@pytest.mark.parametrize(
    ("probabilities", "signs", "postures", "label", "reason"),
    [
        (HAPPY, "smile", "", "positive", "agreed: reading, signs"),
        (HAPPY, "smile", ARMS_RAISED, "positive", "agreed: reading, signs, posture"),
        (SAD, "frown", "", "negative", "agreed: reading, signs"),
        (SAD, "chin_up left", "", "negative", "agreed: reading, signs"),
        (SAD, "lips_pressed,eyes_closed", "", "negative", "agreed: reading, signs"),
        (SAD, "brows_down", SLUMPED, "negative", "agreed: reading, signs, posture"),
        (SAD, "", SLUMPED, "negative", "agreed: reading, posture"),
        (CALM, "frown", HANDS_AT_FACE, "negative", "agreed: signs, posture"),
        (CALM, "smile", ARMS_RAISED, "positive", "agreed: signs, posture"),
        # One alone is not enough.
        (HAPPY, "", "", None, "only one says positive: reading"),
        (HAPPY, "jaw_open", "", None, "only one says positive: reading"),
        (HAPPY, "smile left", "", None, "only one says positive: reading"),
        (SAD, "upper_lip_up", "", None, "only one says negative: reading"),
        (CALM, "smile", "", None, "only one says positive: signs"),
        (CALM, "", SLUMPED, None, "only one says negative: posture"),
        # Signs of both kinds say nothing.
        (HAPPY, "smile,frown", "", None, "only one says positive: reading"),
        (SAD, "smile left,brows_down", "", None, "only one says negative: reading"),
        # Postures: one arm, one hand, or raised arms without a smile say nothing.
        (HAPPY, "", ARMS_RAISED, None, "only one says positive: reading"),
        (HAPPY, "smile left", ARMS_RAISED + " left", None, "only one says positive: reading"),
        (SAD, "", HANDS_AT_FACE + " right", None, "only one says negative: reading"),
        (SAD, "smile left", f"{ARMS_RAISED},{SLUMPED}", None, "only one says negative: reading"),
        # Nobody, or not of one mind.
        (CALM, "", "", None, "none says positive or negative"),
        ({"surprise": 0.9, "fear": 0.1}, "jaw_open", "", None, "none says positive or negative"),
        ({"happy": 0.59, "neutral": 0.41}, "", "", None, "none says positive or negative"),
        (
            *(HAPPY, "frown", "", None),
            "opinions contradict each other: reading positive, signs negative",
        ),
        (
            *(HAPPY, "smile", SLUMPED, None),
            "opinions contradict each other: reading and signs positive, posture negative",
        ),
    ],
)
def test_two_have_to_agree_and_none_to_contradict(probabilities, signs, postures, label, reason):
    found = agree(face(probabilities, signs, postures))
    assert (found.label, found.reason) == (label, reason)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"xyxy": (0, 0, 47.5, 80)}, "smaller than 48 pixels"),
        ({"unsure": True, "unsure_because": "illegible"}, "illegible"),
        ({"signs": None, "no_signs_because": "not seen close up"}, "not seen close up"),
        (
            {"signs": replace(face(HAPPY, "smile").signs, covered=("mouth", "left_eye"))},
            "covered: mouth, left eye",
        ),
        ({"unsure": True, "unsure_because": "undecided"}, "only one says positive: signs"),
    ],
)
def test_faces_that_are_left_out_whatever_they_show(changes, reason):
    found = agree(face(HAPPY, "smile", **changes))
    assert (found.label, found.reason) == (None, reason)


def test_opinions_come_with_their_numbers():
    found = agree(face(SAD, "frown left,chin_up", SLUMPED)).opinions
    assert {name: (each.label, each.because) for name, each in found.items()} == {
        "reading": ("negative", "positive 0.00, negative 0.70"),
        "signs": ("negative", "frown left 0.50, chin_up 0.50"),
        "posture": ("negative", "slumped 0.50"),
    }
    unsure = agree(face(HAPPY, unsure=True, unsure_because="undecided")).opinions
    assert unsure["reading"].because == "unsure (undecided); positive 0.90, negative 0.10"
    hidden = replace(face(HAPPY).signs, body=None, no_body_because="not seen")
    assert agree(face(HAPPY, signs=hidden)).opinions["posture"].because == "not seen"


def test_a_model_has_to_know_both():
    check_labels(FER2013.labels)
    check_labels(("positive", "negative"))
    with pytest.raises(UsageError, match=r"labels \(happy, neutral\) are not both positive and"):
        check_labels(("happy", "neutral"))
