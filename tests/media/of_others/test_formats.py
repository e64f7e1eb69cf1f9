"""Files of other tools: each is read back with that tool's own library, where it is installed."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.emotions import FER2013
from mien.errors import OutputError, UsageError
from mien.media.image import read_image
from mien.media.of_others.sinks_of_others import FORMATS_OF_OTHERS, create_sink_of_others
from mien.packaged import ASTRONAUT, packaged_path
from mien.results import Face, Frame, TrackState
from mien.vision.stream import StreamAnalyzer

STEP = 0.1


def face(label: str, number: int) -> Face:
    """A face of a person, without signs."""
    shares = {name: 0.9 if name == label else 0.1 / 6 for name in FER2013.labels}
    track = TrackState(number, shares, False, 0.0, True)
    return Face((10, 20, 40, 60), 0.9, None, shares, {}, False, track)


@pytest.fixture
def frames() -> list[Frame]:
    """Two seconds: a person happy, then sad, then away and back; another surprised throughout."""
    found = []
    for number in range(20):
        faces = [face("surprise", 2)]
        if number < 8:
            faces.append(face("happy", 1))
        elif number < 12 or number >= 18:
            faces.append(face("sad", 1))
        found.append(
            Frame(
                "dir/a <b>.mp4", 640, 480, tuple(faces), "d", "m", number=number, time=STEP * number
            )
        )
    return found


@pytest.fixture
def write(tmp_path: Path, frames: list[Frame]) -> Callable[..., Path]:
    """Frames in a format."""

    def make(format: str, name: str, of: list[Frame] | None = None) -> Path:
        target = tmp_path / name
        with create_sink_of_others(format, target, FER2013.labels) as sink:
            for frame in frames if of is None else of:
                sink.write(frame)
        return target

    return make


FIRST = [(0, 800, "happy"), (800, 1200, "sad"), (1800, 2000, "sad")]
"""Bouts of the first person in milliseconds; after the pause a new one begins."""


def test_elan(write):
    elan = pytest.importorskip("pympi").Elan.Eaf(str(write("elan", "a.eaf")))
    assert list(elan.get_tier_names()) == ["person 1", "person 2"]
    found = sorted(elan.get_annotation_data_for_tier("person 1"))
    assert [(start, end, text) for start, end, text, *_ in found] == FIRST
    assert sorted(elan.get_annotation_data_for_tier("person 2"))[0][2] == "surprise"
    (media,) = elan.get_linked_files()
    assert media["RELATIVE_MEDIA_URL"] == "./a <b>.mp4"


def test_praat(write):
    grids = pytest.importorskip("praatio.textgrid")
    grid = grids.openTextgrid(str(write("textgrid", "a.TextGrid")), includeEmptyIntervals=True)
    tier = grid.getTier("person 1")
    assert [
        (round(1000 * one.start), round(1000 * one.end), one.label) for one in tier.entries
    ] == [*FIRST[:2], (1200, 1800, ""), FIRST[2]]
    assert grid.maxTimestamp == pytest.approx(2.0)


def test_subtitles(write):
    cues = pytest.importorskip("webvtt").read(str(write("vtt", "a.vtt")))
    assert [(cue.start, cue.end) for cue in cues] == [
        ("00:00:00.000", "00:00:00.800"),
        ("00:00:00.800", "00:00:01.200"),
        ("00:00:01.200", "00:00:01.800"),
        ("00:00:01.800", "00:00:02.000"),
    ]
    assert cues[0].text == "person 1: happy\nperson 2: surprise"
    assert cues[2].text == "person 2: surprise"
    parsed = list(pytest.importorskip("srt").parse(write("srt", "a.srt").read_text("utf-8")))
    assert [one.content for one in parsed] == [cue.text for cue in cues]
    assert parsed[1].start.total_seconds() == 0.8


def test_bids(write, tmp_path):
    table = write("bids", "sub-01_task-talk_events.tsv")
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8")), delimiter="\t"))
    assert list(rows[0]) == ["onset", "duration", "trial_type", "person"]
    mine = [row for row in rows if row["person"] == "1"]
    assert [(float(row["onset"]), row["trial_type"]) for row in mine] == [
        (start / 1000, label) for start, _, label in FIRST
    ]
    sidecar = json.loads((tmp_path / "sub-01_task-talk_events.json").read_text("utf-8"))
    assert set(sidecar) >= set(rows[0])
    assert set(sidecar["trial_type"]["Levels"]) >= {row["trial_type"] for row in rows}
    validator = pytest.importorskip("bids_validator").BIDSValidator()
    assert validator.is_bids("/sub-01/func/sub-01_task-talk_events.tsv")
    with pytest.raises(UsageError, match=r"_events\.tsv"):
        create_sink_of_others("bids", tmp_path / "x.tsv", FER2013.labels)


@pytest.mark.parametrize("format", ["elan", "textgrid", "vtt", "srt", "openface", "pyfeat"])
def test_a_video_without_anybody_is_a_whole_file(write, format):
    empty = [Frame("a.mp4", 64, 48, (), "d", "m", number=n, time=n * STEP) for n in range(3)]
    for frames in (empty, []):
        text = write(format, f"x.{format}", frames).read_text("utf-8")
        if format == "elan":
            assert "TIER_ID" not in text
            assert text.rstrip().endswith("</ANNOTATION_DOCUMENT>")
        elif format == "textgrid":
            assert "<absent>" in text
        elif format == "vtt":
            assert text == "WEBVTT\n"
        elif format == "srt":
            assert text == ""
        else:
            assert len(text.splitlines()) == 1 + len(frames)


@pytest.fixture(scope="module")
def astronaut_frame() -> Frame:
    """One real face with signs."""
    analyzer = StreamAnalyzer(signs=True, threads=1)
    return analyzer.analyze(
        read_image(packaged_path(ASTRONAUT)), 0.0, path="astronaut.png", number=0
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    """A CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_openface(write, astronaut_frame):
    (row,) = rows_of(write("openface", "a.csv", [astronaut_frame]))
    signs = astronaut_frame.faces[0].signs
    assert row["frame"] == "1"
    assert row["success"] == "1"
    assert math.degrees(float(row["pose_Ry"])) == pytest.approx(signs.head.yaw, abs=0.01)
    assert math.degrees(float(row["pose_Rx"])) == pytest.approx(-signs.head.pitch, abs=0.01)
    # A broad smile, and nothing of a frown.
    assert float(row["AU12_r"]) > 2.5
    assert row["AU12_c"] == "1"
    assert float(row["AU15_r"]) < 1
    assert row["AU15_c"] == "0"
    for name, value in row.items():
        assert value != "", name


def test_pyfeat(write, astronaut_frame):
    (row,) = rows_of(write("pyfeat", "a.csv", [astronaut_frame]))
    face = astronaut_frame.faces[0]
    points = np.array([[float(row[f"{axis}_{at}"]) for axis in "xy"] for at in range(68)])
    x, y, w, h = (float(row[f"FaceRect{n}"]) for n in ("X", "Y", "Width", "Height"))
    np.testing.assert_allclose((x, y, x + w, y + h), face.xyxy, atol=0.02)
    # iBUG's order: jaw from the picture's left to its right, brows above eyes above the mouth.
    assert (np.diff(points[:17, 0]) > -3).all()
    assert points[17:27, 1].max() < points[36:48, 1].mean() < points[48:, 1].min()
    assert points[36:42, 0].mean() < points[27:36, 0].mean() < points[42:48, 0].mean()
    assert np.allclose(points[30], face.landmarks[2], atol=0.12 * w)
    assert float(row["AU12"]) > 0.5
    assert float(row["happiness"]) == pytest.approx(face.probabilities["happy"], abs=1e-4)
    assert sum(float(row[name]) for name in (
        "anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"
    )) == pytest.approx(1, abs=1e-3)  # fmt: skip


def test_py_feat_s_own_reader_opens_it(write, astronaut_frame):
    feat = pytest.importorskip("feat.utils.io", reason="py-feat is not installed")
    empty = Frame("astronaut.png", 512, 512, (), "d", "m", number=1, time=0.04)
    fex = feat.read_feat(str(write("pyfeat", "a.csv", [astronaut_frame, empty])))
    face = astronaut_frame.faces[0]
    assert len(fex) == 2
    assert fex.emotions["happiness"].iloc[0] == pytest.approx(face.probabilities["happy"], abs=1e-4)
    assert fex.aus["AU12"].iloc[0] > 0.5
    assert fex.landmarks.shape == (2, 136)
    left, top, right, bottom = face.xyxy
    box = [left, top, right - left, bottom - top, face.score]
    assert fex.faceboxes.iloc[0].tolist() == pytest.approx(box, abs=0.02)
    assert fex.poses["Yaw"].iloc[0] == pytest.approx(face.signs.head.yaw, abs=0.02)
    assert fex.aus.iloc[1].isna().all()


def test_hostile_names_do_not_run(write):
    frames = [Frame("=cmd|x.mp4", 64, 48, (face("happy", 1),), "d", "m", number=0, time=0.0)]
    assert rows_of(write("pyfeat", "a.csv", frames))[0]["input"] == "'=cmd|x.mp4"


def test_refused(tmp_path):
    with pytest.raises(UsageError, match="there is no format 'elam'"):
        create_sink_of_others("elam", None, FER2013.labels)
    for format in FORMATS_OF_OTHERS:
        target = tmp_path / "none" / "x_events.tsv"
        with pytest.raises(OutputError), create_sink_of_others(format, target, FER2013.labels):
            pass
