from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.emotions import FER2013
from mien.errors import DataError, UsageError
from mien.lab.data.faces import FaceData, ImageShape
from mien.lab.data.ferplus import read_votes
from mien.lab.data.source_content import Columns
from mien.lab.data.sources.csv_source import read_csv
from mien.lab.data.sources.sources import read_faces

GOLDEN = Path(__file__).parents[3] / "golden"
PIXELS = [(7 * position) % 256 for position in range(2304)]


def _line(
    label: object = 3, pixels: object = None, usage: object = "Training", first: object = None
) -> str:
    values = list(map(str, PIXELS)) if pixels is None else pixels
    if first is not None:
        values = [str(first), *values[1:]]
    return f"{label},{' '.join(values)},{usage}\n"


def _file(folder: Path, *lines: str, header: str = "emotion,pixels,Usage\n") -> Path:
    path = folder / "fer2013.csv"
    path.write_text(header + "".join(lines), "utf-8")
    return path


def _archive(path: Path, content: bytes, name: str = "fer2013/fer2013.csv") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member, body in (("fer2013/README", b"about it"), (name, content)):
            info = tarfile.TarInfo(member)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return path


def _error(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_faces(path, "any")
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def _same(found: FaceData, data: FaceData) -> bool:
    names = ("images", "labels", "splits")
    return all(np.array_equal(getattr(found, name), getattr(data, name)) for name in names)


def _read(path: Path) -> FaceData:
    return read_faces(path, "any", holdout=0)


def test_a_good_file_is_read_exactly(tmp_path, faces, write_csv):
    found = _read(write_csv(tmp_path / "fer2013.csv", faces))
    assert _same(found, faces)
    assert found.sha256 == faces.sha256
    assert (found.label_set, found.votes, found.notes) == (FER2013, None, ())
    assert {found.images.dtype, found.labels.dtype, found.splits.dtype} == {np.dtype(np.uint8)}


@pytest.mark.parametrize(
    "columns",
    [
        ("emotion", " Usage", " pixels"),
        ("Usage", "pixels", "emotion"),
        ("pixels ", "emotion", "Usage"),
    ],
)
def test_columns_are_found_by_name(tmp_path, faces, write_csv, columns):
    path = write_csv(tmp_path / "icml_face_data.csv", faces, columns)
    assert _same(_read(path), faces)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_and_crlf_do_not_matter(tmp_path, faces, write_csv, newline, encoding):
    path = write_csv(tmp_path / "fer2013.csv", faces, newline=newline, encoding=encoding)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    assert (b"\r\n" in raw) == (newline == "\r\n")
    assert _same(_read(path), faces)


def test_blank_lines_and_a_missing_last_newline_do_not_matter(tmp_path):
    path = _file(tmp_path, _line(1), "\n", _line(2).rstrip("\n"))
    assert _read(path).labels.tolist() == [1, 2]


def test_the_case_of_columns_and_splits_does_not_matter(tmp_path):
    lines = [_line(1, usage="training"), _line(2, usage="Private_Test"), _line(3, usage="VAL")]
    data = _read(_file(tmp_path, *lines, header="Emotion,PIXELS,usage\n"))
    assert data.splits.tolist() == [0, 2, 1]


def test_without_a_column_for_the_split_all_is_training(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text("emotion,pixels\n" + "".join(_line(n).rsplit(",", 1)[0] + "\n" for n in (0, 4)))
    assert read_csv(path).splits.tolist() == [0, 0]


def test_columns_can_be_named(tmp_path, faces, write_csv):
    path = write_csv(tmp_path / "own.csv", faces)
    text = path.read_text().replace("emotion,pixels,Usage", "klasse,grau,teil", 1)
    path.write_text(text)
    reading = read_csv(path, columns=Columns(label="klasse", image="grau", split="Teil"))
    assert np.array_equal(reading.splits, faces.splits)
    # Numbers in a column of another name are not taken for FER2013's.
    assert not reading.fer2013_numbers
    with pytest.raises(DataError, match="no column fold; expected"):
        read_csv(path, columns=Columns(label="klasse", image="grau", split="fold"))


def test_labels_may_be_names(tmp_path):
    data = _read(_file(tmp_path, _line("Happiness"), _line("sad"), _line("surprised")))
    assert [data.label_set.labels[code] for code in data.labels] == ["happy", "sad", "surprise"]


def test_the_golden_file_reads_as_ever():
    data = _read(GOLDEN / "lab_fer2013.csv")
    assert data.sha256 == "05d302bacddc57cffb0f03d5b6a163157c8d79ee6522a5e9e22f3089069864fd"
    assert data.labels.tolist() == [0, 3, 6]
    assert data.splits.tolist() == [0, 1, 2]
    assert data.images[0, 0, :4].tolist() == [0, 3, 6, 9]
    assert data.images[2, 47, 47] == (2 * 31 + 47 * 7 + 47 * 3) % 256
    same = _read(GOLDEN / "lab_icml_face_data.csv")
    assert same.sha256 == data.sha256


@settings(max_examples=15)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), min_size=1, max_size=6),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_is_written_is_read_back(tmp_path_factory, write_csv, seed, rows, newline):
    images = np.random.default_rng(seed).integers(0, 256, (len(rows), 48, 48), dtype=np.uint8)
    labels, splits = (np.array(column, dtype=np.uint8) for column in zip(*rows, strict=True))
    data = FaceData("any", images, labels, splits, FER2013)
    path = write_csv(tmp_path_factory.mktemp("any") / "any.csv", data, newline=newline)
    reading = read_csv(path)
    assert [int(label) for label in reading.labels] == labels.tolist()
    assert np.array_equal(reading.images, images)
    assert np.array_equal(reading.splits, splits)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (_line(pixels=list(map(str, PIXELS[:-1]))), "2303 pixel values, expected 2304 (48×48)"),
        (_line(pixels=[*map(str, PIXELS), "1"]), "2305 pixel values, expected 2304 (48×48)"),
        (_line(pixels=[]), "0 pixel values, expected 2304 (48×48)"),
        (_line(first=256), "a pixel lies outside 0 to 255"),
        (_line(first=-1), "a pixel lies outside 0 to 255"),
        (_line(first=10**30), "a pixel lies outside 0 to 255"),
        (_line(first="x"), "a pixel is not a whole number"),
        (_line(first="0.5"), "a pixel is not a whole number"),
        (_line(first="nan"), "a pixel is not a whole number"),
        (_line(7), "label '7', expected 0 to 6"),
        (_line(-1), "label '-1', expected 0 to 6"),
        (_line("happy"), "label 'happy', expected 0 to 6"),
        (_line(""), "label '', expected 0 to 6"),
        (_line("3.5"), "label '3.5', expected 0 to 6"),
        (_line("1" * 5000), "label '11111111111111111111', expected 0 to 6"),
        (_line(usage="Tset"), "Usage 'Tset'; expected one of Training, PublicTest, Priv"),
        (_line(usage=""), "Usage ''; expected one of"),
        ("3," + "1 " * 100, "2 fields, expected 3; is the file cut off?"),
        ("3", "1 fields, expected 3; is the file cut off?"),
        (_line().replace("\n", ",extra\n"), "4 fields, expected 3"),
        (_line()[:-5], "Usage 'Trai'; expected one of"),
        ("3," + "9" * 200_000 + ",Training\n", "not CSV (field larger than field limit (131072))"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, bad, says):
    path = _file(tmp_path, _line(), _line(5), bad)
    message = _error(path)
    assert message.startswith(f"{path}, line 4: ")
    assert says in message


def test_a_file_cut_off_inside_the_pixels_of_its_last_line(tmp_path, faces, write_csv):
    path = write_csv(tmp_path / "icml_face_data.csv", faces, ("emotion", " Usage", " pixels"))
    path.write_bytes(path.read_bytes()[:-3000])
    message = _error(path)
    assert f"{path}, line {len(faces) + 1}: " in message
    assert "pixel values, expected 2304" in message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"emotion,pixels,Usage\n", "no rows after the header"),
        (
            b"emotion,Usage\n1,Training\n",
            "no column pixels; expected emotion, pixels, Usage, found emotion",
        ),
        (b"a;b;c\n", "no column emotion, pixels; expected"),
        (bytes(range(256)) * 40, "not a text file; expected fer2013.csv"),
        ("emotion,pixels,Usage\n".encode("utf-16"), "not a text file; expected fer2013.csv"),
        (b"\0" * 5000, "no column emotion, pixels"),
    ],
)
def test_a_file_that_is_something_else(tmp_path, content, says):
    path = tmp_path / "fer2013.csv"
    path.write_bytes(content)
    message = _error(path)
    assert message.startswith(f"{path}: ")
    assert says in message


@pytest.mark.parametrize("name", ["fer2013.csv", "fer2013.tar.gz", "a folder/fer2013.csv"])
def test_a_missing_file(tmp_path, name):
    assert _error(tmp_path / name) == f"{tmp_path / name}: no such file"


def test_a_name_that_the_system_refuses(tmp_path):
    assert "cannot be read (File name too long)" in _error(tmp_path / ("x" * 300))


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX users")
def test_a_file_in_a_closed_folder(tmp_path, faces, write_csv):
    folder = tmp_path / "closed"
    folder.mkdir()
    write_csv(folder / "fer2013.csv", faces)
    folder.chmod(0)
    code = (
        "import os, sys; from pathlib import Path\n"
        "from mien.lab.data.sources.csv_source import read_csv\n"
        "from mien.errors import DataError\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: read_csv(Path(sys.argv[1]))\n"
        "except DataError as error: print(error)"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, folder / "fer2013.csv"], capture_output=True, text=True
        )
    finally:
        folder.chmod(0o700)
    assert done.stdout == f"{folder / 'fer2013.csv'}: cannot be read (Permission denied)\n"
    assert done.stderr == ""


@pytest.mark.parametrize(
    "inside",
    ["fer2013.csv", "fer2013/fer2013.csv", "icml_face_data.csv", "fer2013/icml_face_data.csv"],
)
def test_a_folder_that_holds_the_file(tmp_path, faces, write_csv, inside):
    path = tmp_path / "archive" / inside
    path.parent.mkdir(parents=True)
    write_csv(path, faces)
    assert _same(_read(tmp_path / "archive"), faces)


def test_an_error_in_a_folder_names_the_file(tmp_path):
    path = _file(tmp_path, _line(9))
    assert _error(tmp_path).startswith(f"{path}, line 2: label '9'")


def test_a_folder_without_the_file(tmp_path):
    with pytest.raises(DataError) as caught:
        read_csv(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: the folder holds no fer2013.csv; name the CSV file itself"
    )


@pytest.mark.parametrize("name", ["fer2013/fer2013.csv", "fer2013.csv", "./icml_face_data.csv"])
def test_an_archive_is_read_without_unpacking(tmp_path, faces, write_csv, name):
    content = write_csv(tmp_path / "fer2013.csv", faces).read_bytes()
    path = _archive(tmp_path / "fer2013.tar.gz", content, name)
    assert _same(_read(path), faces)


def test_the_notes_that_macos_adds_to_archives_are_not_taken_for_the_file(
    tmp_path, faces, write_csv
):
    body = write_csv(tmp_path / "fer2013.csv", faces)
    path = tmp_path / "fer2013.tar.gz"
    (tmp_path / "._fer2013.csv").write_bytes(b"\0\x05\x16\x07")
    with tarfile.open(path, "w:gz") as archive:
        archive.add(tmp_path / "._fer2013.csv", "fer2013/._fer2013.csv")
        archive.add(body, "fer2013/fer2013.csv")
    assert _same(_read(path), faces)


def test_a_bad_row_in_an_archive_is_named_by_file_and_line(tmp_path):
    content = ("emotion,pixels,Usage\n" + _line() + _line(8)).encode()
    path = _archive(tmp_path / "fer2013.tar.gz", content)
    assert _error(path).startswith(f"{path} (fer2013/fer2013.csv), line 3: label '8'")


def test_an_archive_without_the_file(tmp_path):
    path = _archive(tmp_path / "fer2013.tar.gz", b"x", "fer2013/fer2013.bib")
    assert _error(path) == f"{path}: the archive holds no fer2013.csv"


def test_a_file_that_is_no_archive(tmp_path):
    path = tmp_path / "fer2013.tar.gz"
    path.write_text("hello")
    assert _error(path).startswith(f"{path}: the archive cannot be read (")


def test_a_damaged_archive_is_never_read_as_if_it_were_whole(tmp_path, faces, write_csv):
    """Whatever bit is flipped and wherever the file is cut, there is one line and no data."""
    content = write_csv(tmp_path / "fer2013.csv", faces).read_bytes()
    path = _archive(tmp_path / "fer2013.tar.gz", content)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    # Past the ten bytes of the gzip header, whose time and system say nothing about the content.
    for place in rng.integers(10, len(whole), 24):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(bytes(flipped))
        assert _error(path).startswith(str(path))
    for length in rng.integers(0, len(whole), 6):
        path.write_bytes(whole[:length])
        assert "cannot be read" in _error(path) or "cut off" in _error(path)


@pytest.mark.parametrize(
    ("pixels", "hint"),
    [
        ([0.5, 0.25, 1.0], "they lie between 0 and 1: multiply them by 255 and round them"),
        ([-1.5, 0.25, 1.0], "they look standardised: whole numbers from 0 to 255 are needed"),
        ([12.5, 0.25, 250.0], "round them to whole numbers from 0 to 255"),
        ([12.0, 255.0, 0.0], "write whole numbers with spaces between them, 12 and not 12.0"),
    ],
)
def test_pixels_that_are_no_whole_numbers_get_a_hint(tmp_path, pixels, hint):
    values = " ".join(str(pixels[place % 3]) for place in range(2304))
    message = _error(_file(tmp_path, f"3,{values},Training\n"))
    assert "line 2: a pixel is not a whole number; " + hint in message


@pytest.mark.parametrize("form", ["{}", "[{}]"])
def test_pixels_with_commas_get_a_hint(tmp_path, form):
    values = form.format(", ".join(["12"] * 2304))
    message = _error(_file(tmp_path, f'3,"{values}",Training\n'))
    assert message.endswith(
        "write whole numbers with spaces between them, 12 and not 12.0 or [12, …]"
    )


def test_whole_numbers_with_a_point_are_labels(tmp_path, faces, write_csv):
    path = write_csv(tmp_path / "fer2013.csv", faces)
    header, *rows = path.read_text().splitlines(keepends=True)
    path.write_text(header + "".join(f"{row[0]}.0{row[1:]}" for row in rows))
    assert _same(_read(path), faces)


def _zip(path: Path, *members: tuple[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)


def _packed(path: Path, content: bytes) -> Path:
    kind = path.suffix
    if kind == ".zip":
        _zip(path, ("__MACOSX/._fer2013.csv", b"x"), ("fer2013/fer2013.csv", content))
    elif path.name.endswith(".tar.bz2"):
        with tarfile.open(path, "w:bz2") as archive:
            info = tarfile.TarInfo("fer2013.csv")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    else:
        compress = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}[kind]
        path.write_bytes(compress(content))
    return path


PACKED = ["fer2013.csv.gz", "fer2013.csv.zip", "fer.zip", "a.bz2", "fer2013.csv.xz", "f.tar.bz2"]


@pytest.mark.parametrize("name", PACKED)
def test_compressed_files_are_read_without_unpacking(tmp_path, faces, write_csv, write_votes, name):
    content = write_csv(tmp_path / "fer2013.csv", faces).read_bytes()
    path = _packed(tmp_path / name, content)
    assert _same(_read(path), faces)
    # By what it is, whatever it is called.
    if ".tar" not in name:
        assert _same(_read(path.rename(tmp_path / "renamed.csv")), faces)
    votes = write_votes(tmp_path / "fer2013new.csv", faces).read_bytes()
    assert np.array_equal(
        read_votes(_packed(tmp_path / f"v-{name}", votes), faces.splits), faces.votes
    )


@pytest.mark.parametrize("name", PACKED)
def test_a_compressed_file_that_is_cut_off(tmp_path, faces, write_csv, name):
    path = _packed(tmp_path / name, write_csv(tmp_path / "fer2013.csv", faces).read_bytes())
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
    assert _error(path).startswith(f"{path}: the archive cannot be read (")


def test_which_file_of_a_zip_is_meant(tmp_path, faces, write_csv):
    content = write_csv(tmp_path / "fer2013.csv", faces).read_bytes()
    path = tmp_path / "challenge.zip"
    _zip(path, ("example_submission.csv", b"emotion"), ("icml_face_data.csv", content))
    assert _same(_read(path), faces)
    _zip(path, ("train.csv", content), ("readme.txt", b"x"))
    assert _same(_read(path), faces)
    _zip(path, ("train.csv", content), ("test.csv", content))
    assert _error(path) == (
        f"{path}: the archive holds no fer2013.csv but 2 other .csv files; "
        "unpack it and name the file"
    )


def test_pixels_of_another_size_are_read_when_it_is_said(tmp_path):
    path = tmp_path / "large.csv"
    pixels = " ".join(str(value % 256) for value in range(64 * 64))
    path.write_text(f"emotion,pixels\n3,{pixels}\n", "utf-8")
    assert read_csv(path, shape=ImageShape(64)).images.shape == (1, 64, 64)
    with pytest.raises(DataError, match=r"4096 pixel values, expected 2304 .* with --size 64"):
        read_csv(path)
    with pytest.raises(UsageError, match="grey pixels only; leave out --colour"):
        read_csv(path, shape=ImageShape(64, True))
