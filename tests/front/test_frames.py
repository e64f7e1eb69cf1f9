"""What one goes on with: frames and faces as data, on demand, and shown."""

from __future__ import annotations

import base64
import collections.abc
import copy
import gc
import io
import json
import pickle
import re
import subprocess
import sys
import weakref
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mien
from mien.emotions import FER2013, FERPLUS
from mien.front.notebook import SHOWN_FACES, SHOWN_FRAMES
from mien.media.results.sink_text import CsvSink, JsonSink
from mien.packaged import ASTRONAUT, packaged_path
from mien.results import Face, Frame, TrackState
from mien.vision.explain import explain_faces

pandas = pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def analyzer() -> mien.Analyzer:
    return mien.Analyzer()


@pytest.fixture
def path(tmp_path) -> Path:
    target = tmp_path / "astronaut.png"
    target.write_bytes(packaged_path(ASTRONAUT).read_bytes())
    return target


@pytest.fixture
def photo() -> np.ndarray:
    return mien.read_image(packaged_path(ASTRONAUT))


@pytest.fixture
def frame(analyzer, path) -> mien.PhotoFrame:
    return analyzer.analyze(path)


def made(emotion: str = "happy", **changes: object) -> Face:
    probabilities = dict.fromkeys(FER2013.labels, 0.05) | {emotion: 0.7}
    ferplus = dict.fromkeys(FERPLUS.labels, 0.125)
    return replace(
        Face((1.0, 2.0, 30.0, 40.0), 0.9, None, probabilities, ferplus, False), **changes
    )


def test_a_frame_is_its_faces():
    faces = (made("sad"), made("happy"))
    frame = Frame("a.png", 60, 50, faces, "d", "m")
    assert len(frame) == 2
    assert tuple(frame) == faces
    assert (frame[0], frame[-1]) == faces
    assert made("sad") in frame
    with pytest.raises(IndexError):
        frame[2]
    assert Frame(None, 1, 1, (), "d", "m")


def test_frames_are_a_sequence():
    frames = [Frame(f"{n}.png", 60, 50, (made(),) * n, "d", "m") for n in range(4)]
    found = mien.Frames(frames)
    assert isinstance(found, collections.abc.Sequence)
    assert list(found) == frames
    assert len(found) == 4
    assert found[1] is frames[1]
    assert found[1:3] == mien.Frames(frames[1:3])
    assert found != frames
    assert frames[2] in found
    assert len(found.faces) == 6
    assert repr(found) == "<Frames: 4 pictures, 6 faces>"
    with pytest.raises(mien.UsageError, match="int among the frames"):
        mien.Frames([1])


def test_what_holds_a_dict_is_not_hashable(frame, analyzer):
    track = TrackState(1, {"sad": 1.0}, False, 0.0, True)
    for value in (made(), track, Frame(None, 1, 1, (), "d", "m"), frame, frame[0], mien.Frames()):
        assert not isinstance(value, collections.abc.Hashable)
        with pytest.raises(TypeError, match="unhashable"):
            hash(value)
    assert isinstance(frame[0].explain(), collections.abc.Hashable)
    detection = mien.Detection((0.0, 0.0, 1.0, 1.0), 0.5)
    assert {detection: 1}[mien.Detection((0.0, 0.0, 1.0, 1.0), 0.5)] == 1


# On demand


def test_the_crop_is_what_the_model_saw(frame, analyzer):
    (face,) = frame
    assert face.crop.shape == (analyzer.card.input_height, analyzer.card.input_width)
    assert face.crop.dtype == np.uint8
    assert not face.crop.flags.writeable
    assert face.crop.base is None
    seen = analyzer.look(face.crop[None]).readings.probabilities[0]
    assert list(face.probabilities.values()) == pytest.approx(seen.tolist(), abs=1e-5)


def test_the_embedding_and_the_explanation(frame, analyzer, photo):
    (face,) = frame
    assert face.embedding.shape == (analyzer.card.embedding,)
    np.testing.assert_allclose(
        face.embedding, analyzer.classifier.embed(face.crop[None])[0], atol=1e-5
    )
    (expected,) = explain_faces(analyzer.classifier, photo, frame)
    found = face.explain()
    np.testing.assert_array_equal(found.crop, expected.crop)
    assert found.maps.keys() == expected.maps.keys() == face.probabilities.keys()
    np.testing.assert_allclose(found.maps["happy"], expected.maps["happy"], atol=1e-5)


# Without holding pictures


def test_results_hold_no_picture(analyzer):
    photo = mien.read_image(packaged_path(ASTRONAUT))
    there = weakref.ref(photo)
    frame = analyzer.analyze(photo)
    np.testing.assert_array_equal(frame.pixels(), photo)
    del photo
    gc.collect()
    assert there() is None
    with pytest.raises(mien.UsageError, match=r"not there any more; .*keep_pixels=True"):
        frame.pixels()


def test_a_picture_is_read_again_when_it_is_asked_for(frame, path, photo):
    np.testing.assert_array_equal(frame.pixels(), photo)
    np.testing.assert_array_equal(frame.annotated(), mien.annotate(photo, frame))
    Image.new("RGB", (8, 9)).save(path)
    with pytest.raises(mien.UsageError, match=r"has 8 × 9 pixels now, it had 512 × 512"):
        frame.pixels()
    path.unlink()
    with pytest.raises(mien.UsageError, match="not there any more"):
        frame.pixels()


def test_bgr_arrays_come_back_as_rgb(analyzer, photo):
    bgr = np.ascontiguousarray(photo[..., ::-1])
    np.testing.assert_array_equal(analyzer.analyze(bgr, bgr=True).pixels(), photo)


def test_kept_pixels_stay(analyzer, path, photo):
    content = path.read_bytes()
    with pytest.raises(mien.UsageError, match="not there any more"):
        analyzer.analyze(content).pixels()
    kept = analyzer.analyze(content, keep_pixels=True)
    np.testing.assert_array_equal(kept.pixels(), photo)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(kept)).pixels(), photo)


# Pickled


def test_results_are_light_to_pickle_and_still_tell_all(frame, analyzer, photo):
    content = pickle.dumps(frame)
    assert len(content) < 5000
    again = pickle.loads(content)
    assert again == frame
    assert again.to_json() == frame.to_json()
    np.testing.assert_array_equal(again[0].crop, frame[0].crop)
    np.testing.assert_allclose(again[0].embedding, frame[0].embedding, atol=1e-5)
    np.testing.assert_array_equal(again.pixels(), photo)
    assert pickle.loads(pickle.dumps(again)) == frame
    assert copy.deepcopy(frame) == frame


def test_unpickling_results_opens_no_network(analyzer, path, tmp_path):
    (tmp_path / "frames.pickle").write_bytes(pickle.dumps(analyzer.analyze([path, path])))
    code = (
        "import pickle, pathlib, onnxruntime\n"
        "def fail(*a, **k): raise SystemExit('opened')\n"
        "onnxruntime.InferenceSession = fail\n"
        "frames = pickle.loads(pathlib.Path('frames.pickle').read_bytes())\n"
        "print(len(frames), frames[0][0].label, frames.to_dataframe().shape[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.returncode) == ("2 happy 2", 0), done.stderr


# As data


def test_json_is_what_the_program_writes(analyzer, path, tmp_path):
    frames = analyzer.analyze([path, np.zeros((20, 20, 3), np.uint8)])
    with JsonSink(tmp_path / "out.json") as sink:
        for frame in frames:
            sink.write(frame)
    assert frames.to_json() == (tmp_path / "out.json").read_text("utf-8")
    assert frames.to_dict() == json.loads(frames.to_json())
    assert frames.to_dict()["frames"][0] == frames[0].to_dict()
    assert json.loads(frames[0].to_json()) == frames[0].to_dict()
    assert "\n" not in frames[0].to_json()


def test_json_of_a_name_that_is_not_utf8():
    frame = Frame("caf\udce9.png", 6, 5, (), "d", "m")
    assert json.loads(frame.to_json())["path"] == "caf\\xe9.png"
    frame.to_json().encode()


def test_a_data_frame_has_the_columns_of_the_csv(analyzer, path, tmp_path):
    frames = analyzer.analyze([path, np.zeros((20, 20, 3), np.uint8), path])
    from mien.media.results.result_columns import face_columns

    with CsvSink(tmp_path / "out.csv", face_columns(FER2013.labels, FERPLUS.labels)) as sink:
        for frame in frames:
            sink.write(frame)
    found = frames.to_dataframe()
    expected = pandas.read_csv(tmp_path / "out.csv")
    assert len(found) == 2
    pandas.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert found["happy"].dtype == "float64"
    assert found["face"].dtype == "int64"
    assert found["unsure"].dtype == "bool"
    pandas.testing.assert_frame_equal(frames[0].to_dataframe(), found.iloc[:1])


def test_a_data_frame_without_faces_has_its_columns_and_types(analyzer):
    empty = analyzer.analyze(np.zeros((20, 20, 3), np.uint8)).to_dataframe()
    assert len(empty) == 0
    assert list(empty) == list(mien.Frames([Frame(None, 1, 1, (made(),), "d", "m")]).to_dataframe())
    assert empty["happy"].dtype == "float64"
    assert list(mien.Frames().to_dataframe()) == list(empty)


def test_a_data_frame_of_a_video_has_its_columns():
    track = TrackState(3, dict(made().probabilities), False, 0.5, True)
    frames = [
        Frame("v.mp4", 60, 50, (made(track=track),), "d", "m", time=0.5, number=12),
        Frame("v.mp4", 60, 50, (made(),), "d", "m", time=0.6, number=13),
    ]
    found = mien.Frames(frames).to_dataframe()
    assert found["time"].tolist() == [0.5, 0.6]
    assert found["track"].tolist() == [3, pandas.NA]
    assert found["left_eye_x"].isna().all()


def test_a_data_frame_of_polars(frame):
    polars = pytest.importorskip("polars")
    found = mien.Frames([frame]).to_dataframe("polars")
    assert isinstance(found, polars.DataFrame)
    assert found["label"].to_list() == ["happy"]
    assert found.columns == list(frame.to_dataframe())
    assert mien.Frames().to_dataframe("polars").schema["face"] == polars.Int64


def test_a_library_that_is_not_there(frame, monkeypatch):
    with pytest.raises(mien.UsageError, match="library is 'panda'; did you mean 'pandas'"):
        frame.to_dataframe("panda")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        mien.MissingExtraError, match=r"neither pandas nor polars .*pip install pandas"
    ):
        frame.to_dataframe()
    with pytest.raises(mien.MissingExtraError, match=r"polars is not installed.*install polars"):
        frame.to_dataframe("polars")


# Shown


class Page(HTMLParser):
    """What a browser would make of it: tags that close, texts, pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.texts, self.sources, self.alts = [], [], [], []
        self.tags = set()
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "img":
            self.sources.append(dict(attrs)["src"])
            self.alts.append(dict(attrs)["alt"])
        else:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts += [" ".join(data.split())] if data.strip() else []


def picture_of(source: str) -> Image.Image:
    head, _, body = source.partition(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(body, validate=True)))


def test_html_of_a_frame(frame):
    page = Page(frame._repr_html_())
    (source,) = page.sources
    assert picture_of(source).size == (480, 480)
    assert page.alts == [f"{frame.path}: happy 100%"]
    assert {"1", "happy", "100%"} <= set(page.texts)
    assert "script" not in page.tags
    assert len(frame._repr_html_()) < 1_000_000


def test_html_escapes_what_others_have_named(analyzer, photo):
    name = '"><script>alert(1)</script>&.png'
    frame = analyzer.analyze(photo, path=name)
    page = Page(frame._repr_html_())
    assert "script" not in page.tags
    assert page.alts[0].startswith(name)
    assert any(text.startswith(name) for text in page.texts)
    bad = Frame(name, 60, 50, (made(probabilities={"<b>": 0.6, "<i>": 0.4}),), "d", "m")
    assert not {"b", "i"} & Page(mien.Frames([bad])._repr_html_()).tags


def test_html_says_when_the_picture_is_gone(analyzer, path):
    text = analyzer.analyze(path.read_bytes())._repr_html_()
    page = Page(text)
    assert page.sources == []
    assert any("keep_pixels=True" in text for text in page.texts)
    assert "happy" in page.texts


def test_html_of_many_frames_is_bounded(analyzer, photo):
    one = analyzer.analyze(photo)
    many = replace(one, faces=one.faces * (SHOWN_FACES + 1))
    frames = mien.Frames([many] + [one] * (SHOWN_FRAMES + 2))
    page = Page(frames._repr_html_())
    assert len(page.sources) == SHOWN_FRAMES
    assert max(picture_of(page.sources[1]).size) == 240
    assert "and 1 more face" in page.texts
    assert page.texts[-1] == "15 pictures, 35 faces; 3 of them are not shown"
    assert len(frames._repr_html_()) < 3_000_000


def test_html_of_nobody_and_nothing(analyzer):
    empty = analyzer.analyze(np.zeros((20, 30, 3), np.uint8), keep_pixels=True)
    page = Page(empty._repr_html_())
    assert page.alts == ["picture in memory: no face"]
    assert picture_of(page.sources[0]).size == (30, 20)
    assert Page(mien.Frames()._repr_html_()).texts == ["0 pictures, 0 faces"]


def test_html_of_a_video_shows_the_people():
    track = TrackState(3, dict(made("sad").probabilities), True, 0.5, True)
    frame = Frame("v.mp4", 60, 50, (made(track=track),), "d", "m", time=0.5)
    texts = Page(mien.Frames([frame])._repr_html_()).texts
    assert {"3", "unsure: sad?", "v.mp4, 0.50 s, 60 × 50"} <= set(texts)


def test_plots(frame, photo):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    ax = frame.plot()
    np.testing.assert_array_equal(ax.images[0].get_array(), mien.annotate(photo, frame))
    assert ax.get_title() == frame.path
    own = pyplot.figure().add_subplot()
    assert frame.plot(own) is own
    axes = mien.Frames([frame] * 3).plot(columns=2)
    assert len(axes) == 3
    assert axes[0].figure is axes[2].figure
    assert axes[2].get_subplotspec().get_geometry()[:2] == (2, 2)
    pyplot.close("all")


def test_what_cannot_be_plotted(frame, monkeypatch):
    with pytest.raises(mien.UsageError, match="no frame to plot"):
        mien.Frames().plot()
    with pytest.raises(mien.UsageError, match="columns is 0"):
        mien.Frames([frame]).plot(columns=0)
    with pytest.raises(mien.UsageError, match=r"does not know its picture; .*mien\.annotate"):
        mien.Frames([Frame(None, 1, 1, (), "d", "m")]).plot()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(mien.MissingExtraError, match=r"matplotlib is not installed; .*write_image"):
        frame.plot()


def test_drawn_smaller_the_boxes_are_where_the_faces_are(frame):
    page = Page(frame._repr_html_())
    small = np.asarray(picture_of(page.sources[0]).convert("RGB")).astype(int)
    left, top, right, bottom = (round(value * 480 / 512) for value in frame[0].xyxy)
    yellow = small[:, :, 0] - small[:, :, 2] > 150
    for strip in (
        yellow[top - 2 : top + 3, left:right],
        yellow[bottom - 2 : bottom + 3, left:right],
    ):
        assert strip.any(axis=0).mean() > 0.8
    assert re.search(r"179, 62, 269, 178", frame._repr_html_())
