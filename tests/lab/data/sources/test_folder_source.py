from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.errors import DataError
from mien.lab.data.faces import FaceData
from mien.lab.data.labels.mapping import load_mapping
from mien.lab.data.sources.folder_source import read_image_folder
from mien.lab.data.sources.sources import read_faces


def _read(folder: Path) -> FaceData:
    return read_faces(folder, "any", holdout=0)


def _error(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        _read(folder)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def _bag(data: FaceData) -> list[tuple[bytes, int, int]]:
    rows = zip(data.images, data.labels, data.splits, strict=True)
    return sorted((image.tobytes(), int(label), int(split)) for image, label, split in rows)


def test_every_image_is_found_with_its_label_and_split(tmp_path, faces, write_folder):
    found = _read(write_folder(tmp_path / "images", faces))
    assert _bag(found) == _bag(faces)
    assert found.notes == ()
    # Sorted by split, then by the label's name, then by file name.
    assert (np.diff(found.splits.astype(int)) >= 0).all()


@pytest.mark.parametrize(
    "splits",
    [
        ("train", "val", "test"),
        ("Training", "PublicTest", "PrivateTest"),
        ("TRAIN", "Validation", "Testing"),
        ("FER2013Train", "FER2013Valid", "FER2013Test"),
    ],
)
@pytest.mark.parametrize("kind", ["png", "bmp", "tiff"])
def test_neither_the_names_of_splits_nor_the_format_change_the_hash(
    tmp_path, faces, write_folder, splits, kind
):
    one = _read(write_folder(tmp_path / "one", faces))
    two = _read(write_folder(tmp_path / "two", faces, splits, kind=kind))
    # The file's ending is part of the order, but the same for all.
    assert one.sha256 == two.sha256


def test_the_hash_does_not_depend_on_the_order_of_the_file_system(tmp_path, faces, write_folder):
    one = write_folder(tmp_path / "one", faces)
    two = tmp_path / "two"
    for file in sorted(one.rglob("*.png"), reverse=True):
        target = two / file.relative_to(one)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    assert _read(one).sha256 == _read(two).sha256


def test_hidden_files_and_folders_around_do_not_matter(tmp_path, faces, write_folder):
    folder = write_folder(tmp_path / "archive" / "images", faces)
    expected = _read(folder).sha256
    for name in (".DS_Store", "train/Thumbs.db", "train/happy/desktop.ini", "test/sad/._1.png"):
        (folder / name).write_bytes(b"no image")
    (tmp_path / "__MACOSX" / "images").mkdir(parents=True)
    (tmp_path / "__MACOSX" / "images" / "x").write_bytes(b"no image")
    assert _read(folder).sha256 == expected
    assert _read(tmp_path).sha256 == expected


def test_labels_alone_are_all_training(tmp_path, faces, write_folder):
    found = _read(write_folder(tmp_path / "images", faces, None))
    assert len(found) == len(faces)
    assert (found.splits == 0).all()


def test_folders_inside_a_label_belong_to_it(tmp_path, faces, write_folder):
    folder = write_folder(tmp_path / "images", faces)
    inside = folder / "train" / "happy" / "S005" / "001"
    inside.mkdir(parents=True)
    Image.fromarray(faces.images[0]).save(inside / "x.png")
    assert len(_read(folder)) == len(faces) + 1


def test_links_to_folders_are_followed_but_not_in_a_circle(tmp_path, faces, write_folder):
    folder = write_folder(tmp_path / "images", faces)
    (tmp_path / "linked").mkdir()
    try:
        for split in ("train", "valid", "test"):
            (tmp_path / "linked" / split).symlink_to(folder / split)
        (folder / "train" / "sad" / "up").symlink_to(folder)
    except OSError:
        pytest.skip("no symbolic links here")
    message = f"{folder / 'train' / 'sad' / 'up'}: a link to a folder that it lies in"
    assert _error(folder) == message
    (folder / "train" / "sad" / "up").unlink()
    assert _bag(_read(tmp_path / "linked")) == _bag(faces)


def test_images_of_any_size_are_said_to_be_resized(tmp_path):
    for label, size in (("happy", (96, 96)), ("sad", (48, 48))):
        (tmp_path / label).mkdir()
        Image.new("RGB", size, "#808080").save(tmp_path / label / "a.png")
    data = _read(tmp_path)
    assert data.notes[0] == "1 of 2 images were resized to 48×48 (most of them from 96×96)"
    assert (data.images == 128).all()


def _put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (48, 48), sum(name.encode()) % 256).save(folder / name)


def test_an_empty_folder(tmp_path):
    assert _error(tmp_path).startswith(f"{tmp_path}: the folder holds no images; expected <split>/")
    (tmp_path / "train" / "happy").mkdir(parents=True)
    assert "the folder holds no images" in _error(tmp_path)


@pytest.mark.parametrize(
    ("names", "place", "says"),
    [
        (["a.png", "happy/b.png"], "a.png", "a file outside the folders of the labels; expected <"),
        (["train/a.png", "train/sad/b.png"], "train/a.png", "a file outside the folders of the l"),
        (
            ["train/sad/a.png", "fold2/sad/a.png"],
            "fold2",
            "the folder 'fold2' is no split, but others next to it are; known are train, val, test",
        ),
        (["happy/a.png", "hapy/b.png"], "hapy/b.png", "unknown label 'hapy'; did you mean 'happy'"),
        (["1/a.png", "2/b.png"], "1/a.png", "nobody says what the label 1 means; name a mapping"),
        (["happy/a.png", "happy/b.png"], "", "2 images, and all are happy; a data set needs two"),
    ],
)
def test_a_wrong_layout_is_named(tmp_path, names, place, says):
    _put(tmp_path, *names)
    assert _error(tmp_path).startswith(f"{tmp_path / place}: {says}")


@pytest.mark.parametrize("content", [b"hello", b"", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_not_an_image_is_named(tmp_path, content):
    _put(tmp_path, "happy/a.png", "sad/b.png")
    bad = tmp_path / "sad" / "notes.txt"
    bad.write_bytes(content)
    assert _error(tmp_path).startswith(f"{bad}: ")


def test_splits_of_ones_own_are_named_in_a_mapping(tmp_path):
    _put(tmp_path, "fold1/sad/a.png", "fold1/happy/b.png", "fold2/sad/c.png")
    reading = read_image_folder(tmp_path, splits={"fold1": "Training", "fold2": "PrivateTest"})
    assert reading.splits.tolist() == [0, 0, 2]


def test_labels_in_file_names(tmp_path):
    _put(tmp_path, "KA.AN1.39.tiff", "KA.HA2.30.tiff", "below/YM.SU3.60.tiff")
    data = read_faces(tmp_path, "jaffe", mapping=load_mapping("jaffe"), holdout=0)
    found = [data.label_set.labels[code] for code in data.labels]
    assert found == ["angry", "happy", "surprise"]
    _put(tmp_path, "readme.png")
    with pytest.raises(DataError) as caught:
        read_faces(tmp_path, "jaffe", mapping=load_mapping("jaffe"))
    assert str(caught.value).startswith(f"{tmp_path / 'readme.png'}: its name does not match the m")


def test_splits_in_file_names(tmp_path):
    _put(tmp_path, "train_1_happy.png", "test_1_sad.png", "fold_1_sad.png")
    pattern = r"(?P<split>[a-z]+)_\d+_(?P<label>[a-z]+)"
    with pytest.raises(DataError, match=r"fold_1_sad.png: no split 'fold'; say in the mapping"):
        read_image_folder(tmp_path, file_pattern=pattern)
    reading = read_image_folder(tmp_path, file_pattern=pattern, splits={"fold": "PublicTest"})
    assert reading.labels == ["happy", "sad", "sad"]
    assert reading.splits.tolist() == [0, 1, 2]
