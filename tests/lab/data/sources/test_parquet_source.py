from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from PIL import Image

from mien.errors import DataError
from mien.lab.data.faces import FaceData
from mien.lab.data.ferplus import VOTE_COLUMNS
from mien.lab.data.source_content import Columns
from mien.lab.data.sources.parquet_source import read_parquet
from mien.lab.data.sources.sources import read_faces


def _error(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_faces(path, "any")
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def _read(path: Path) -> FaceData:
    return read_faces(path, "any", holdout=0)


def _png(image: np.ndarray, kind: str = "png") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind)
    return buffer.getvalue()


def test_a_good_file_is_read_exactly(tmp_path, faces, write_parquet):
    found = _read(write_parquet(tmp_path / "fer2013.parquet", faces))
    for name in ("images", "labels", "splits", "votes"):
        assert np.array_equal(getattr(found, name), getattr(faces, name)), name
        assert getattr(found, name).dtype == np.uint8


def test_csv_and_parquet_of_the_same_data_have_the_same_hash(
    tmp_path, faces, write_csv, write_parquet
):
    parquet = _read(write_parquet(tmp_path / "a.parquet", faces))
    text = _read(write_csv(tmp_path / "a.csv", faces))
    assert parquet.sha256 == text.sha256 == faces.sha256


def test_the_usage_may_be_a_category(tmp_path, faces, write_parquet):
    usage = pyarrow.array(["Training"] * len(faces)).dictionary_encode()
    found = _read(write_parquet(tmp_path / "a.parquet", faces, usage=usage))
    assert (found.splits == 0).all()


def test_without_all_ten_vote_columns_there_are_no_votes(tmp_path, faces, write_parquet):
    path = write_parquet(tmp_path / "a.parquet", faces, ferplus_nf=None)
    assert _read(path).votes is None


@pytest.mark.parametrize(("column", "role"), [("emotion", "label"), ("png", "image")])
def test_a_missing_column(tmp_path, faces, write_parquet, column, role):
    path = write_parquet(tmp_path / "a.parquet", faces, **{column: None})
    message = _error(path)
    assert message.startswith(f"{path}: no column for the {role}; found ")
    assert message.endswith(
        "name it with --label-column, --image-column, --split-column or --person-column"
    )


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("emotion", 7, "label '7', expected 0 to 6"),
        ("emotion", -1, "label '-1', expected 0 to 6"),
        ("emotion", None, "emotion missing"),
        ("usage", "Tset", "usage 'Tset'; expected one of Training, PublicTest, PrivateTest"),
        ("usage", None, "usage None; expected one of"),
        ("png", b"not a picture", "not an image that Pillow can read; remove it or repair it"),
        ("png", None, "its image is missing"),
        ("png", _png(np.zeros((48, 47), np.uint8))[:-30], "its image cannot be decoded (image f"),
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
    ("column", "values", "says"),
    [
        ("emotion", [1.5] * 96, "expected whole numbers or text"),
        ("ferplus_nf", [0.5] * 96, "expected whole numbers"),
    ],
)
def test_a_column_of_another_type(tmp_path, faces, write_parquet, column, values, says):
    path = write_parquet(tmp_path / "a.parquet", faces, **{column: values})
    message = _error(path)
    assert message.startswith(f"{path}: column {column} is ")
    assert message.endswith(f", {says}")


@pytest.mark.parametrize("claimed", [0, 100])
def test_a_picture_that_is_broken_inside(tmp_path, faces, write_parquet, claimed):
    """When the chunk of pixels says that it is shorter than it is, Pillow raises SyntaxError."""
    good = [_png(image) for image in faces.images]
    assert good[7][37:41] == b"IDAT"
    broken = good[7][:33] + claimed.to_bytes(4, "big") + good[7][37:]
    path = write_parquet(tmp_path / "a.parquet", faces, png=[*good[:7], broken, *good[8:]])
    assert _error(path).startswith(f"{path}, row 7: its image cannot be decoded (")


def test_any_format_and_mode_that_pillow_reads(tmp_path, faces, write_parquet):
    encoded = [_png(np.stack([image] * 3, axis=2), "bmp") for image in faces.images]
    found = _read(write_parquet(tmp_path / "a.parquet", faces, png=encoded))
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


def _hugging_face(path: Path, faces: FaceData, rows: slice, names: list[str] | None) -> Path:
    """Write a file as the library ``datasets`` does: a struct, numbers, the names beside."""
    order = [names.index(label) for label in faces.label_set.labels] if names else range(7)
    table = pyarrow.table(
        {
            "image": [
                {"bytes": _png(image), "path": f"{row}.png"}
                for row, image in enumerate(faces.images[rows])
            ],
            "label": [order[code] for code in faces.labels[rows]],
        }
    )
    if names:
        features = {"label": {"names": names, "_type": "ClassLabel"}}
        about = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": about})
    path.parent.mkdir(exist_ok=True)
    pyarrow.parquet.write_table(table, path)
    return path


def test_hugging_faces_files_with_their_names_for_numbers(tmp_path, faces):
    names = sorted(faces.label_set.labels)
    path = _hugging_face(tmp_path / "a.parquet", faces, slice(None), names)
    found = _read(path)
    assert np.array_equal(found.images, faces.images)
    assert np.array_equal(found.labels, faces.labels)
    assert (found.splits == 0).all()


def test_numbers_without_names_need_a_mapping(tmp_path, faces):
    path = _hugging_face(tmp_path / "a.parquet", faces, slice(None), None)
    assert "nobody says what the label" in _error(path)
    assert "--mapping fer2013" in _error(path)


def test_a_number_beyond_hugging_faces_names(tmp_path, faces):
    path = _hugging_face(tmp_path / "a.parquet", faces, slice(None), list(faces.label_set.labels))
    table = pyarrow.parquet.read_table(path)
    labels = [*table["label"].to_pylist()[:-1], -1]
    table = table.set_column(1, "label", pyarrow.array(labels))
    pyarrow.parquet.write_table(table, path)
    assert _error(path).startswith(f"{path}, row 95: label -1, expected 0 to 6; the file names")


def test_a_folder_of_files_named_for_their_splits(tmp_path, faces):
    names = list(faces.label_set.labels)
    folder = tmp_path / "data"
    _hugging_face(folder / "train-00000-of-00002.parquet", faces, slice(0, 40), names)
    _hugging_face(folder / "train-00001-of-00002.parquet", faces, slice(40, 70), names)
    _hugging_face(folder / "test-00000-of-00001.parquet", faces, slice(70, 96), names)
    found = _read(tmp_path)
    assert np.bincount(found.splits).tolist() == [70, 0, 26]
    assert np.array_equal(found.labels, np.concatenate([faces.labels[70:], faces.labels[:70]]))


def test_an_error_in_one_of_several_files_names_it_and_its_row(tmp_path, faces, write_parquet):
    write_parquet(tmp_path / "a.parquet", faces)
    labels = faces.labels.astype(int)
    labels[5] = 9
    bad = write_parquet(tmp_path / "b.parquet", faces, emotion=labels)
    with pytest.raises(DataError) as caught:
        _read(tmp_path)
    assert str(caught.value).startswith(f"{bad}, row 5: label '9', expected 0 to 6")


def test_an_image_that_is_only_a_path_is_said_to_be_missing(tmp_path, faces, write_parquet):
    images = [{"bytes": None, "path": "x.png"}] * len(faces)
    path = write_parquet(tmp_path / "a.parquet", faces, png=images)
    assert _error(path) == f"{path}, row 0: png holds no image bytes"


def test_columns_can_be_named(tmp_path, faces, write_parquet):
    png = [_png(image) for image in faces.images]
    path = write_parquet(
        tmp_path / "a.parquet", faces, png=None, emotion=None, usage=None,
        bild=png, wer=["happy", "sad"] * 48, teil=["train"] * 95 + ["test"],
    )  # fmt: skip
    columns = Columns(image="bild", label="wer", split="teil")
    found = read_faces(path, "any", columns=columns, holdout=0)
    assert np.array_equal(found.images, faces.images)
    assert found.splits.tolist() == [0] * 95 + [2]


def test_whole_numbers_that_became_floats_are_labels(tmp_path, faces, write_parquet):
    path = write_parquet(tmp_path / "a.parquet", faces, emotion=faces.labels.astype(float))
    assert read_parquet([path]).labels == [str(label) for label in faces.labels]
    missing = faces.labels.astype(float)
    missing[4] = np.nan
    path = write_parquet(tmp_path / "b.parquet", faces, emotion=missing)
    with pytest.raises(DataError, match="row 4: emotion missing"):
        read_parquet([path])
