from __future__ import annotations

import json
import pickle
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mien import Analyzer, StreamAnalyzer
from mien.errors import UsageError
from mien.face_signs import BLENDSHAPE_NAMES, FaceSigns
from mien.vision.detection.detector import Detection
from mien.vision.detection.detectors import create_detector
from mien.vision.signs.distance import Focal
from mien.vision.signs.geometry import place_mean_face
from mien.vision.signs.signs_reader import CUT_OFF, TOO_SMALL, SignsReader

from .made_faces import turned, with_corners_moved

FOCAL = Focal(400, "given")


@pytest.fixture(scope="session")
def reader() -> SignsReader:
    return SignsReader()


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    return Analyzer(signs=True, focal=400)


@pytest.fixture(scope="session")
def signs(reader, photo, found) -> FaceSigns:
    (signs,) = reader.read(photo, [found], FOCAL)
    return signs


def names(signs: FaceSigns) -> set[str]:
    return {sign.name for sign in signs.signs}


def test_a_smile_is_seen_at_the_mouth(signs):
    assert signs.sentences[0].startswith("corners of the mouth") and "up" in signs.sentences[0]
    assert {sign.region for sign in signs.signs} == {"mouth"}
    assert signs.covered == ()
    assert tuple(signs.blendshapes) == BLENDSHAPE_NAMES
    assert all(0 <= value <= 1 for value in signs.blendshapes.values())


def test_the_numbers_are_those_of_a_person_who_looks_at_the_camera(signs):
    assert abs(signs.head.yaw) < 6 and abs(signs.head.roll) < 6 and -16 < signs.head.pitch < 6
    assert abs(signs.gaze.yaw) < 12 and abs(signs.gaze.pitch) < 12
    assert not signs.eyes_closed and all(0.2 < each < 0.5 for each in signs.eyes_open)
    assert signs.distance.by == "iris" and 0.4 < signs.distance.metres < 0.75


def test_metric_points_are_a_head_in_metres(signs):
    width = np.ptp(signs.metric_points[:468, 0])
    assert 0.12 < width < 0.19
    between_irises = np.hypot(*(signs.metric_points[468] - signs.metric_points[473])[:2])
    assert 0.05 < between_irises < 0.075
    ratio = np.ptp(signs.points[:468, 0]) / width
    assert ratio == pytest.approx(
        np.ptp(signs.points[:468, 1]) / np.ptp(signs.metric_points[:468, 1])
    )


def test_the_smile_goes_with_the_corners_of_the_mouth(reader, photo, found, mesh):
    """Made faces: the mouth is named while it smiles, and never anything else in its place."""
    placement = place_mean_face(mesh.points)
    strengths = []
    for up in (0, -0.6, -0.9, -1.5):
        made = with_corners_moved(photo, mesh, placement, up)
        (signs,) = reader.read(made, [found], FOCAL)
        smile = [sign.strength for sign in signs.signs if sign.name == "smile"]
        strengths.append(smile[0] if smile else 0.0)
        assert {sign.region for sign in signs.signs} <= {"mouth"}
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[0] > 0.8 and strengths[-1] == 0


@pytest.mark.parametrize("how", ["mask", "skin", "noise"])
def test_nothing_is_claimed_of_a_covered_mouth(reader, photo, found, mesh, how):
    made = photo.copy()
    area = np.zeros(photo.shape[:2], np.uint8)
    x, y = mesh.points[[13, 14], :2].mean(axis=0)
    wide = np.ptp(mesh.points[:468, 0])
    cv2.ellipse(area, (int(x), int(y)), (int(wide * 0.38), int(wide * 0.3)), 0, 0, 360, 1, -1)
    fill = {
        "mask": np.full_like(photo, 220),
        "skin": np.broadcast_to(photo[150, 195], photo.shape),
        "noise": np.random.default_rng(0).integers(0, 256, photo.shape, dtype=np.uint8),
    }[how]
    made[area > 0] = fill[area > 0]
    (signs,) = reader.read(made, [found], FOCAL)
    assert "mouth" in signs.covered
    assert "mouth" not in {sign.region for sign in signs.signs}


def test_dark_glasses_hide_the_gaze_and_the_irises(reader, photo, found, mesh):
    made = photo.copy()
    for number in (468, 473):
        x, y = mesh.points[number, :2]
        cv2.ellipse(made, (int(x), int(y)), (17, 13), 0, 0, 360, (15, 15, 15), -1)
    (signs,) = reader.read(made, [found], FOCAL)
    assert {"left_eye", "right_eye"} <= set(signs.covered)
    assert signs.gaze is None and signs.distance.by == "head"
    assert "eyes" not in {sign.region for sign in signs.signs}
    assert "smile" in names(signs)


@pytest.mark.parametrize(("yaw", "side"), [(62, "left"), (-55, "right")])
def test_the_far_side_of_a_profile_is_not_seen(reader, photo, mesh, yaw, side):
    made = turned(photo, mesh, yaw=yaw)
    (face,) = create_detector("centerface").detect(made)[:1]
    (signs,) = reader.read(made, [face], FOCAL)
    assert abs(signs.head.yaw) > 40
    assert {f"{side}_eye", f"{side}_brow"} <= set(signs.covered)
    assert signs.gaze is None and signs.distance.by == "head"
    assert not {sign.region for sign in signs.signs} & {"eyes", "brows"}


def test_a_face_of_twenty_pixels_is_too_small(reader, photo, found):
    small = cv2.resize(photo, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    detection = Detection(tuple(value * 0.2 for value in found.xyxy), 0.9)
    assert reader.read(small, [detection], FOCAL) == [TOO_SMALL]


def test_half_a_face_is_at_the_edge(reader, photo, found):
    cut = np.ascontiguousarray(photo[:, 224:])
    left, top, right, bottom = found.xyxy
    detection = Detection((0, top, right - 224, bottom), 0.9)
    (answer,) = reader.read(
        cut, [replace(detection, xyxy=(left - 224, top, right - 224, bottom))], FOCAL
    )
    assert answer == CUT_OFF


def test_two_faces_keep_their_order(reader, photo, found, signs):
    left, top, right, bottom = found.xyxy
    wide = np.concatenate([photo, photo[:, ::-1]], axis=1)
    mirrored = Detection((1024 - right, top, 1024 - left, bottom), 0.9)
    small = Detection((0, 0, 20, 20), 0.9)
    first, none, second = reader.read(wide, [found, small, mirrored], FOCAL)
    assert none == TOO_SMALL
    assert first.head.yaw == pytest.approx(signs.head.yaw, abs=1)
    assert second.points[:, 0].min() > 512
    assert reader.read(wide, [], FOCAL) == []


def test_signs_are_asked_for(photo, analyzer):
    plain = Analyzer().analyze(photo).faces[0]
    assert plain.signs is None and plain.no_signs_because is None
    assert "signs" not in plain.to_dict()
    face = analyzer.analyze(photo).faces[0]
    assert face.signs.signs[0].speaks_for == face.label == "happy"
    assert replace(face, signs=None, crop=None).probabilities == plain.probabilities


def test_the_json_form_is_plain(analyzer, photo):
    face = analyzer.analyze(photo).faces[0]
    plain = json.loads(json.dumps(face.to_dict(), allow_nan=False))["signs"]
    assert plain["sentences"] == list(face.signs.sentences)
    assert plain["distance"]["focal_from"] == "given"
    assert set(plain["blendshapes"]) == set(BLENDSHAPE_NAMES) and "points" not in plain
    assert np.shape(face.signs.to_dict(points=True)["points"]) == (478, 3)


def test_an_analyzer_with_signs_can_be_pickled(analyzer, photo):
    again = pickle.loads(pickle.dumps(analyzer)).analyze(photo).faces[0]
    assert again.signs.sentences == analyzer.analyze(photo).faces[0].signs.sentences


@pytest.mark.parametrize("options", [{"signs": "yes"}, {"focal": 0}, {"focal": float("inf")}])
def test_wrong_options_are_refused(options):
    with pytest.raises(UsageError):
        Analyzer(**options)


def test_in_a_video_what_a_face_shows_all_along_is_learnt(photo):
    """The smile stays a smile (half of a movement at most is rest), but less of one."""
    stream = StreamAnalyzer(signs=True, detect_every=30)
    strengths = []
    for number in range(30):
        (face,) = stream.analyze(photo, number * 0.25).faces
        strengths.append(next(s.strength for s in face.signs.signs if s.name == "smile"))
    assert strengths[0] == pytest.approx(strengths[20], abs=0.1)
    assert strengths[-1] < strengths[0]
