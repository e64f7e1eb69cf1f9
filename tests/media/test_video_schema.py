"""What a video adds to ``docs/schema.md``."""

from __future__ import annotations

from dataclasses import replace

from mien.emotions import FER2013
from mien.media.results.result_columns import face_columns, face_rows
from mien.media.summary.summary import Summarizer
from mien.media.summary.summary_files import SUMMARY_SCHEMA, summary_to_dict
from mien.results import TrackState

from .test_schema import DESCRIBED, PAGE


def test_every_key_of_a_video_is_described(make_face, make_frame):
    face = make_face()
    track = TrackState(3, face.probabilities, False, 0.5, True, "happy")
    frame = replace(make_frame(replace(face, track=track)), time=1.25, number=31)
    plain = frame.to_dict()
    assert plain.keys() - make_frame(face).to_dict().keys() == {"time", "number"}
    assert plain["faces"][0]["track"].keys() | plain.keys() <= DESCRIBED
    summary = Summarizer("a.mp4", FER2013.labels, rate=1)
    summary.add(frame)
    written = summary_to_dict(summary.finish())
    assert written.keys() | written["people"][0].keys() <= DESCRIBED
    assert SUMMARY_SCHEMA in PAGE


def test_every_column_of_a_video_is_described(make_face, make_frame):
    columns = face_columns(("angry",), (), video=True)
    labels = {"angry", "smoothed_angry"}
    assert {column.name for column in columns} - labels <= DESCRIBED
    assert [column.name for column in columns[:4]] == ["path", "number", "time", "track"]


def test_a_photo_has_empty_cells_in_the_columns_of_a_video(make_face, make_frame):
    columns = face_columns(video=True)
    (row,) = face_rows(make_frame(make_face()), columns)
    values = dict(zip((column.name for column in columns), row, strict=True))
    assert values["label"] == "happy"
    for name in ("time", "number", "track", "since", "smoothed_label", "smoothed_sad"):
        assert values[name] is None
