"""What is written can be read back, says what the frames say, and agrees between formats."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.text import Text

from mien.emotions import FER2013, FERPLUS
from mien.errors import UsageError
from mien.media.results.result_columns import face_columns
from mien.media.results.sinks import FORMATS, create_sink
from mien.results import Frame
from mien.version import __version__

COLUMNS = (
    "path,width,height,face,left,top,right,bottom,score,"
    "left_eye_x,left_eye_y,right_eye_x,right_eye_y,nose_x,nose_y,"
    "mouth_left_x,mouth_left_y,mouth_right_x,mouth_right_y,"
    "label,top_emotion,confidence,unsure,angry,disgust,fear,happy,sad,surprise,neutral,"
    "ferplus_neutral,ferplus_happy,ferplus_surprise,ferplus_sad,ferplus_angry,ferplus_disgust,"
    "ferplus_fear,ferplus_contempt"
)


@pytest.fixture
def frames(make_face, make_frame) -> list[Frame]:
    two = make_frame(
        make_face((1.23456, 2, 60.5, 70), "happy", 0.912345678),
        make_face((5, 5, 20, 25), "sad", 0.4, unsure=True, landmarks=False),
        path='a "quoted", name\nünïcode 写真.jpg',
    )
    return [two, make_frame(path="no faces.png"), make_frame(make_face(), path=None)]


def write(format: str, out: Path | None, frames: list[Frame], errors=(), **options) -> None:
    options = {"labels": FER2013.labels, "ferplus_labels": FERPLUS.labels} | options
    with create_sink(format, out, **options) as sink:
        for frame in frames:
            sink.write(frame)
        for path, error in errors:
            sink.write_error(path, error)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_json_is_one_document_with_all_frames_and_errors(frames, tmp_path):
    write("json", tmp_path / "out.json", frames, [("bad.jpg", "is cut off")])
    document = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert document == {
        "schema": "mien.frames/1",
        "mien": __version__,
        "frames": [frame.to_dict() for frame in frames],
        "errors": [{"path": "bad.jpg", "error": "is cut off"}],
    }


@pytest.mark.parametrize("count", [0, 1, 2])
def test_json_of_any_length_is_valid(frames, tmp_path, count):
    errors = [("x.jpg", "is empty")] * count
    write("json", tmp_path / "out.json", frames[:count], errors)
    document = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (len(document["frames"]), len(document["errors"])) == (count, count)


def test_jsonl_is_a_frame_a_line(frames, tmp_path):
    write("jsonl", tmp_path / "out.jsonl", frames)
    lines = (tmp_path / "out.jsonl").read_text("utf-8").split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == [frame.to_dict() for frame in frames]


def test_csv_is_a_row_a_face(frames, tmp_path):
    write("csv", tmp_path / "out.csv", frames)
    assert (tmp_path / "out.csv").read_bytes().startswith(f"{COLUMNS}\n".encode())
    rows = rows_of(tmp_path / "out.csv")
    assert [(row["path"], row["face"]) for row in rows] == [
        (frames[0].path, "1"),
        (frames[0].path, "2"),
        ("", "1"),
    ]
    first, second = frames[0].to_dict()["faces"]
    assert [float(rows[0][side]) for side in ("left", "top", "right", "bottom")] == first["xyxy"]
    for row, face in zip(rows, (first, second), strict=False):
        assert float(row["score"]) == face["score"]
        assert row["label"] == face["label"]
        assert row["top_emotion"] == face["top_emotion"]
        assert float(row["confidence"]) == face["confidence"]
        assert row["unsure"] == str(face["unsure"]).lower()
        assert {label: float(row[label]) for label in FER2013.labels} == face["probabilities"]
        assert {label: float(row[f"ferplus_{label}"]) for label in FERPLUS.labels} == face[
            "ferplus"
        ]
    assert [float(rows[0]["nose_x"]), float(rows[0]["nose_y"])] == first["landmarks"]["nose"]
    assert rows[1]["nose_x"] == rows[1]["mouth_right_y"] == ""


def test_csv_without_a_face_has_its_header(make_frame, tmp_path):
    write("csv", tmp_path / "out.csv", [make_frame()])
    assert (tmp_path / "out.csv").read_text() == f"{COLUMNS}\n"


def test_columns_follow_the_labels_of_the_model(frames, tmp_path):
    write("csv", tmp_path / "out.csv", frames, labels=("happy", "bored"), ferplus_labels=())
    (header,) = (tmp_path / "out.csv").read_text("utf-8").splitlines()[:1]
    assert header.endswith(",confidence,unsure,happy,bored")
    assert rows_of(tmp_path / "out.csv")[0]["bored"] == ""


def test_a_label_with_the_name_of_a_column_is_refused():
    with pytest.raises(UsageError, match="'score'"):
        face_columns(("happy", "score"))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_path_in_a_csv_is_a_formula(start, make_face, make_frame, tmp_path):
    path = f"{start}HYPERLINK(1).jpg"
    write("csv", tmp_path / "out.csv", [make_frame(make_face(), path=path)])
    (row,) = rows_of(tmp_path / "out.csv")
    assert row["path"] == f"./{path}"
    assert os.path.normpath(row["path"]) == os.path.normpath(path)


def test_parquet_has_the_same_rows_as_csv_with_types(frames, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write("csv", tmp_path / "out.csv", frames)
    write("parquet", tmp_path / "out.parquet", frames)
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.column_names == COLUMNS.split(",")
    kinds = {name: str(table.schema.field(name).type) for name in table.column_names}
    texts, integers = ("path", "label", "top_emotion"), ("width", "height", "face")
    for name, kind in kinds.items():
        expected = "string" if name in texts else "int32" if name in integers else "double"
        assert kind == ("bool" if name == "unsure" else expected)
    for row, text in zip(table.to_pylist(), rows_of(tmp_path / "out.csv"), strict=True):
        for name, value in row.items():
            if value is None:
                assert text[name] == ""
            elif isinstance(value, bool):
                assert text[name] == str(value).lower()
            else:
                assert text[name] == value or float(text[name]) == value
    assert parquet.read_metadata(tmp_path / "out.parquet").metadata[b"mien.schema"] == (
        b"mien.faces/1"
    )


def test_parquet_without_a_face_has_its_columns(make_frame, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write("parquet", tmp_path / "out.parquet", [make_frame()])
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.column_names == COLUMNS.split(",")
    assert table.num_rows == 0


def test_parquet_of_more_rows_than_one_batch(make_face, make_frame, tmp_path):
    from arro3.io import read_parquet

    frame = make_frame(*[make_face()] * 1000)
    write("parquet", tmp_path / "out.parquet", [frame] * 9)
    table = read_parquet(tmp_path / "out.parquet").read_all()
    assert table.num_rows == 9000
    assert table["face"].to_pylist() == list(range(1, 1001)) * 9


def test_the_table_says_what_people_want_to_know(frames, tmp_path):
    write("table", tmp_path / "out.txt", frames, [("bad.jpg", "is cut off")])
    text = (tmp_path / "out.txt").read_text("utf-8")
    assert "unsure (sad?)" in text
    assert "happy" in text
    assert "91%" in text
    assert "no face found" in text
    assert "1, 2, 59 × 68" in text
    assert "3 pictures, 3 faces, 1 could not be read" in text
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.split("\n"))


def test_the_table_in_a_file_cuts_no_path(make_face, make_frame, tmp_path):
    path = "/".join(["a long folder"] * 20) + "/[red]x.jpg"
    write("table", tmp_path / "out.txt", [make_frame(make_face(), path=path)])
    assert path in (tmp_path / "out.txt").read_text("utf-8")


def test_the_table_shows_no_control_characters(make_frame, tmp_path):
    write("table", tmp_path / "out.txt", [make_frame(path="\x1b[2Jx\n\u202egpj.exe")])
    text = (tmp_path / "out.txt").read_text("utf-8")
    assert "\\x1b[2Jx\\n\\u202egpj.exe" in text


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("path", "written"),
    [(os.fsdecode(b"caf\xe9.jpg"), r"caf\xe9.jpg"), ("lone \ud800.jpg", r"lone \ud800.jpg")],
)
def test_a_path_that_is_not_unicode_is_written_as_valid_text(
    format, path, written, make_face, make_frame, tmp_path
):
    out = tmp_path / "out"
    write(format, out, [make_frame(make_face(), path=path)], [(path, f"{path}: is empty")])
    if format == "parquet":
        from arro3.io import read_parquet

        assert read_parquet(out).read_all()["path"].to_pylist() == [written]
        return
    text = out.read_text("utf-8")
    if format in ("json", "jsonl"):
        document = json.loads(text)
        frame = document["frames"][0] if format == "json" else document
        assert frame["path"] == written
        if format == "json":
            assert document["errors"] == [{"path": written, "error": f"{written}: is empty"}]
    else:
        assert written in text


@pytest.mark.parametrize("format", ["jsonl", "csv", "json"])
def test_memory_does_not_grow_with_the_frames(format, make_face, make_frame, tmp_path):
    frame = make_frame(*[make_face()] * 5)
    with create_sink(format, tmp_path / "out", ferplus_labels=FERPLUS.labels) as sink:
        for _ in range(20):
            sink.write(frame)
        tracemalloc.start()
        for _ in range(150):
            sink.write(frame)
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (tmp_path / "out").stat().st_size > 150_000
    assert grown < 20_000


def test_not_a_number_is_an_error_not_broken_json(make_face, make_frame, tmp_path):
    broken = make_frame(make_face((float("nan"), 0, 1, 1)))
    with pytest.raises(ValueError, match="JSON"):
        write("json", tmp_path / "out.json", [broken])
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_named_with_a_suggestion():
    with pytest.raises(UsageError, match="did you mean 'parquet'"):
        create_sink("parket")
    with pytest.raises(UsageError, match="there are: table, json, jsonl, csv, parquet"):
        create_sink("xls")


# Standard output


@pytest.mark.parametrize("format", FORMATS)
def test_standard_output_gets_the_same_bytes(format, frames, tmp_path, capfdbinary, monkeypatch):
    write(format, tmp_path / "out", frames)
    # Pytest's own stand-in for sys.stdout would translate nothing either, but is not a real one.
    with open(os.dup(1), "w", encoding="ascii") as stdout:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", stdout)
        write(format, None, frames)
        monkeypatch.undo()
    assert capfdbinary.readouterr().out == (tmp_path / "out").read_bytes()


@pytest.mark.parametrize("format", ["json", "csv", "table"])
def test_a_text_only_standard_output(format, frames, tmp_path, monkeypatch):
    """As in a notebook."""
    write(format, tmp_path / "out", frames)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    write(format, None, frames)
    assert sys.stdout.getvalue() == (tmp_path / "out").read_text("utf-8")


class Terminal(io.StringIO):
    """A terminal without bytes below it."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_parquet_is_not_written_to_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    with pytest.raises(UsageError, match="--out"):
        create_sink("parquet")


@pytest.mark.parametrize(("columns", "boxes"), [(80, False), (120, True)])
def test_the_table_fits_the_terminal(columns, boxes, frames, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    write("table", None, frames)
    lines = Text.from_ansi(terminal.getvalue()).plain.splitlines()
    assert columns - 25 < max(map(cell_len, lines)) <= columns
    assert any("Box" in line for line in lines) is boxes
    assert "3 pictures, 3 faces" in terminal.getvalue()


def test_the_table_on_an_ascii_terminal(frames, monkeypatch):
    terminal = Terminal()
    terminal.encoding = "ascii"
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys, "stdout", terminal)
    write("table", None, [frame for frame in frames if frame.path and frame.path.isascii()])
    write("table", None, frames[2:])
    assert terminal.getvalue().isascii()
    assert "####" in terminal.getvalue()


PIPE = """
import sys
from mien.media.results.sinks import create_sink
from mien.results import Face, Frame
face = Face((0.0, 0.0, 9.0, 9.0), 0.9, None, {"happy": 0.9, "sad": 0.1}, {}, False)
count = 0
with create_sink(sys.argv[1], labels=("happy", "sad")) as sink:
    for count in range(200_000):
        sink.write(Frame("x" * 100, 10, 10, (face,), "d", "m"))
print(count, file=sys.stderr)
"""


@pytest.mark.parametrize("format", ["json", "jsonl", "csv"])
def test_a_reader_that_goes_away_ends_the_run_quietly(format):
    with subprocess.Popen(
        [sys.executable, "-c", PIPE, format], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read().decode()
        assert process.wait(60) == 0
    # The loop was left early, the program went on after the with block, and nothing else was said.
    assert int(error) < 199_999


@pytest.mark.parametrize("format", ["table", "parquet"])
def test_a_reader_that_goes_away_before_the_end(format):
    script = PIPE.replace("200_000", "200")
    with subprocess.Popen(
        [sys.executable, "-c", script, format], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read().decode() == "199\n"
        assert process.wait(60) == 0
