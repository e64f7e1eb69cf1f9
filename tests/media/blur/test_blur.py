"""No frame may show a face that is to be covered, also where the detector does not find it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.errors import UsageError
from mien.media.blur.blur import blur_faces
from mien.media.blur.blurred_people import Blur, BlurredPeople, Blurring, blurring
from mien.media.blur.covers import CoverCollector
from mien.media.study.participant import Who
from mien.media.video.frames import VideoFrame
from mien.results import Face, Frame, TrackState
from mien.vision.stream import StreamAnalyzer

FPS = 10
LABELS = ("happy", "sad")


def test_inside_nothing_is_left_and_far_away_everything(head):
    picture = np.tile(head, (2, 2, 1))
    covered = blur_faces(picture, [(60, 50, 150, 160)])
    inside = covered[40:170, 40:165].astype(float)
    # No edge is left of which a feature could be made.
    assert np.abs(cv2.Laplacian(inside, cv2.CV_64F)).max() < 20
    assert np.abs(cv2.Laplacian(picture[50:160, 60:150].astype(float), cv2.CV_64F)).max() > 200
    assert np.array_equal(covered[:, 300:], picture[:, 300:])
    assert np.array_equal(picture, np.tile(head, (2, 2, 1)))
    # The edge is soft: no step is higher than those that the picture itself has there.
    flat = blur_faces(np.full((300, 300, 3), 90, np.uint8), [(100, 100, 160, 160)])
    assert np.array_equal(flat, np.full((300, 300, 3), 90, np.uint8))


@pytest.mark.parametrize(
    "box", [(-50, -50, 20, 20), (1e4, 1e4, 2e4, 2e4), (5, 5, 5, 5), (0, 0, 2, 1)]
)
def test_boxes_at_and_past_the_edge(head, box):
    assert blur_faces(head, [box]).shape == head.shape


def turned(picture: np.ndarray, left: int) -> np.ndarray:
    """The head in pieces, in place: as full of detail, and no face that a detector finds."""
    picture = picture.copy()
    top, step = 60, 15
    order = np.random.default_rng(1).permutation(14 * 14)
    part = picture[top : top + 210, left : left + 210]
    pieces = part.reshape(14, step, 14, step, 3).swapaxes(1, 2).reshape(-1, step, step, 3)[order]
    part[:] = pieces.reshape(14, 14, step, step, 3).swapaxes(1, 2).reshape(210, 210, 3)
    return picture


@pytest.fixture(scope="module")
def analyzer() -> StreamAnalyzer:
    return StreamAnalyzer(detect_every=1)


@pytest.mark.parametrize("every", [1, 3])
def test_a_moving_face_is_covered_in_every_frame(scene, analyzer, every):
    """In pieces for the first six frames, for eight in the middle, and for the last five."""
    hidden = {*range(6), *range(15, 23), *range(35, 40)}
    pictures, lefts, found = [], [], 0
    for at in range(40):
        left = 20 + 8 * at
        picture = scene((left, 60))
        pictures.append(turned(picture, left) if at in hidden else picture)
        lefts.append(left)
    one = StreamAnalyzer.like(analyzer)
    one.configure(detect_every=every)
    labels = next(iter(one.card.heads.values())).labels
    people = BlurredPeople(Blurring(Blur.ALL), tuple(labels))
    missed = set()
    for at, picture in enumerate(pictures):
        frame = one.analyze(picture, at / FPS, number=at)
        people.add(picture, frame)
        found += len(frame.faces)
        if not frame.faces:
            missed.add(at)
    # The detection really fails there, or nothing would be shown.
    assert {0, 1, 2, 3, 4, 5} <= missed
    assert len(missed & set(range(15, 23))) >= 4
    assert found
    again = [VideoFrame(at, at / FPS, picture) for at, picture in enumerate(pictures)]
    drawn = list(people.drawn(again))
    assert len(drawn) == 40
    for at, (picture, (image, time)) in enumerate(zip(pictures, drawn, strict=True)):
        assert time == at / FPS
        # Where the astronaut's face is in the cut-out.
        left, top, right, bottom = lefts[at] + 60, 95, lefts[at] + 150, 215
        before = picture[top:bottom, left:right].astype(int)
        after = image[top:bottom, left:right].astype(int)
        same = (np.abs(before - after).max(axis=2) <= 3).mean()
        assert same < 0.1, f"frame {at}: {same:.0%} of the face is as it was"


def frame(time: float, *faces: tuple[int, float]) -> Frame:
    """A frame in which people, by number, are at these left edges."""
    shown = {"happy": 0.9, "sad": 0.1}
    return Frame(
        "a.mp4", 640, 360,
        tuple(
            Face((left, 100.0, left + 90, 220.0), 0.9, None, shown, {}, False,
                 track=TrackState(number, shown, False, 0.0, True))
            for number, left in faces
        ),
        "d", "m", time, round(time * FPS),
    )  # fmt: skip


def test_between_two_sightings_the_whole_way_is_covered():
    """Nothing to follow: pictures without a feature."""
    grey = np.full((360, 640, 3), 90, np.uint8)
    collector = CoverCollector()
    for at in range(20):
        seen = () if 5 <= at < 12 else ((1, 100.0 + 20 * at),)
        collector.add(grey, frame(at / FPS, *seen))
    for at in range(20):
        (box,) = collector.covers(at)
        assert box[0] <= 100 + 20 * at + 1e-6
        assert box[2] >= 190 + 20 * at - 1e-6
        assert collector.covers(at, sharp=(1,)) == []


def test_others_are_covered_and_the_participant_is_not(head):
    picture = np.tile(head, (2, 3, 1))[:360, :630]
    frames = [frame(at / FPS, (1, 60.0), *(((2, 480.0),) if at > 3 else ())) for at in range(10)]
    for sharp, covered in ((Who.PRESENT, {2}), (Who.RIGHT, {1}), ((2,), {1}), ((1, 2), set())):
        people = BlurredPeople(Blurring(Blur.OTHERS, sharp), LABELS)
        for each in frames:
            people.add(picture, each)
        again = [VideoFrame(at, at / FPS, picture) for at in range(10)]
        for image, _ in people.drawn(again):
            for number, left in ((1, 60), (2, 480)):
                middle = np.s_[120:200, left + 10 : left + 80]
                changed = not np.array_equal(image[middle], picture[middle])
                assert changed == (number in covered), (sharp, number)
    with pytest.raises(UsageError, match="nobody has the number 7"):
        other = BlurredPeople(Blurring(Blur.OTHERS, (7,)), LABELS)
        other.add(picture, frames[0])
        other.sharp()


def test_a_reading_that_was_cut_off_covers_its_end_whole(head):
    picture = np.tile(head, (2, 3, 1))[:360, :630]
    people = BlurredPeople(Blurring(Blur.ALL), LABELS)
    for at in range(40):
        people.add(picture, frame(at / FPS))
    again = [VideoFrame(at, at / FPS, picture) for at in range(60)]
    images = [image for image, _ in people.drawn(again, cut_off=True)]
    assert len(images) == 40
    same = [np.array_equal(image, picture) for image in images]
    assert same == [True] * 20 + [False] * 20


def test_what_the_options_say():
    assert blurring(None, None) is None
    assert blurring(Blur.ALL, None) == Blurring(Blur.ALL)
    assert blurring(Blur.OTHERS, None) == Blurring(Blur.OTHERS, Who.PRESENT)
    assert blurring(Blur.OTHERS, "left") == Blurring(Blur.OTHERS, Who.LEFT)
    assert blurring(Blur.OTHERS, "1, 4") == Blurring(Blur.OTHERS, (1, 4))
    for whose, sharp in ((None, "left"), (Blur.ALL, "left"), (Blur.OTHERS, "me")):
        with pytest.raises(UsageError):
            blurring(whose, sharp)
