from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from PIL import Image

from mien.errors import DataError
from mien.lab.data.csv_source import read_fer2013_csv
from mien.lab.data.ferplus import VOTE_COLUMNS
from mien.lab.data.parquet_source import read_fer2013_parquet


def _error(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_fer2013_parquet(path)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def _png(image: np.ndarray, kind: str = "png") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind)
    return buffer.getvalue()


def test_a_good_file_is_read_exactly(tmp_path, faces, write_parquet):
    found = read_fer2013_parquet(write_parquet(tmp_path / "fer2013.parquet", faces))
    for name in ("images", "labels", "splits", "votes"):
        assert np.array_equal(getattr(found, name), getattr(faces, name)), name
        assert getattr(found, name).dtype == np.uint8


def test_csv_and_parquet_of_the_same_data_have_the_same_hash(
    tmp_path, faces, write_csv, write_parquet
):
    parquet = read_fer2013_parquet(write_parquet(tmp_path / "a.parquet", faces))
    text = read_fer2013_csv(write_csv(tmp_path / "a.csv", faces))
    assert parquet.sha256 == text.sha256 == faces.sha256


def test_the_usage_may_be_a_category(tmp_path, faces, write_parquet):
    usage = pyarrow.array(["Training"] * len(faces)).dictionary_encode()
    found = read_fer2013_parquet(write_parquet(tmp_path / "a.parquet", faces, usage=usage))
    assert (found.splits == 0).all()


def test_without_all_ten_vote_columns_there_are_no_votes(tmp_path, faces, write_parquet):
    path = write_parquet(tmp_path / "a.parquet", faces, ferplus_nf=None)
    assert read_fer2013_parquet(path).votes is None


@pytest.mark.parametrize("column", ["emotion", "usage", "png"])
def test_a_missing_column(tmp_path, faces, write_parquet, column):
    path = write_parquet(tmp_path / "a.parquet", faces, **{column: None})
    assert _error(path) == f"{path}: no column {column}; expected emotion, usage, png"


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("emotion", 7, "emotion 7, expected 0 to 6"),
        ("emotion", -1, "emotion -1, expected 0 to 6"),
        ("emotion", None, "emotion missing, expected 0 to 6"),
        ("usage", "Test", "usage 'Test'; expected one of Training, PublicTest, PrivateTest"),
        ("usage", None, "usage None; expected one of"),
        ("png", b"not a picture", "its image cannot be decoded"),
        ("png", None, "its image cannot be decoded"),
        ("png", _png(np.zeros((48, 47), np.uint8)), "its image is 47×48, expected 48×48"),
        ("png", _png(np.zeros((96, 96), np.uint8)), "its image is 96×96, expected 48×48"),
        ("ferplus_fear", -1, "ferplus_fear -1, expected 0 to 255"),
        ("ferplus_fear", 256, "ferplus_fear 256, expected 0 to 255"),
        ("ferplus_fear", None, "ferplus_fear missing, expected 0 to 255"),
    ],
)
def test_a_bad_row_is_named_by_its_number(tmp_path, faces, write_parquet, column, value, says):
    good = {
        "emotion": faces.labels.tolist(),
        "usage": ["Training"] * len(faces),
        "png": [_png(image) for image in faces.images],
        "ferplus_fear": [1] * len(faces),
    }[column]
    path = write_parquet(tmp_path / "a.parquet", faces, **{column: [*good[:5], value, *good[6:]]})
    message = _error(path)
    assert message.startswith(f"{path}, row 5: ")
    assert says in message


@pytest.mark.parametrize(
    ("column", "values"),
    [("emotion", ["happy"] * 96), ("emotion", [1.5] * 96), ("ferplus_nf", [0.5] * 96)],
)
def test_a_column_of_another_type(tmp_path, faces, write_parquet, column, values):
    path = write_parquet(tmp_path / "a.parquet", faces, **{column: values})
    message = _error(path)
    assert message.startswith(f"{path}: column {column} is ")
    assert message.endswith(", expected whole numbers")


@pytest.mark.parametrize("claimed", [0, 100])
def test_a_picture_that_is_broken_inside(tmp_path, faces, write_parquet, claimed):
    """When the chunk of pixels says that it is shorter than it is, Pillow raises SyntaxError."""
    good = [_png(image) for image in faces.images]
    assert good[7][37:41] == b"IDAT"
    broken = good[7][:33] + claimed.to_bytes(4, "big") + good[7][37:]
    path = write_parquet(tmp_path / "a.parquet", faces, png=[*good[:7], broken, *good[8:]])
    assert _error(path) == f"{path}, row 7: its image cannot be decoded"


def test_any_format_and_mode_that_pillow_reads(tmp_path, faces, write_parquet):
    encoded = [_png(np.stack([image] * 3, axis=2), "bmp") for image in faces.images]
    found = read_fer2013_parquet(write_parquet(tmp_path / "a.parquet", faces, png=encoded))
    assert np.array_equal(found.images, faces.images)


@pytest.mark.parametrize("content", [b"", b"emotion,pixels,Usage\n", b"PAR1" * 30])
def test_a_file_that_is_something_else(tmp_path, content):
    path = tmp_path / "fer2013.parquet"
    path.write_bytes(content)
    assert _error(path) == f"{path}: not a Parquet file that can be read"


def test_a_file_that_is_cut_off(tmp_path, faces, write_parquet):
    path = write_parquet(tmp_path / "a.parquet", faces)
    path.write_bytes(path.read_bytes()[:-100])
    assert _error(path) == f"{path}: not a Parquet file that can be read"


def test_a_missing_file(tmp_path):
    assert _error(tmp_path / "no.parquet") == f"{tmp_path / 'no.parquet'}: no such file"


def test_a_file_without_rows(tmp_path, faces, write_parquet):
    types = {"emotion": pyarrow.int64(), "usage": pyarrow.string(), "png": pyarrow.binary()}
    empty = {name: pyarrow.array([], kind) for name, kind in types.items()}
    votes = {f"ferplus_{name}": None for name in VOTE_COLUMNS}
    path = write_parquet(tmp_path / "a.parquet", faces, **empty, **votes)
    assert _error(path) == f"{path}: no rows"
