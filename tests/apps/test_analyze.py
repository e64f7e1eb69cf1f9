"""``mien analyze`` through the installed entry point."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from PIL import Image

EXIT_SOME_UNREADABLE = 3
FACE_BOX = (179, 62, 269, 178)


def one_line(stderr: str) -> str:
    lines = stderr.strip().splitlines()
    assert len(lines) == 1, stderr
    assert "Traceback" not in stderr
    return lines[0]


def faces_of(stdout: str) -> list[dict]:
    (frame,) = json.loads(stdout)["frames"]
    return frame["faces"]


def test_a_photo_gives_its_face_with_everything_the_schema_promises(mien, astronaut):
    done = mien("analyze", astronaut, "--format", "json")
    assert done.returncode == 0, done.stderr
    (frame,) = json.loads(done.stdout)["frames"]
    assert (frame["path"], frame["width"], frame["height"]) == (str(astronaut), 512, 512)
    (face,) = frame["faces"]
    assert face["xyxy"] == pytest.approx(FACE_BOX, abs=12)
    assert face["label"] == face["top_emotion"] == "happy"
    assert face["unsure"] is False
    assert face["confidence"] == max(face["probabilities"].values()) > 0.7
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert sum(face["ferplus"].values()) == pytest.approx(1, abs=1e-5)
    left, top, right, bottom = face["xyxy"]
    assert set(face["landmarks"]) == {
        "left_eye",
        "right_eye",
        "nose",
        "mouth_left",
        "mouth_right",
    }
    for x, y in face["landmarks"].values():
        assert left < x < right
        assert top < y < bottom
    assert face["landmarks"]["left_eye"][0] < face["landmarks"]["right_eye"][0]


def test_the_balanced_point_raises_the_rare_expressions_and_names_itself(mien, astronaut):
    frames = []
    for options in (["--reading", "fer2013"], ["--balanced"]):
        done = mien("analyze", astronaut, "--format", "json", *options)
        assert done.returncode == 0, done.stderr
        frames += json.loads(done.stdout)["frames"]
    plain, balanced = frames
    assert (plain["reading"], balanced["reading"]) == ("fer2013", "balanced")
    before, after = (frame["faces"][0]["probabilities"] for frame in frames)
    assert after["disgust"] > before["disgust"]
    assert after["happy"] < before["happy"]
    assert sum(after.values()) == pytest.approx(1, abs=1e-5)


def test_readings_are_named_and_wrong_ones_refused(mien, astronaut):
    done = mien("analyze", astronaut, "--format", "json")
    assert json.loads(done.stdout)["frames"][0]["reading"] == "everyday"
    for options, says in (
        (["--reading", "everydays"], "has no reading 'everydays'"),
        (["--reading", "fer2013", "--balanced"], "ask for two readings"),
    ):
        done = mien("analyze", astronaut, *options)
        assert (done.returncode, says in done.stderr) == (2, True), done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_folder_of_good_and_bad_files_gives_a_row_a_face_and_a_line_a_bad_file(
    mien, astronaut, tmp_path
):
    folder = tmp_path / "photos of ünter wegs"
    (folder / "below").mkdir(parents=True)
    photo = Image.open(astronaut)
    photo.save(folder / "a face.jpg")
    photo.convert("CMYK").save(folder / "below" / "cmyk.jpg")
    Image.new("RGB", (1, 1)).save(folder / "one pixel.png")
    (folder / "text.jpg").write_text("hi")
    (folder / "empty.png").touch()
    whole = (folder / "a face.jpg").read_bytes()
    (folder / "below" / "truncated.jpg").write_bytes(whole[: len(whole) // 3])
    (folder / "notes.txt").write_text("not a picture, so not looked at")

    done = mien("analyze", folder, "--format", "csv")
    assert done.returncode == EXIT_SOME_UNREADABLE
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [Path(row["path"]).name for row in rows] == ["a face.jpg", "cmyk.jpg"]
    assert {row["label"] for row in rows} == {"happy"}
    errors = done.stderr.strip().splitlines()
    assert len(errors) == 3
    for name in ("text.jpg", "empty.png", "truncated.jpg"):
        assert sum(name in line for line in errors) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "parquet"])
def test_every_format_to_a_file(mien, astronaut, tmp_path, form):
    out = tmp_path / f"out.{'txt' if form == 'table' else form}"
    done = mien("analyze", astronaut, "--out", out)
    assert done.returncode == 0, done.stderr
    if form == "parquet":
        (row,) = pyarrow.parquet.read_table(out).to_pylist()
        assert row["label"] == "happy"
        assert isinstance(row["happy"], float)
    else:
        assert "happy" in out.read_text("utf-8")
    assert list(tmp_path.iterdir()) == [out], "something was left beside the result"


def test_a_photo_on_standard_input(mien, astronaut):
    done = mien("analyze", "-", "-f", "json", stdin=astronaut.read_bytes())
    assert done.returncode == 0, done.stderr
    assert [face["label"] for face in faces_of(done.stdout)] == ["happy"]


def test_no_face_is_an_empty_list(mien, tmp_path):
    Image.new("RGB", (300, 200), "gray").save(tmp_path / "wall.png")
    done = mien("analyze", "wall.png", "-f", "json")
    assert done.returncode == 0
    assert faces_of(done.stdout) == []


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_boxes_are_in_pixels_of_the_upright_image(mien, astronaut, tmp_path, orientation):
    turn = {1: 0, 3: 180, 6: 90, 8: 270}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.open(astronaut).rotate(turn).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    (face,) = faces_of(mien("analyze", "turned.jpg", "-f", "json").stdout)
    assert face["xyxy"] == pytest.approx(FACE_BOX, abs=14)


def test_rotate_finds_a_face_that_lies_on_its_side(mien, astronaut, tmp_path):
    Image.open(astronaut).rotate(90).save(tmp_path / "side.png")
    (face,) = faces_of(mien("analyze", "side.png", "-f", "json", "--rotate").stdout)
    assert face["top_emotion"] == "happy"
    left, top, right, bottom = face["xyxy"]
    assert (left + right) / 2 == pytest.approx(120, abs=20)
    assert (top + bottom) / 2 == pytest.approx(512 - 224, abs=20)


def test_largest_face_only(mien, astronaut, tmp_path):
    photo = np.asarray(Image.open(astronaut))
    small = np.asarray(Image.open(astronaut).resize((256, 256)))
    both = np.full((512, 768, 3), 200, np.uint8)
    both[:, :512] = photo
    both[:256, 512:] = small
    Image.fromarray(both).save(tmp_path / "two.png")
    faces = faces_of(mien("analyze", "two.png", "-f", "json").stdout)
    assert len(faces) == 2
    largest = faces_of(mien("analyze", "two.png", "-f", "json", "--faces", "largest").stdout)
    assert largest == faces[:1]


def test_haar_reads_the_photo_too_and_has_no_landmarks(mien, astronaut):
    faces = faces_of(mien("analyze", astronaut, "-f", "json", "--detector", "haar").stdout)
    assert faces[0]["landmarks"] is None
    assert faces[0]["top_emotion"] == "happy"


def test_annotate_writes_a_copy_and_never_the_photo(mien, astronaut, tmp_path):
    folder = tmp_path / "photos"
    (folder / "below").mkdir(parents=True)
    Image.open(astronaut).save(folder / "a.png")
    Image.open(astronaut).save(folder / "below" / "b.gif")
    before = (folder / "a.png").read_bytes()
    done = mien("analyze", folder, "--annotate", tmp_path / "drawn")
    assert done.returncode == 0, done.stderr
    drawn = np.asarray(Image.open(tmp_path / "drawn" / "a.png").convert("RGB"))
    assert drawn.shape == (512, 512, 3)
    assert (drawn != np.asarray(Image.open(astronaut).convert("RGB"))).any()
    assert (tmp_path / "drawn" / "below" / "b.gif.png").is_file()
    refused = mien("analyze", folder, "--annotate", folder)
    assert refused.returncode == 2
    assert "would replace the photo itself" in one_line(refused.stderr)
    assert (folder / "a.png").read_bytes() == before


def test_explain_writes_where_the_model_looks(mien, astronaut, tmp_path):
    grey = tmp_path / "grey.png"
    Image.new("RGB", (200, 200), "grey").save(grey)
    done = mien("analyze", astronaut, grey, "--explain", tmp_path / "why")
    assert done.returncode == 0, done.stderr
    (picture,) = (path for path in (tmp_path / "why").rglob("*") if path.is_file())
    assert picture.name == "astronaut.png"
    drawn = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    assert drawn.shape[2] == 3
    assert drawn.shape[1] > 500
    # The crop is grey, the map beside it is not.
    assert np.ptp(drawn[40:270, 20:250], axis=2).max() == 0
    assert np.ptp(drawn[40:270, 275:510], axis=2).max() > 100


def test_explain_and_annotate_do_not_share_a_folder(mien, astronaut, tmp_path):
    both = ("--explain", tmp_path, "--annotate", tmp_path)
    done = mien("analyze", astronaut, *both)
    assert done.returncode == 2
    assert "the same folder" in one_line(done.stderr)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["analyze"], 2, "Missing argument"),
        (["analyze", "x.jpg", "--format", "cvs"], 2, "csv"),
        (["analyze", "x.jpg", "--detector", "hear"], 2, "did you mean 'haar'"),
        (["analyze", "x.jpg", "--threads", "0"], 2, "--threads"),
        (["analyze", "x.jpg", "--min-score", "2"], 2, "between 0 and 1"),
        (["analyze", "x.jpg", "--out", "x.foo"], 2, "--format"),
        (["analyze", "missing.jpg"], 3, "missing.jpg: no such file"),
        (["analyze", "x.jpg", "--out", "no/such/folder.json"], 1, "folder does not exist"),
        (["analyze", "x.jpg", "--model", "nope"], 2, "no model 'nope'"),
        (["models", "show", "nope"], 2, "no model 'nope'"),
        (["bogus"], 2, "No such command"),
    ],
)
def test_wrong_calls_say_so_in_one_line(mien, arguments, status, said):
    done = mien(*arguments)
    assert done.returncode == status
    assert said in one_line(done.stderr)


def test_a_picture_over_the_limit_is_refused_and_the_limit_can_be_raised(mien, tmp_path):
    Image.new("1", (20_000, 20_000)).save(tmp_path / "huge.png")
    done = mien("analyze", "huge.png")
    assert done.returncode == EXIT_SOME_UNREADABLE
    assert "--max-pixels" in one_line(done.stderr)
    Image.new("RGB", (200, 100)).save(tmp_path / "small.png")
    assert mien("analyze", "small.png", "--max-pixels", "19999").returncode == EXIT_SOME_UNREADABLE
    assert mien("analyze", "small.png", "--max-pixels", "20000").returncode == 0


def test_what_is_not_a_model_file_is_refused(mien, astronaut, tmp_path):
    (tmp_path / "text.onnx").write_text("hello")
    done = mien("analyze", astronaut, "--model", "text.onnx")
    assert done.returncode == 1
    assert "text.onnx: not an ONNX model" in one_line(done.stderr)


def test_a_full_disk_leaves_nothing_behind(mien, astronaut, tmp_path):
    done = mien("analyze", astronaut, "-f", "json", "--out", "/dev/full")
    assert done.returncode == 1
    assert "disk is full" in one_line(done.stderr)


def test_a_photo_that_is_cut_off_is_read_and_the_loss_is_told(mien, astronaut, tmp_path):
    content = astronaut.read_bytes()
    cut, without_end = tmp_path / "cut.jpg", tmp_path / "without_end.jpg"
    cut.write_bytes(content[: len(content) * 19 // 20])
    without_end.write_bytes(content[:-2])
    done = mien("analyze", cut, without_end, "--format", "json")
    assert done.returncode == 0
    assert one_line(done.stderr).startswith(f"{cut}: is cut off: ")
    first, second = json.loads(done.stdout)["frames"]
    assert first["incomplete"] is True
    assert "incomplete" not in second
    assert [face["label"] for face in first["faces"]] == ["happy"]
    assert [face["label"] for face in second["faces"]] == ["happy"]


def test_what_a_folder_holds_besides_is_counted_by_kind(mien, astronaut, tmp_path):
    (tmp_path / "below").mkdir()
    for name in ("a.NEF", "below/b.dng", "c.jxl", "d.mp4", "below/e.MOV", "f.txt"):
        (tmp_path / name).touch()
    (tmp_path / "photo.jpg").write_bytes(astronaut.read_bytes())
    done = mien("analyze", tmp_path, "--format", "jsonl")
    assert done.returncode == 0
    assert one_line(done.stderr).startswith(
        "passed over: 1 JPEG XL picture, 2 raw photos, 2 videos; "
    )


@pytest.fixture
def scan(astronaut, tmp_path) -> Path:
    """A blank cover and two pages."""
    photo = Image.open(astronaut)
    blank = Image.new("RGB", photo.size, "white")
    blank.save(tmp_path / "scan.tif", save_all=True, append_images=[photo, photo])
    return tmp_path / "scan.tif"


def test_of_several_pages_the_first_is_read_and_the_others_told(mien, scan):
    done = mien("analyze", scan, "--format", "json")
    assert one_line(done.stderr).startswith(f"{scan}: 1 of 3 pages read; ")
    (frame,) = json.loads(done.stdout)["frames"]
    assert (frame["page"], frame["pages"], frame["faces"]) == (1, 3, [])


def test_all_pages_are_read_when_asked_for(mien, scan, astronaut, tmp_path):
    done = mien("analyze", scan, astronaut, "--pages", "all", "-f", "csv", "--annotate", tmp_path)
    assert done.stderr == ""
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(Path(row["path"]).name, row["page"], row["label"]) for row in rows] == [
        ("scan.tif", "2", "happy"),
        ("scan.tif", "3", "happy"),
        (astronaut.name, "1", "happy"),
    ]
    drawn = sorted(path.name for path in tmp_path.rglob("scan.tif.*"))
    assert drawn == ["scan.tif.page-2.png", "scan.tif.page-3.png", "scan.tif.png"]
    done = mien("analyze", "-", "--pages", "all", "-f", "jsonl", stdin=scan.read_bytes())
    assert [json.loads(line)["page"] for line in done.stdout.splitlines()] == [1, 2, 3]
