"""What is decided when a data set is read, and that it is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mien.errors import DataError, UsageError
from mien.lab.data.labels.mapping import load_mapping, parse_mapping
from mien.lab.data.source_content import Columns, SourceContent
from mien.lab.data.sources.sources import _fer2013_notes, read_faces
from mien.lab.data.split_names import SPLIT_NAMES, split_code


@pytest.mark.parametrize(
    ("name", "code"),
    [("Train", 0), ("PublicTest", 1), ("public_test", 1), ("Private Test", 2), ("VAL", 1),
     ("fer2013Valid", 1), ("fold1", None), ("", None)],
)  # fmt: skip
def test_names_of_splits(name, code):
    assert split_code(name) == code


def test_ones_own_names_of_splits_come_first():
    assert split_code("Test", {"test": "PublicTest"}) == 1
    assert len(SPLIT_NAMES) == len({name.lower() for name in SPLIT_NAMES})


def test_without_a_public_test_a_share_of_training_is_held_out_and_said(
    tmp_path, faces, write_folder
):
    folder = write_folder(tmp_path / "f", faces, ("train", "train", "test"))
    data = read_faces(folder, "f")
    assert np.bincount(data.splits).tolist() == [70, 7, 19]
    assert data.notes == (
        "it has no PublicTest: 7 of the 77 Training images are held out for it (10 % of each "
        "label, seed 0; twins and near twins stay together)",
    )
    assert read_faces(folder, "f", seed=1).sha256 != data.sha256
    assert len(read_faces(folder, "f", holdout=0.3).rows("PublicTest")) > 20
    without = read_faces(folder, "f", holdout=0)
    assert np.bincount(without.splits).tolist() == [77, 0, 19]
    assert without.notes[0].startswith("no PublicTest: ")


def test_with_a_public_test_nothing_is_held_out(tmp_path, faces, write_folder):
    data = read_faces(write_folder(tmp_path / "f", faces), "f", holdout=0.5)
    assert np.bincount(data.splits).tolist() == [56, 21, 19]


def test_missing_splits_are_said(tmp_path, faces, write_folder):
    data = read_faces(write_folder(tmp_path / "a", faces, ("train", "val", "val")), "a")
    assert data.notes[-1].startswith("no PrivateTest: ")
    data = read_faces(write_folder(tmp_path / "b", faces, ("test",) * 3), "b")
    assert data.notes == ("no Training images: it can be evaluated on, but not trained on",)


def test_a_class_without_images_is_allowed_and_said(tmp_path, faces, write_csv):
    data = faces.take(np.flatnonzero((faces.labels != 1) & (faces.labels != 2)))
    found = read_faces(write_csv(tmp_path / "fer2013.csv", data), "few")
    assert found.notes == ("no image of: disgust, fear",)


def test_dropped_rows_are_counted_and_their_votes_go_with_them(
    tmp_path, faces, write_csv, write_votes
):
    mapping = parse_mapping(
        "label_set: {name: smile, labels: [smiling, other]}\n"
        "labels: {3: smiling, 0: other, 2: other, 4: other, 6: other, 1: drop, 5: drop}",
        "map",
    )
    found = read_faces(
        write_csv(tmp_path / "fer2013.csv", faces),
        "smile",
        ferplus=write_votes(tmp_path / "fer2013new.csv", faces),
        mapping=mapping,
    )
    kept = np.flatnonzero((faces.labels != 1) & (faces.labels != 5))
    assert np.array_equal(found.votes, faces.votes[kept])
    assert np.array_equal(found.labels == 0, faces.labels[kept] == 3)
    dropped = [int((faces.labels == code).sum()) for code in (1, 5)]
    assert found.notes == (
        f"{sum(dropped)} rows are left out by the mapping: 1 {dropped[0]}, 5 {dropped[1]}",
    )


def test_kaggles_folder_is_recognised_by_its_counts():
    (note,) = _fer2013_notes((28_709, 0, 7_178))
    assert "its test folder is PublicTest and PrivateTest in one" in note
    assert "cannot be compared with PrivateTest figures" in note
    (note,) = _fer2013_notes((28_821, 7_066, 0))
    assert "cannot be compared" in note
    assert _fer2013_notes((28_709, 3_589, 3_589)) == []
    assert _fer2013_notes((100, 0, 20)) == []


def test_the_note_on_kaggles_folder_reaches_the_data(monkeypatch, tmp_path):
    rng = np.random.default_rng(0)
    count = 28_709 + 7_178
    images = np.zeros((count, 48, 48), np.uint8)
    images[:, 0, :8] = rng.integers(0, 256, (count, 8), dtype=np.uint8)
    reading = SourceContent(
        images, ["happy", "sad"] * 17_943 + ["sad"],
        np.repeat([0, 2], [28_709, 7_178]).astype("u1"),
        lambda row: str(row), ordered=False,
    )  # fmt: skip
    monkeypatch.setattr("mien.lab.data.sources.sources.read_image_folder", lambda *_, **__: reading)
    data = read_faces(tmp_path, "kaggle")
    assert any("Kaggle's folder" in note for note in data.notes)
    assert np.bincount(data.splits).tolist() == [25_838, 2_871, 7_178]


def test_csv_parquet_and_a_folder_of_rows_in_the_same_order_have_the_same_hash(
    tmp_path, faces, write_csv, write_parquet, write_folder
):
    names = np.array(faces.label_set.labels)[faces.labels]
    order = np.lexsort((np.arange(len(faces)), names, faces.splits))
    data = faces.take(order)
    found = {
        read_faces(write_csv(tmp_path / "fer2013.csv", data), "a").sha256,
        read_faces(write_parquet(tmp_path / "a.parquet", data), "b").sha256,
        read_faces(write_folder(tmp_path / "images", data), "c").sha256,
    }
    assert found == {data.sha256}


def test_without_a_public_test_too(tmp_path, faces, write_csv, write_parquet):
    data = replace(faces, splits=np.where(faces.splits == 1, 0, faces.splits).astype(np.uint8))
    one = read_faces(write_csv(tmp_path / "fer2013.csv", data), "a")
    two = read_faces(write_parquet(tmp_path / "a.parquet", data), "b")
    assert one.sha256 == two.sha256 != data.sha256


@pytest.mark.parametrize("name", ["a.zip", "a.7z"])
def test_an_archive_of_images_is_to_be_unpacked(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(DataError, match="an archive; unpack it and name the folder"):
        read_faces(tmp_path / name, "a")


def test_what_a_folder_of_images_does_not_have(tmp_path, faces, write_folder, write_votes):
    folder = write_folder(tmp_path / "f", faces)
    with pytest.raises(UsageError, match="a folder of images has no columns"):
        read_faces(folder, "f", columns=Columns(label="x"))
    with pytest.raises(UsageError, match="FER\\+ votes are joined by row"):
        read_faces(folder, "f", ferplus=write_votes(tmp_path / "v.csv", faces))


def test_what_a_table_does_not_have(tmp_path, faces, write_csv):
    path = write_csv(tmp_path / "fer2013.csv", faces)
    with pytest.raises(UsageError, match="the mapping is for a folder of images"):
        read_faces(path, "f", mapping=load_mapping("jaffe"))


def test_columns_of_the_call_come_before_those_of_the_mapping(tmp_path, faces, write_csv):
    path = write_csv(tmp_path / "own.csv", faces)
    path.write_text(path.read_text().replace("emotion,pixels,Usage", "a,b,c", 1))
    mapping = parse_mapping(
        "label_set: fer2013\nlabels: {0: angry, 1: disgust, 2: fear, 3: happy, 4: sad, "
        "5: surprise, 6: neutral}\ncolumns: {label: x, image: b, split: c}",
        "map",
    )
    assert read_faces(path, "a", mapping=mapping, columns=Columns(label="a")).sha256 == faces.sha256
