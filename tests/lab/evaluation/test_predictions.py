from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from mien.emotions import FER2013, FERPLUS
from mien.errors import DataError, OutputError, RunError
from mien.lab.data.ferplus import majority
from mien.lab.evaluation.predictions import (
    Predictions,
    label_predictions,
    read_predictions,
    write_predictions,
)


def _predictions(count: int = 40) -> Predictions:
    rng = np.random.default_rng(0)
    return Predictions(
        "ab" * 32,
        rng.permutation(1000)[:count],
        (1 + np.arange(count) % 2).astype(np.uint8),
        rng.random(count) < 0.3,
        {"fer2013": rng.integers(0, 7, count), "ferplus": rng.integers(-1, 8, count)},
        {
            "fer2013": rng.normal(size=(count, 7)).astype(np.float32),
            "ferplus": rng.normal(size=(count, 8)).astype(np.float32),
        },
        {"fer2013": FER2013.labels, "ferplus": FERPLUS.labels},
    )


def _same(one: Predictions, other: Predictions) -> bool:
    assert one.data_sha256 == other.data_sha256
    assert list(one.logits) == list(other.logits)
    pairs = [(getattr(one, n), getattr(other, n)) for n in ("rows", "splits", "twins")]
    for head in one.logits:
        pairs += [(one.labels[head], other.labels[head]), (one.logits[head], other.logits[head])]
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)


def _error(path) -> str:
    with pytest.raises(RunError) as caught:
        read_predictions(path)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_what_is_written_is_read_back_bit_for_bit(tmp_path):
    path = tmp_path / "predictions.parquet"
    write_predictions(_predictions(), path)
    assert _same(read_predictions(path), _predictions())
    assert [file.name for file in tmp_path.iterdir()] == ["predictions.parquet"]


def test_the_columns_say_what_they_hold(tmp_path):
    path = tmp_path / "predictions.parquet"
    write_predictions(_predictions(), path)
    table = pyarrow.parquet.read_table(path)
    assert table.column_names[:4] == ["row", "split", "twin", "label_fer2013"]
    assert "logit_fer2013_angry" in table.column_names
    assert [f"logit_ferplus_{label}" for label in FERPLUS.labels] == table.column_names[-8:]
    assert set(table["split"].to_pylist()) == {"PublicTest", "PrivateTest"}


def test_logits_are_joined_with_what_the_data_know(faces):
    rows = np.concatenate([faces.rows("PublicTest"), faces.rows("PrivateTest")])
    images = faces.images.copy()
    images[rows[3]] = images[faces.rows("Training")[0]]
    # A twin within the test splits is no twin in Training.
    images[rows[5]] = images[rows[4]]
    data = replace(faces, images=images)
    logits = {
        "fer2013": np.zeros((len(rows), 7), np.float32),
        "ferplus": np.zeros((len(rows), 8), np.float32),
    }
    found = label_predictions(data, rows, logits, data.images[data.rows("Training")])
    assert np.array_equal(found.labels["fer2013"], faces.labels[rows])
    assert np.array_equal(found.labels["ferplus"], majority(faces.votes[rows]))
    assert np.flatnonzero(found.twins).tolist() == [3]
    assert np.array_equal(found.splits, faces.splits[rows])
    assert found.data_sha256 == data.sha256
    assert found.main_head == "fer2013"


def test_without_votes_there_is_no_ferplus_head(faces):
    rows = faces.rows("PublicTest")
    logits = {
        "fer2013": np.zeros((len(rows), 7), np.float32),
        "ferplus": np.zeros((len(rows), 8), np.float32),
    }
    found = label_predictions(replace(faces, votes=None), rows, logits, faces.images[:0])
    assert list(found.logits) == list(found.labels) == ["fer2013"]
    assert not found.twins.any()


def test_a_split_of_the_predictions():
    whole = _predictions()
    part = whole.split("PrivateTest")
    assert len(part.rows) == 20
    assert np.array_equal(part.rows, whole.rows[1::2])
    for head in whole.logits:
        assert np.array_equal(part.logits[head], whole.logits[head][1::2])
        assert np.array_equal(part.labels[head], whole.labels[head][1::2])
    assert np.array_equal(part.twins, whole.twins[1::2])
    assert (part.splits == 2).all()
    with pytest.raises(DataError, match=r"^there are no predictions of Training$"):
        whole.split("Training")


def test_a_missing_file(tmp_path):
    path = tmp_path / "predictions.parquet"
    expected = f"{path}: the run has no predictions; make them with: mien evaluate RUN"
    assert _error(path) == expected


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "last byte"])
def test_a_damaged_file(tmp_path, damage):
    path = tmp_path / "predictions.parquet"
    write_predictions(_predictions(), path)
    whole = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "text": b"row,split\n",
            "cut": whole[: len(whole) // 2],
            "last byte": whole[:-1],
        }[damage]
    )
    assert _error(path) == f"{path}: not a predictions file of Mien"


def test_a_flipped_bit_in_the_values_is_found(tmp_path):
    path = tmp_path / "predictions.parquet"
    write_predictions(_predictions(), path)
    whole = path.read_bytes()
    group = pyarrow.parquet.read_metadata(path).row_group(0)
    last = group.column(group.num_columns - 1)
    first, end = 4, last.dictionary_page_offset + last.total_compressed_size
    rng = np.random.default_rng(0)
    refused = 0
    for place in rng.integers(first, end, 60):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(bytes(flipped))
        try:
            # Some bits mean nothing, as the length of an unused field.
            assert _same(read_predictions(path), _predictions())
        except RunError:
            refused += 1
    assert refused > 45


def test_a_parquet_file_of_another_kind(tmp_path):
    path = tmp_path / "predictions.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), path)
    assert _error(path) == f"{path}: not a predictions file of Mien"


@pytest.mark.parametrize("column", ["row", "split", "label_ferplus", "logit_fer2013_happy"])
def test_a_column_that_is_missing(tmp_path, column):
    path = tmp_path / "predictions.parquet"
    write_predictions(_predictions(), path)
    table = pyarrow.parquet.read_table(path)
    pyarrow.parquet.write_table(table.drop_columns([column]), path)
    assert _error(path) == f"{path}: not a predictions file of Mien"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("head", ["fer2013", "ferplus"])
def test_logits_that_are_not_finite(tmp_path, value, head):
    predictions = _predictions()
    predictions.logits[head][7, 2] = value
    path = tmp_path / "predictions.parquet"
    write_predictions(predictions, path)
    assert _error(path) == f"{path}: the logits of {head} are not all finite"


def test_a_full_disk_keeps_the_old_file(tmp_path, disk_full):
    path = tmp_path / "predictions.parquet"
    write_predictions(_predictions(), path)
    with disk_full(), pytest.raises(OutputError, match=r"predictions\.parquet: cannot be written"):
        write_predictions(_predictions(900), path)
    assert _same(read_predictions(path), _predictions())
    assert [file.name for file in tmp_path.iterdir()] == ["predictions.parquet"]
