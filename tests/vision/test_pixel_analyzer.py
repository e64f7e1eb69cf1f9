"""``PixelAnalyzer``: pixels in, a frame out."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest

import mien
from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.detection.detector import Detection
from mien.vision.pixel_analyzer import PixelAnalyzer


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return mien.read_image(packaged_path(ASTRONAUT))


@pytest.fixture(scope="module")
def analyzer() -> PixelAnalyzer:
    return PixelAnalyzer()


@dataclass
class Everywhere:
    """A detector of one's own: the protocol asks for a name and ``detect``."""

    boxes: list[tuple[float, float, float, float]]
    name: str = "everywhere"

    def detect(self, image: np.ndarray) -> list[Detection]:
        return [Detection(box, 0.5) for box in self.boxes]


def test_the_astronaut_is_happy(analyzer, photo):
    frame = analyzer.analyze(photo, path="astronaut.png")
    (face,) = frame.faces
    assert (face.label, face.top_emotion, face.unsure) == ("happy", "happy", False)
    assert face.ferplus["happy"] > 0.8
    assert (frame.path, frame.width, frame.height) == ("astronaut.png", 512, 512)
    assert (frame.detector, frame.model) == ("centerface", analyzer.card.name)


def test_the_frame_is_plain_json(analyzer, photo):
    frame = analyzer.analyze(photo)
    assert json.loads(json.dumps(frame.to_dict())) == frame.to_dict()


def test_twice_is_the_same(analyzer, photo):
    assert analyzer.analyze(photo) == analyzer.analyze(photo)


def test_mirrored_it_is_the_same_face(analyzer, photo):
    (face,) = analyzer.analyze(np.ascontiguousarray(photo[:, ::-1])).faces
    (here,) = analyzer.analyze(photo).faces
    assert face.top_emotion == "happy"
    assert 512 - face.xyxy[2] == pytest.approx(here.xyxy[0], abs=8)


def test_no_face_is_an_empty_tuple(analyzer):
    assert analyzer.analyze(np.full((200, 300, 3), 99, np.uint8)).faces == ()
    assert analyzer.analyze(np.zeros((1, 1, 3), np.uint8)).faces == ()


def test_a_detector_of_ones_own(photo):
    boxes = [(179.0, 62.0, 269.0, 178.0), (0.0, 0.0, 40.0, 40.0)]
    frame = PixelAnalyzer(detector=Everywhere(boxes)).analyze(photo)
    assert [face.xyxy for face in frame.faces] == boxes
    assert frame.detector == "everywhere"
    assert frame.faces[0].top_emotion == "happy"
    assert frame.faces[0].landmarks is None


def test_unsure_is_what_the_card_says(photo):
    boxes = [(x, y, x + 90.0, y + 90.0) for x in range(0, 420, 60) for y in range(0, 420, 60)]
    analyzer = PixelAnalyzer(detector=Everywhere(boxes))
    faces = analyzer.analyze(photo).faces
    assert {face.unsure for face in faces} == {True, False}
    for face in faces:
        assert face.label == ("unsure" if face.unsure else face.top_emotion)
        assert (face.unsure_because in ("illegible", "undecided")) == face.unsure
    plain = PixelAnalyzer(detector=Everywhere(boxes), reading="fer2013")
    for face in plain.analyze(photo).faces:
        assert face.unsure == (face.confidence < plain.card.unsure_below)


@pytest.mark.parametrize(
    "image",
    [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3), np.float32)],
)
def test_other_arrays_are_refused(analyzer, image):
    with pytest.raises(mien.UsageError, match="expected uint8"):
        analyzer.analyze(image)


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(mien.ModelFileError, match=r"nothing\.onnx: no such model file"):
        PixelAnalyzer(tmp_path / "nothing.onnx")


def test_a_packaged_model_by_its_role():
    small, default = PixelAnalyzer("small").card, PixelAnalyzer("default").card
    assert small.parameters < default.parameters
    assert PixelAnalyzer(small.name).card == small
    assert PixelAnalyzer().card == default


def test_an_unknown_name_lists_the_models():
    with pytest.raises(mien.UsageError, match=r"no model 'tiny'.*default, fast, small"):
        PixelAnalyzer("tiny")
