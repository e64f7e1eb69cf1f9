"""``mien.read`` and ``mien.Analyzer``: one picture or several, in any form, in bounded memory."""

from __future__ import annotations

import base64
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mien
from mien.front.analyzer import BATCH
from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.pixel_analyzer import PixelAnalyzer


@pytest.fixture(scope="module")
def path() -> Path:
    return packaged_path(ASTRONAUT)


@pytest.fixture(scope="module")
def photo(path) -> np.ndarray:
    return mien.read_image(path)


@pytest.fixture(scope="module")
def analyzer() -> mien.Analyzer:
    return mien.Analyzer()


class Boxes:
    """A detector that finds the same boxes everywhere, at no cost, and remembers how often."""

    name = "boxes"

    def __init__(self, count: int = 1) -> None:
        self.count, self.pictures = count, 0

    def detect(self, image: np.ndarray) -> list[mien.Detection]:
        self.pictures += 1
        return [mien.Detection((4.0, 4.0, 44.0, 44.0), 0.9)] * self.count


def noise(count: int, side: int = 60) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [generator.integers(0, 256, (side, side, 3), np.uint8) for _ in range(count)]


FORMS = {
    "text": str,
    "Path": Path,
    "bytes": Path.read_bytes,
    "BytesIO": lambda path: io.BytesIO(path.read_bytes()),
    "file": lambda path: path.open("rb"),
    "PIL": Image.open,
    "array": mien.read_image,
    "data URI": lambda path: (
        "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
    ),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_one_picture_of_any_form(form, analyzer, path, photo):
    frame = analyzer.analyze(form(path))
    assert isinstance(frame, mien.PhotoFrame)
    (face,) = frame
    assert face.label == "happy"
    assert frame.faces == analyzer.analyze(photo).faces
    plain = PixelAnalyzer().analyze(photo, path=frame.path)
    assert frame.to_dict() == plain.to_dict()


def test_the_path_of_the_result(analyzer, path, photo):
    assert analyzer.analyze(path).path == str(path)
    assert analyzer.analyze(photo).path is None
    assert analyzer.analyze(photo, path="frame 7").path == "frame 7"
    assert analyzer.analyze(path, path="other").path == "other"


def test_opencvs_order_of_channels(analyzer, photo):
    bgr = photo[..., ::-1]
    assert analyzer.analyze(bgr, bgr=True) == analyzer.analyze(photo)
    assert analyzer.analyze(bgr) != analyzer.analyze(photo)


def test_read_is_the_default_analyzer_made_once(path, analyzer):
    assert mien.read(path) == analyzer.analyze(path)
    assert mien.read(path)[0]._model.classifier() is mien.read(path)[0]._model.classifier()
    assert list(mien.read([path])) == [mien.read(path)]


def test_read_has_no_options_of_networks(path):
    with pytest.raises(mien.UsageError, match=r"threads is no option of mien\.read; .*Analyzer"):
        mien.read(path, threads=2)


@pytest.mark.parametrize("several", [list, tuple, iter, lambda items: (item for item in items)])
def test_several_pictures_of_several_forms(several, analyzer, path):
    frames = analyzer.analyze(several([form(path) for form in FORMS.values()]))
    assert isinstance(frames, mien.Frames)
    assert len(frames) == len(FORMS)
    for frame in frames:
        assert frame.faces == frames[0].faces


def test_bgr_of_several_is_of_the_arrays_among_them(analyzer, path, photo):
    frames = analyzer.analyze([path, np.ascontiguousarray(photo[..., ::-1])], bgr=True)
    assert frames[0].faces == frames[1].faces


def test_nothing_is_no_frames(analyzer):
    assert list(analyzer.analyze([])) == []
    assert list(analyzer.analyze_many(iter(()))) == []


@pytest.mark.parametrize("faces", [0, 1, 3, 40])
def test_faces_stay_with_their_pictures_over_batches(faces):
    analyzer = mien.Analyzer("small", detector=Boxes(faces))
    pictures = noise(BATCH + 5)
    frames = analyzer.analyze(pictures)
    assert len(frames) == len(pictures)
    for frame, picture in zip(frames, pictures, strict=True):
        alone = analyzer.analyze(picture)
        assert [face.xyxy for face in frame] == [face.xyxy for face in alone]
        for face, other in zip(frame, alone, strict=True):
            assert face.probabilities == pytest.approx(other.probabilities, abs=1e-5)
            np.testing.assert_array_equal(face.crop, other.crop)


def test_many_are_read_as_they_come():
    detector = Boxes()
    analyzer = mien.Analyzer("small", detector=detector)

    def endless() -> Iterator[np.ndarray]:
        while True:
            yield from noise(3)

    frames = analyzer.analyze_many(endless())
    assert detector.pictures == 0
    for _ in range(BATCH):
        next(frames)
    assert detector.pictures == BATCH
    next(frames)
    assert detector.pictures == 2 * BATCH


def test_the_memory_of_many_is_bounded():
    """Sixty pictures of 12 MB each pass through; what is held is a part of one batch of them."""
    analyzer = mien.Analyzer("small", detector=Boxes(1))
    (small,) = noise(1)

    def pictures() -> Iterator[np.ndarray]:
        for _ in range(60):
            large = np.zeros((2000, 2000, 3), np.uint8)
            large[:60, :60] = small
            yield large

    next(analyzer.analyze_many(pictures()))
    tracemalloc.start()
    frames = list(analyzer.analyze_many(pictures()))
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(frames) == 60
    assert held < 2_000_000
    assert peak < 5 * 12_000_000


def test_progress_is_told(analyzer):
    told = []
    fast = mien.Analyzer("small", detector=Boxes())
    fast.analyze(noise(3), progress=lambda done, total: told.append((done, total)))
    fast.analyze(iter(noise(2)), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3), (1, None), (2, None)]


def test_a_bar_goes_to_standard_error(capfd):
    mien.Analyzer("small", detector=Boxes()).analyze(noise(2), progress=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert "2/2" in err


def test_the_first_error_is_raised_with_its_place_after_the_frames_before(path):
    analyzer = mien.Analyzer("small", detector=Boxes())
    found = analyzer.analyze_many([*noise(2), None, *noise(2)])
    assert len([next(found), next(found)]) == 2
    with pytest.raises(mien.UsageError, match=r"^picture 3: None is no picture"):
        next(found)
    for wrong, line in [
        (b"", "^picture 2: the file is empty"),
        ("no.png", r"^no\.png: no such file"),
        (np.zeros((9, 9)), "^picture 2: the image is float64"),
        ([path], "^picture 2: a list where one picture is expected"),
    ]:
        with pytest.raises(mien.MienError, match=line):
            analyzer.analyze([path, wrong])


def test_errors_can_be_gathered_and_the_rest_be_done(path):
    analyzer, errors = mien.Analyzer("small", detector=Boxes()), []
    told = []
    frames = analyzer.analyze(
        [path, "no.png", None, path],
        on_error=errors.append,
        progress=lambda done, total: told.append(done),
    )
    assert [frame.path for frame in frames] == [str(path)] * 2
    assert [str(error).partition(";")[0] for error in errors] == [
        "no.png: no such file",
        "picture 3: None is no picture",
    ]
    assert told == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("source", "options", "line"),
    [
        (None, {}, "None is no picture"),
        (3, {}, "cannot read a picture out of int"),
        ({"a": 1}, {}, "give its values"),
        ("tests", {}, r"is a folder, not a picture; give its pictures: sorted\("),
        (["a.png"], {"path": "b"}, "path is for one picture"),
        (["a.png"], {"progress": "yes"}, "progress is 'yes', expected True or False"),
        (["a.png"], {"on_error": "skip"}, "on_error is str, expected a function"),
        (["a.png"], {"bgr": "yes"}, "bgr is 'yes'"),
        (["a.png"], {"keep_pixels": 1}, "keep_pixels is 1"),
        ("a.png", {"progress": True}, "are for several pictures; give a list"),
        ("a.png", {"on_error": print}, "are for several pictures; give a list"),
        ("a.png", {"path": 3}, "path is int, expected text"),
        ("a.png", {"keep_pixels": None}, "keep_pixels is None"),
    ],
)
def test_what_makes_no_sense_is_refused(source, options, line, analyzer, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").mkdir()
    with pytest.raises(mien.UsageError, match=line):
        analyzer.analyze(source, **options)


@pytest.mark.parametrize("source", ["a.png", b"1", np.zeros((9, 9, 3), np.uint8), None, {"a": 1}])
def test_one_picture_is_not_many(source, analyzer):
    with pytest.raises(mien.UsageError):
        analyzer.analyze_many(source)
