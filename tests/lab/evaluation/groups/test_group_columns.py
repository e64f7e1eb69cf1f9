"""Columns to group by: from a user's file, from the pixels, from numbers."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.emotions import FER2013
from mien.errors import DataError, UsageError
from mien.lab.data.faces import FaceData
from mien.lab.evaluation.groups.group_columns import cut, image_columns, read_group_columns
from mien.lab.evaluation.groups.group_results import NOT_GIVEN


def write(folder: Path, text: str) -> Path:
    path = folder / "groups.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_text_truth_values_and_codes(tmp_path, faces):
    path = write(
        tmp_path,
        "row,skin,glasses,source\n5,3,true,web\n2,1,false, press \n0,3,,\n9,2,true,web\n",
    )
    found = read_group_columns(path, faces, np.array([0, 1, 2, 5]))
    assert {name: values.tolist() for name, values in found.items()} == {
        "skin": ["3", NOT_GIVEN, "1", "3"],
        "glasses": [NOT_GIVEN, NOT_GIVEN, "no", "yes"],
        "source": [NOT_GIVEN, NOT_GIVEN, "press", "web"],
    }


def test_numbers_are_cut_into_thirds_or_at_bounds(tmp_path, faces):
    ages = np.arange(90)
    lines = "".join(f"{row},{age}\n" for row, age in enumerate(ages))
    path = write(tmp_path, "row,age\n" + lines)
    rows = np.arange(90)
    thirds = read_group_columns(path, faces, rows)["age"]
    assert dict(zip(*np.unique(thirds, return_counts=True), strict=True)) == {
        "under 29.7": 30,
        "29.7 to 59.3": 30,
        "59.3 or more": 30,
    }
    bands = read_group_columns(path, faces, rows, bounds={"age": (13, 20)})["age"]
    assert bands[[0, 12, 13, 19, 20]].tolist() == [
        "under 13",
        "under 13",
        "13 to 19",
        "13 to 19",
        "20 or more",
    ]


def test_parquet_says_the_same(tmp_path, faces):
    text = "row,age,site\n" + "".join(f"{row},{row / 7},{'ab'[row % 2]}\n" for row in range(60))
    table = pyarrow.table(
        {
            "site": pyarrow.array(["ab"[row % 2] for row in range(60)]).dictionary_encode(),
            "age": [row / 7 for row in range(60)],
            "row": np.arange(60, dtype=np.uint16),
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "groups.parquet")
    rows = np.arange(96)
    by_csv = read_group_columns(write(tmp_path, text), faces, rows)
    by_parquet = read_group_columns(tmp_path / "groups.parquet", faces, rows)
    assert by_csv.keys() == by_parquet.keys()
    for name, values in by_csv.items():
        assert values.tolist() == by_parquet[name].tolist()
    assert set(by_csv["site"][60:]) == {NOT_GIVEN}


def test_a_compressed_table_says_the_same(tmp_path, faces):
    text = "row,site\n" + "".join(f"{row},{'ab'[row % 2]}\n" for row in range(60))
    rows = np.arange(96)
    plain = read_group_columns(write(tmp_path, text), faces, rows)
    for name, packer in {"who.csv.gz": gzip, "who.csv.bz2": bz2, "who.csv.xz": lzma}.items():
        (tmp_path / name).write_bytes(packer.compress(text.encode()))
        found = read_group_columns(tmp_path / name, faces, rows)
        assert found["site"].tolist() == plain["site"].tolist()
    (tmp_path / "cut.csv.gz").write_bytes((tmp_path / "who.csv.gz").read_bytes()[:-12])
    with pytest.raises(DataError, match=r"cut\.csv\.gz: the archive cannot be read"):
        read_group_columns(tmp_path / "cut.csv.gz", faces, rows)


MANY = "row,file\n" + "".join(f"{row},face{row}.png\n" for row in range(60))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id,age\n1,2\n", "no column 'row'; .*there are: id, age"),
        ("row\n1\n", "no column but 'row'"),
        ("row,age\n1,2\n1,3\n", "column 'row': row 1 is there twice"),
        ("row,age\n96,2\n", "column 'row': 96 is no row of the data set; its rows are 0 to 95"),
        ("row,age\n-1,2\n", "column 'row': -1 is no row of the data set"),
        ("row,age\nx,2\n", "column 'row': not all are whole numbers"),
        ("row,age\n,2\n", "column 'row': not all are whole numbers"),
        ("row,age\n1.5,2\n", "column 'row': not all are whole numbers"),
        ("row,age\n95,2\n", "none of its rows is among those evaluated; these are 0 to 59"),
        ("row,age,age\n1,2,3\n", "two columns are called 'age'"),
        ("row,row,age\n1,2,3\n", "two columns are called 'row'"),
        ("row,age\n1,2,3\n", "cannot be read as CSV"),
        ("", "cannot be read as CSV"),
        (MANY, "column 'file': 60 different values, at most 50 can be groups"),
        ("row,at\n1,2020-01-01\n", r"column 'at': cannot group by values of type date32"),
    ],
)
def test_bad_files(tmp_path, faces, text, line):
    with pytest.raises(DataError, match=line) as caught:
        read_group_columns(write(tmp_path, text), faces, np.arange(60))
    assert str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)


def test_other_bad_files(tmp_path, faces):
    with pytest.raises(DataError, match="no such file"):
        read_group_columns(tmp_path / "none.csv", faces, np.arange(3))
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_group_columns(tmp_path / "broken.parquet", faces, np.arange(3))
    (tmp_path / "latin.csv").write_bytes("row,ort\n1,Zürich\n".encode("latin-1"))
    with pytest.raises(DataError, match="latin"):
        read_group_columns(tmp_path / "latin.csv", faces, np.arange(3))


@pytest.mark.parametrize(
    ("bounds", "line"),
    [
        ({"size": (1.0,)}, "no column 'size' to cut; there are: age, site"),
        ({"site": (1.0,)}, "column 'site': only numbers can be cut"),
        ({"age": (20.0, 13.0)}, "bounds must be numbers that rise, not 20, 13"),
        ({"age": ()}, "bounds must be numbers that rise"),
    ],
)
def test_bad_bounds(tmp_path, faces, bounds, line):
    path = write(tmp_path, "row,age,site\n1,2,a\n2,3.5,b\n")
    with pytest.raises(UsageError, match=line):
        read_group_columns(path, faces, np.arange(9), bounds=bounds)


def test_a_column_without_values_is_not_given(tmp_path, faces):
    path = write(tmp_path, "row,age,size\n1,,2.5\n2,,NaN\n")
    found = read_group_columns(path, faces, np.arange(1, 3))
    assert set(found["age"]) == {NOT_GIVEN}
    assert found["size"].tolist() == ["2.5 or more", NOT_GIVEN]


def test_brightness_and_contrast_by_hand():
    """Means 10, 25, 110, 110, 205, 220; deviations 0, 5, 10, 0, 5, 10."""
    images = np.zeros((6, 48, 48), dtype=np.uint8)
    for number, grey in enumerate((10, 20, 100, 110, 200, 210)):
        images[number] = grey
        images[number, :24] += np.uint8(10 * (number % 3))
    zeros = np.zeros(6, dtype=np.uint8)
    data = FaceData("grey", images, zeros, zeros, FER2013)
    found = image_columns(data, np.array([5, 0, 2, 1, 3, 4]))
    # The terciles: 25 + 2/3 × 85 = 81.7 and 110 + 1/3 × 95 = 142; all means are whole.
    dark, middle, bright = "under 81.7", "81.7 to 141", "142 or more"
    assert found["brightness"].tolist() == [bright, dark, middle, dark, middle, bright]
    # Of 0, 0, 5, 5, 10, 10: 0 + 2/3 × 5 = 3.33 and 5 + 1/3 × 5 = 6.67.
    low, medium, high = "under 3.33", "3.33 to 6.67", "6.67 or more"
    assert found["contrast"].tolist() == [high, low, high, medium, low, medium]


@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6)))
def test_every_value_lies_in_the_group_that_is_named_for_it(values):
    whole = bool(np.all(values == np.round(values)))
    for value, name in zip(values, cut(values, (-5.5, 0.0, 40.0)), strict=True):
        expected = (
            ("under -5.5", "-5.5 to -1" if whole else "-5.5 to 0")[int(value >= -5.5)]
            if value < 0
            else ("0 to 39" if whole else "0 to 40", "40 or more")[int(value >= 40)]
        )
        assert name == expected


def test_values_that_are_not_finite_are_not_given():
    assert cut(np.array([np.nan, 1.0, np.inf]), (2.0,)).tolist() == [
        NOT_GIVEN,
        "under 2",
        NOT_GIVEN,
    ]
    assert set(cut(np.full(3, np.nan))) == {NOT_GIVEN}
