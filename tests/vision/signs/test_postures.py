from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mien.body_signs import BODY_POINTS, BodySigns
from mien.face_signs import FaceSigns, HeadPose
from mien.vision.detection.detector import Detection
from mien.vision.signs.body import ANOTHERS, NOT_SEEN, BodyNetwork
from mien.vision.signs.distance import Focal
from mien.vision.signs.postures import postures_of
from mien.vision.signs.signs_reader import SignsReader

# A person who stands and faces the camera, in metres around the hips; the person's left is at the
# picture's right.
STANDING = {
    "nose": (0, -0.66, -0.12), "left_ear": (0.08, -0.66, -0.02), "right_ear": (-0.08, -0.66, -0.02),
    "left_shoulder": (0.18, -0.47, 0), "right_shoulder": (-0.18, -0.47, 0),
    "left_elbow": (0.24, -0.2, 0.02), "right_elbow": (-0.24, -0.2, 0.02),
    "left_wrist": (0.26, 0.05, -0.05), "right_wrist": (-0.26, 0.05, -0.05),
    "left_hip": (0.1, 0, 0), "right_hip": (-0.1, 0, 0),
}  # fmt: skip


@pytest.fixture(scope="module")
def signs(photo, found) -> FaceSigns:
    (signs,) = SignsReader().read(photo, [found], Focal(400, "given"))
    return signs


def postures(signs: FaceSigns, hidden=(), points=None, **moved) -> list[str]:
    world = np.zeros((33, 3), np.float32)
    visibility = np.zeros(33, np.float32)
    for name, place in {**STANDING, **moved}.items():
        world[BODY_POINTS.index(name)] = place
        visibility[BODY_POINTS.index(name)] = name not in hidden
    places = np.full((33, 3), 1e6, np.float32)
    for name, place in (points or {}).items():
        places[BODY_POINTS.index(name)] = (*place, 0)
        visibility[BODY_POINTS.index(name)] = 1
    return [sign.sentence for sign in postures_of(world, visibility, places, signs)]


def test_nothing_is_told_of_who_stands_at_ease(signs):
    assert postures(signs) == []


def test_raised_arms(signs):
    up = {"left_wrist": (0.3, -0.8, 0)}
    assert postures(signs, **up) == ["left arm raised"]
    assert postures(signs, **up, right_wrist=(-0.3, -0.8, 0)) == ["both arms raised"]
    assert postures(signs, hidden=("left_wrist",), **up) == []


def test_crossed_arms(signs):
    crossed = {
        "left_elbow": (0.22, -0.22, -0.1), "right_elbow": (-0.22, -0.22, -0.1),
        "left_wrist": (-0.08, -0.25, -0.25), "right_wrist": (0.08, -0.25, -0.25),
    }  # fmt: skip
    assert postures(signs, **crossed) == ["arms crossed"]
    assert postures(signs, hidden=("left_wrist",), **crossed) == []
    assert postures(signs, hidden=("right_elbow",), **crossed) == []


def test_a_hand_at_the_face(signs):
    chin = tuple(signs.points[152, :2])
    assert postures(signs, points={"left_index": chin}) == ["left hand at the face"]
    both = {"left_index": chin, "right_thumb": chin}
    assert postures(signs, points=both) == ["both hands at the face"]


def test_leaning(signs):
    def leant(x, z):
        return {
            name: (place[0] + x, place[1], place[2] + z)
            for name, place in STANDING.items()
            if name.endswith(("shoulder", "ear", "nose"))
        }

    assert postures(signs, **leant(0, -0.25)) == ["leans forward"]
    assert postures(signs, **leant(0, 0.25)) == ["leans back"]
    assert postures(signs, **leant(0.25, 0)) == ["leans to the right"]
    assert postures(signs, hidden=("left_hip",), **leant(0, -0.25)) == []


@pytest.mark.parametrize(("degrees", "told"), [(0, []), (60, "left"), (-60, "right")])
def test_turned_shoulders(signs, degrees, told):
    """Positive: the person's left shoulder (the picture's right) comes forward."""
    turn = np.radians(degrees)
    across, along = 0.18 * np.cos(turn), 0.18 * np.sin(turn)
    moved = {"left_shoulder": (across, -0.47, -along), "right_shoulder": (-across, -0.47, along)}
    expected = [f"body turned to the {told}"] if told else []
    assert postures(signs, **moved) == expected


def test_the_back(signs):
    moved = {"left_shoulder": (-0.18, -0.47, 0), "right_shoulder": (0.18, -0.47, 0)}
    assert "shows the back" in postures(signs, **moved)


def test_shoulders_pulled_up_and_slumped(signs):
    ears = {"left_ear": (0.08, -0.55, -0.02), "right_ear": (-0.08, -0.55, -0.02)}
    assert postures(signs, **ears) == ["shoulders pulled up"]
    bowed = replace(signs, head=HeadPose(0, -25, 0))
    forward = {"left_ear": (0.08, -0.6, -0.22), "right_ear": (-0.08, -0.6, -0.22)}
    assert postures(bowed, **forward) == ["slumped, the head bowed forward"]


def test_the_body_of_a_photo(photo, found, signs):
    body = BodyNetwork().read(photo, found, signs)
    assert isinstance(body, BodySigns) and body.presence > 0.5
    nose, left, right = (
        body.points[BODY_POINTS.index(name), :2]
        for name in ("nose", "left_shoulder", "right_shoulder")
    )
    width = found.width
    assert np.hypot(*(nose - found.landmarks[2])) < 0.3 * width
    assert left[0] - right[0] > width and min(left[1], right[1]) > found.xyxy[3]
    assert body.distances[0] == pytest.approx(signs.distance.metres, rel=0.1)
    # Legs and feet are below the picture.
    below = [BODY_POINTS.index(name) for name in BODY_POINTS if "ankle" in name or "foot" in name]
    assert (body.visibility[below] < 0.5).all()


def test_the_next_frame_is_looked_at_where_the_last_one_was(photo, found, signs):
    network = BodyNetwork()
    first = network.read(photo, found, signs)
    second = network.read(photo, found, signs, first)
    assert isinstance(second, BodySigns)
    off = np.abs(first.points[:13, :2] - second.points[:13, :2]).max()
    assert off < 0.5 * found.width


def test_another_persons_body_is_not_taken(photo, found, signs):
    elsewhere = Detection((380, 300, 420, 345), 0.9)
    moved = replace(signs, points=signs.points + np.float32([180, 220, 0]))
    assert BodyNetwork().read(photo, elsewhere, moved) in (ANOTHERS, NOT_SEEN)


def test_nobody_in_noise(found, signs):
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    assert isinstance(BodyNetwork().read(noise, found, signs), str)
