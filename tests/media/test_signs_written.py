"""Signs as they are written: read once of the packaged photo, then in every form."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

import mien
from mien.media.results.result_columns import face_columns
from mien.media.results.sinks import create_sink
from mien.packaged import ASTRONAUT

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return mien.read_image(ASTRONAUT.path)


@pytest.fixture(scope="module")
def frame(photo):
    return mien.Analyzer(body=True, focal=400).analyze(photo, path="anna.png")


def written(frame, format: str, tmp_path) -> bytes:
    out = tmp_path / f"faces.{format}"
    with create_sink(format, out, ferplus_labels=tuple(frame[0].ferplus), signs=True) as sink:
        sink.write(frame)
    return out.read_bytes()


def test_csv_has_the_documented_columns(frame, tmp_path):
    (row,) = csv.DictReader(io.StringIO(written(frame, "csv", tmp_path).decode()))
    assert "corners of the mouth" in row["signs"] and row["no_signs_because"] == ""
    assert float(row["distance_low"]) < float(row["distance_metres"]) < float(row["distance_high"])
    assert row["distance_by"] == "iris" and row["focal_from"] == "given"
    assert 0 <= float(row["blendshape_mouthSmileLeft"]) <= 1


def test_the_columns_stand_in_the_schema():
    schema = (ROOT / "docs" / "schema.md").read_text("utf-8")
    for column in face_columns(signs=True):
        name = "blendshape_" if column.name.startswith("blendshape_") else column.name
        assert f"`{name}`" in schema


def test_parquet_keeps_their_types(frame, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(written(frame, "parquet", tmp_path)))
    assert str(table.schema.field("head_yaw").type) == "double"
    assert str(table.schema.field("eyes_closed").type) == "bool"


def test_json_lines_hold_face_and_body(frame, tmp_path):
    (face,) = json.loads(written(frame, "jsonl", tmp_path))["faces"]
    assert face["signs"]["body"]["points"]["nose"]["visibility"] > 0.5
    assert len(face["signs"]["body"]["points"]) == 33


def test_the_table_tells_them(frame, tmp_path):
    out = tmp_path / "faces.txt"
    with create_sink("table", out, signs=True) as sink:
        sink.write(frame)
    text = out.read_text("utf-8")
    assert "corners of the mouth" in text and "m away" in text


def test_a_picture_without_signs_has_no_column_of_them(photo, tmp_path):
    plain = mien.Analyzer().analyze(photo)
    assert "Visible" not in written(plain, "table", tmp_path).decode()
    assert not any(column.name == "signs" for column in face_columns())


def test_they_are_drawn_where_there_is_room(frame, photo):
    drawn, plain = mien.annotate(photo, frame), mien.annotate(photo, mien.read(photo))
    assert drawn.shape == photo.shape
    left, top, right, bottom = (int(value) for value in frame[0].xyxy)
    inside = np.s_[top + 8 : bottom - 8, left + 8 : right - 8]
    assert (drawn[inside] != plain[inside]).any(axis=2).mean() > 0.02
    # The skeleton, below the face.
    assert (drawn[bottom + 20 :] != plain[bottom + 20 :]).any()


def test_dataframes_have_them(frame):
    pytest.importorskip("pandas")
    table = mien.Frames([frame]).to_dataframe()
    assert "head_yaw" in table.columns and table["signs"][0].startswith("corners")
