from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from mien.emotions import FER2013, LabelSet
from mien.errors import DataError, OutputError
from mien.lab.data.faces import FaceData
from mien.lab.data.store import (
    FORMAT,
    data_folder,
    describe_stored,
    import_faces,
    load_faces,
    save_faces,
    stored_names,
)


def _same(found: FaceData, data: FaceData) -> bool:
    return all(
        np.array_equal(getattr(found, name), getattr(data, name))
        for name in ("images", "labels", "splits", "votes")
    )


def _load_error(name: str) -> str:
    with pytest.raises(DataError) as caught:
        load_faces(name)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.fixture
def stored(data_home: Path, faces: FaceData) -> Path:
    path = data_home / "tiny.safetensors"
    save_faces(faces, path)
    return path


def test_the_folder_is_named_by_the_environment(data_home, monkeypatch):
    assert data_folder() == data_home
    monkeypatch.delenv("MIEN_DATA")
    assert data_folder().name == "data"
    assert "mien" in str(data_folder())


def test_what_is_saved_is_loaded(stored, faces):
    found = load_faces("tiny")
    assert _same(found, faces)
    assert found.name == "tiny"
    assert found.label_set == faces.label_set
    assert found.sha256 == faces.sha256
    assert [path.name for path in stored.parent.iterdir()] == ["tiny.safetensors"]


def test_without_votes_as_well(data_home, faces):
    save_faces(replace(faces, votes=None), data_home / "tiny.safetensors")
    assert load_faces("tiny").votes is None


def test_a_label_set_of_ones_own_and_the_notes_survive(data_home, faces):
    own = LabelSet("own", ("a", "b", "c", "d", "e", "f", "Ü"))
    data = replace(faces, label_set=own, notes=("10 % held out", "no image of: c"))
    save_faces(data, data_home / "tiny.safetensors")
    found = load_faces("tiny")
    assert found.label_set == own
    assert found.notes == data.notes
    assert found.votes_sha256 == faces.votes_sha256


def test_files_from_before_label_names_and_notes_still_load(data_home, faces):
    arrays = {"images": faces.images, "labels": faces.labels, "splits": faces.splits}
    data_home.mkdir(parents=True)
    about = {"format": FORMAT, "label_set": "fer2013", "sha256": faces.sha256}
    save_file(arrays, data_home / "old.safetensors", about)
    found = load_faces("old")
    assert (found.sha256, found.label_set, found.notes) == (faces.sha256, FER2013, ())
    assert describe_stored("old").sha256 == faces.sha256


def test_a_stored_set_is_described_without_its_images(stored, faces):
    one = describe_stored("tiny")
    assert (one.rows, one.votes, one.sha256) == (96, True, faces.sha256)
    assert one.splits == {"Training": 56, "PublicTest": 21, "PrivateTest": 19}
    assert one.label_set == FER2013
    assert stored_names() == ("tiny",)


def test_a_set_of_another_name_is_listed(stored):
    assert _load_error("fer2013") == ("no data set 'fer2013' has been imported; there are: tiny")


def test_importing_csv_with_votes_equals_importing_parquet(
    tmp_path, data_home, faces, write_csv, write_votes, write_parquet
):
    votes = write_votes(tmp_path / "fer2013new.csv", faces)
    text = write_csv(tmp_path / "fer2013.csv", faces)
    by_text = import_faces(text, name="one", ferplus=votes)
    by_parquet = import_faces(write_parquet(tmp_path / "faces.parquet", faces), name="two")
    assert by_text.name == "one"
    assert _same(by_text, faces)
    assert _same(by_parquet, faces)
    assert _same(load_faces("one"), load_faces("two"))


def test_a_failed_import_leaves_the_old_set(tmp_path, data_home, stored, faces, write_csv):
    bad = write_csv(tmp_path / "fer2013.csv", faces)
    bad.write_text(bad.read_text()[:-1000])
    with pytest.raises(DataError, match="line 97"):
        import_faces(bad, name="tiny")
    assert _same(load_faces("tiny"), faces)


def test_a_set_that_was_not_imported(data_home):
    assert _load_error("fer2013") == (
        "no data set 'fer2013' has been imported; import it with: mien data import fer2013.csv"
    )


@pytest.mark.parametrize("array", ["images", "labels", "splits", "votes"])
def test_damage_in_any_array_is_found(stored, array):
    content = bytearray(stored.read_bytes())
    value = load_file(stored)[array]
    place = content.find(value.tobytes())
    assert place > 0
    content[place + value.nbytes // 2] ^= 4
    stored.write_bytes(bytes(content))
    assert _load_error("tiny") == f"{stored}: its SHA-256 is wrong; import it again"


@pytest.mark.parametrize("content", [b"", b"hello, this is a text", bytes(100)])
def test_a_file_that_is_something_else(stored, content):
    stored.write_bytes(content)
    assert _load_error("tiny") == f"{stored}: the imported data set is damaged; import it again"


def test_a_file_that_is_cut_off(stored):
    stored.write_bytes(stored.read_bytes()[:-1])
    assert _load_error("tiny") == f"{stored}: the imported data set is damaged; import it again"


def test_a_safetensors_file_of_another_kind(stored):
    save_file({"weight": np.zeros(3, np.float32)}, stored)
    assert _load_error("tiny") == f"{stored}: not a Mien data set"
    save_file({"weight": np.zeros(3, np.float32)}, stored, {"format": FORMAT})
    assert _load_error("tiny") == f"{stored}: the imported data set is damaged; import it again"


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch, faces, write_csv):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    monkeypatch.setenv("MIEN_DATA", str(in_the_way))
    with pytest.raises(OutputError) as caught:
        import_faces(write_csv(tmp_path / "fer2013.csv", faces))
    assert str(caught.value).startswith(
        f"{in_the_way / 'fer2013.safetensors'}: cannot be written ("
    )
    assert str(caught.value).endswith("; set MIEN_DATA to another folder")


def test_a_full_disk_keeps_the_old_file(stored, faces, disk_full):
    with disk_full(), pytest.raises(OutputError, match="cannot be written"):
        save_faces(replace(faces, labels=np.zeros_like(faces.labels)), stored)
    assert _same(load_faces("tiny"), faces)
    assert [path.name for path in stored.parent.iterdir()] == ["tiny.safetensors"]
