"""Analyzers go into processes that know nothing of this one: pools, joblib, Ray."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import mien
from mien.packaged import ASTRONAUT, SMALL_MODEL, packaged_path
from mien.results import Frame
from mien.vision.classify import Classifier
from mien.vision.detection.centerface import CenterFace

ASTRONAUT_PATH = packaged_path(ASTRONAUT)


@dataclass
class Fixed:
    """A detector of one's own that can be pickled."""

    boxes: list[tuple[float, float, float, float]]
    name: str = "fixed"

    def detect(self, image: np.ndarray) -> list[mien.Detection]:
        return [mien.Detection(box, 0.5) for box in self.boxes]


OPTIONS = [
    {},
    {"model": "small", "faces": "largest", "reading": "balanced"},
    {"detector": "haar", "min_face": 40},
    {"rotate": True, "score_threshold": 0.5, "threads": 2},
    {"detector": Fixed([(179.0, 62.0, 269.0, 178.0)])},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_an_analyzer_comes_back_as_it_was(options):
    analyzer = mien.Analyzer(**options)
    again = pickle.loads(pickle.dumps(analyzer))
    assert again.card == analyzer.card
    assert again.faces == analyzer.faces
    assert again.analyze(ASTRONAUT_PATH) == analyzer.analyze(ASTRONAUT_PATH)
    assert copy.deepcopy(analyzer).analyze(ASTRONAUT_PATH) == analyzer.analyze(ASTRONAUT_PATH)


def test_a_pickled_analyzer_is_small_and_names_no_folder():
    content = pickle.dumps(mien.Analyzer())
    assert len(content) < 1000
    assert str(Path(mien.__file__).parent).encode() not in content


def test_a_model_file_of_ones_own_is_opened_again_wherever_one_is(tmp_path, monkeypatch):
    shutil.copy(packaged_path(SMALL_MODEL), tmp_path / "mine.onnx")
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps(Classifier(Path("mine.onnx")))
    monkeypatch.chdir("/")
    assert pickle.loads(content).path == tmp_path / "mine.onnx"
    (tmp_path / "mine.onnx").unlink()
    with pytest.raises(mien.ModelFileError, match=r"mine\.onnx: no such model file"):
        pickle.loads(content)


def test_weights_of_ones_own_go_along(tmp_path):
    shutil.copy(CenterFace()._weights or packaged_path(_centerface()), tmp_path / "face.onnx")
    detector = CenterFace(weights=tmp_path / "face.onnx", min_face=30)
    again = pickle.loads(pickle.dumps(detector))
    assert (again._weights, again.min_face) == (tmp_path / "face.onnx", 30)


def _centerface():
    from mien.packaged import CENTERFACE

    return CENTERFACE


def test_a_stream_goes_on_where_it_was(scene):
    stream = mien.StreamAnalyzer("small", size=320)
    for step in range(4):
        stream.analyze(scene((190 + 4 * step, 50)), step / 10)
    again = pickle.loads(pickle.dumps(stream))
    for step in range(4, 8):
        image = scene((190 + 4 * step, 50))
        expected = stream.analyze(image, step / 10)
        assert again.analyze(image, step / 10) == expected
        assert [face.track.id for face in expected] == [1]


def read(job: tuple[mien.Analyzer, Path]) -> Frame:
    analyzer, path = job
    return analyzer.analyze(path)


def test_a_pool_of_spawned_processes():
    analyzer = mien.Analyzer("small")
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        frames = pool.map(analyzer.analyze, [ASTRONAUT_PATH, str(ASTRONAUT_PATH)])
        (other,) = pool.map(read, [(mien.Analyzer(detector="haar"), ASTRONAUT_PATH)])
    assert frames == [analyzer.analyze(ASTRONAUT_PATH)] * 2
    np.testing.assert_array_equal(frames[0][0].crop, analyzer.analyze(ASTRONAUT_PATH)[0].crop)
    assert other.detector == "haar"


def test_joblib():
    joblib = pytest.importorskip("joblib")
    analyzer = mien.Analyzer("small")
    work = [joblib.delayed(analyzer.analyze)(ASTRONAUT_PATH)] * 2
    assert joblib.Parallel(n_jobs=2)(work) == [analyzer.analyze(ASTRONAUT_PATH)] * 2
