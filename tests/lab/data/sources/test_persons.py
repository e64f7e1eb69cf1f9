"""Images of one person are held out together, wherever the person is named."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image

from mien.errors import DataError
from mien.lab.data.labels.mapping import load_mapping
from mien.lab.data.source_content import Columns
from mien.lab.data.sources.sources import read_faces

PERSONS = [f"p{row // 4}" for row in range(80)]
LABELS = ["happy" if row % 2 else "sad" for row in range(80)]
IMAGES = np.random.default_rng(0).integers(0, 256, (80, 48, 48), dtype=np.uint8)


def write_table(folder: Path, suffix: str, person: str) -> Path:
    path = folder / f"faces{suffix}"
    pixels = [" ".join(map(str, image.ravel())) for image in IMAGES]
    if suffix == ".csv":
        with path.open("w", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow(["label", "pixels", person])
            rows.writerows(zip(LABELS, pixels, PERSONS, strict=True))
        return path
    encoded = []
    for image in IMAGES:
        Image.fromarray(image).save(folder / "one.png")
        encoded.append((folder / "one.png").read_bytes())
    columns = {"label": LABELS, "image": encoded, person: PERSONS}
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def held_out(data) -> set[str]:
    """The persons in PublicTest; an error where one is on both sides."""
    persons = np.array([PERSONS[row] for row in rows_of(data)])
    public = set(persons[data.splits == 1].tolist())
    assert not public & set(persons[data.splits == 0].tolist())
    return public


def rows_of(data) -> list[int]:
    """Which of ``IMAGES`` each row is: sources may sort them."""
    known = {image.tobytes(): row for row, image in enumerate(IMAGES)}
    return [known[image.tobytes()] for image in data.images]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("person", ["person", "Subject"])
def test_a_column_is_found(tmp_path, suffix, person):
    data = read_faces(write_table(tmp_path, suffix, person), "faces")
    assert held_out(data)
    said = "twins and near twins, and images of one person, stay together"
    assert any(said in note for note in data.notes)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_column_can_be_named(tmp_path, suffix):
    path = write_table(tmp_path, suffix, "who")
    assert held_out(read_faces(path, "faces", columns=Columns(person="who")))
    with pytest.raises(DataError, match="no column whom"):
        read_faces(path, "faces", columns=Columns(person="whom"))


def test_the_pattern_of_a_mapping_may_say_it(tmp_path):
    """JAFFE's file names begin with the woman's initials."""
    kinds = {"happy": "HA", "sad": "SA"}
    for row, image in enumerate(IMAGES):
        who = "".join(chr(65 + int(digit)) for digit in f"{row // 4:02}")
        Image.fromarray(image).save(tmp_path / f"{who}.{kinds[LABELS[row]]}{row % 4}.{row}.tiff")
    assert held_out(read_faces(tmp_path, "jaffe", mapping=load_mapping("jaffe")))


def test_who_is_not_named_is_somebody_else(tmp_path):
    path = tmp_path / "faces.csv"
    with path.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["label", "pixels", "person"])
        for label, image in zip(LABELS, IMAGES, strict=True):
            rows.writerow([label, " ".join(map(str, image.ravel())), ""])
    assert len(read_faces(path, "faces").rows("PublicTest")) == 8
