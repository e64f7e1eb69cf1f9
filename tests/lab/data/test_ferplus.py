from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.emotions import FERPLUS
from mien.errors import DataError
from mien.lab.data import ferplus
from mien.lab.data.faces import FaceData
from mien.lab.data.ferplus import (
    VOTE_COLUMNS,
    majority,
    read_votes,
    vote_distribution,
)

VOTE_ROWS = st.lists(
    st.lists(st.integers(0, 12), min_size=10, max_size=10), min_size=1, max_size=8
).map(lambda rows: np.array(rows, dtype=np.uint8))


def _votes(**counts: int) -> np.ndarray:
    return np.array([[counts.get(name, 0) for name in VOTE_COLUMNS]], dtype=np.uint8)


@pytest.mark.parametrize(
    ("votes", "label"),
    [
        (_votes(happiness=10), "happy"),
        (_votes(neutral=6, sadness=4), "neutral"),
        (_votes(contempt=7, anger=3), "contempt"),
        # Half is not a majority.
        (_votes(happiness=5, surprise=5), None),
        (_votes(happiness=4, surprise=4, fear=2), None),
        (_votes(happiness=5, surprise=3, fear=2), None),
        # Single votes are dropped first: 5 of 10 becomes 5 of 7, and 4 of 10 becomes 4 of 6.
        (_votes(anger=5, sadness=2, fear=1, disgust=1, contempt=1), "angry"),
        (_votes(surprise=4, fear=2, anger=1, sadness=1, unknown=1, nf=1), "surprise"),
        (_votes(surprise=3, fear=3, anger=1), None),
        # A single vote never wins, not even alone.
        (_votes(happiness=1), None),
        (_votes(happiness=1, sadness=1, fear=1), None),
        (_votes(), None),
        # "unknown" and "not a face" win like any other choice, and leave no label.
        (_votes(unknown=6, happiness=4), None),
        (_votes(nf=8, neutral=2), None),
        # They count in the sum: 5 of 10 is no majority, 5 of 9 is.
        (_votes(happiness=5, unknown=3, nf=2), None),
        (_votes(happiness=5, unknown=2, nf=2), "happy"),
    ],
)
def test_microsofts_rule(votes, label):
    assert majority(votes).tolist() == [-1 if label is None else FERPLUS.index(label)]


@given(VOTE_ROWS)
def test_a_majority_holds_more_than_half_of_the_votes_that_are_kept(votes):
    for row, label in zip(votes.astype(int), majority(votes), strict=True):
        kept = [count if count > 1 else 0 for count in row]
        winners = [place for place in range(8) if 2 * kept[place] > sum(kept)]
        assert [label] == (winners or [-1])


@pytest.mark.parametrize(
    ("votes", "target", "weight"),
    [
        (_votes(happiness=10), {"happy": 1.0}, 1.0),
        (_votes(happiness=6, surprise=3, fear=1), {"happy": 6 / 9, "surprise": 3 / 9}, 1.0),
        (_votes(sadness=4, neutral=4, unknown=2), {"sad": 0.5, "neutral": 0.5}, 0.8),
        # Only single votes: all of them are kept.
        (_votes(fear=1, disgust=1, nf=6), {"fear": 0.5, "disgust": 0.5}, 0.25),
        (_votes(nf=10), {}, 0.0),
        (_votes(), {}, 0.0),
    ],
)
def test_soft_targets_of_votes(votes, target, weight):
    found, weights = vote_distribution(votes)
    expected = [target.get(label, 0.0) for label in FERPLUS.labels]
    np.testing.assert_allclose(found[0], expected, atol=1e-6)
    np.testing.assert_allclose(weights, [weight], atol=1e-6)


@given(VOTE_ROWS)
def test_soft_targets_sum_to_one_wherever_they_weigh(votes):
    targets, weights = vote_distribution(votes)
    assert targets.dtype == weights.dtype == np.float32
    assert targets.shape == (len(votes), 8)
    np.testing.assert_allclose(targets.sum(axis=1), (weights > 0).astype(float), atol=1e-6)
    assert ((weights >= 0) & (weights <= 1)).all()


def fer2013_distribution(data: FaceData) -> np.ndarray:
    """Fitted on all of Training."""
    return ferplus.fer2013_distribution(data, data.rows("Training"))


def _bare(faces: FaceData) -> FaceData:
    return replace(faces, votes=None)


def _join_error(faces: FaceData, path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_votes(path, faces.splits)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_votes_are_joined_row_by_row(tmp_path, faces, write_votes):
    votes = read_votes(write_votes(tmp_path / "fer2013new.csv", faces), faces.splits)
    assert np.array_equal(votes, faces.votes)


def test_a_byte_order_mark_and_crlf_do_not_matter(tmp_path, faces, write_votes):
    path = write_votes(tmp_path / "fer2013new.csv", faces)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert np.array_equal(read_votes(path, faces.splits), faces.votes)


def _change(text: str, line: int, old: str, new: str) -> str:
    lines = text.splitlines(keepends=True)
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return "".join(lines)


@pytest.mark.parametrize(
    ("line", "old", "new", "says"),
    [
        (1, "contempt", "contemt", ": no column contempt; expected FER+'s fer2013new.csv"),
        (1, "Usage", "Use", ": no column usage; expected FER+'s fer2013new.csv"),
        (4, ".png,", ".png,x", ", line 4: a vote is missing or not a number from 0 to 255"),
        (4, ".png,", ".png,-1", ", line 4: a vote is missing or not a number from 0 to 255"),
        (4, ".png,", ".png,300", ", line 4: a vote is missing or not a number from 0 to 255"),
        (4, ".png,", ".png", ", line 4: a vote is missing or not a number from 0 to 255"),
        (9, ",fer", "s,fer", ", line 9: Usage '"),
    ],
)
def test_a_bad_votes_file(tmp_path, faces, write_votes, line, old, new, says):
    path = write_votes(tmp_path / "fer2013new.csv", faces)
    path.write_text(_change(path.read_text(), line, old, new))
    assert _join_error(faces, path).startswith(f"{path}{says}")


def test_votes_of_another_data_set(tmp_path, faces, write_votes):
    path = write_votes(tmp_path / "fer2013new.csv", faces)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    assert _join_error(faces, path) == f"{path}: 95 rows, the data set has 96"
    other_way_round = [lines[0], *reversed(lines[1:])]
    path.write_text("".join(other_way_round))
    message = _join_error(faces, path)
    assert message.endswith("; the two files are not of the same order")


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\xff", b"Usage\n"])
def test_a_votes_file_that_is_something_else(tmp_path, faces, content):
    path = tmp_path / "fer2013new.csv"
    path.write_bytes(content)
    assert _join_error(faces, path).startswith(f"{path}: ")


def test_a_missing_votes_file(tmp_path, faces):
    assert _join_error(faces, tmp_path / "no.csv") == f"{tmp_path / 'no.csv'}: no such file"


def test_the_distribution_of_labels_follows_the_votes(faces):
    found = fer2013_distribution(faces)
    assert found.shape == (len(faces), 7)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    # The fixture's votes lean to the label's own column, so the votes of every split give it away.
    assert (found.argmax(axis=1) == faces.labels).mean() > 0.9


def test_the_distribution_is_fitted_on_training_only(faces):
    test_rows = faces.splits > 0
    labels = faces.labels.copy()
    labels[test_rows] = (labels[test_rows] + 3) % 7
    assert np.array_equal(
        fer2013_distribution(replace(faces, labels=labels)), fer2013_distribution(faces)
    )
    votes = faces.votes.copy()
    votes[test_rows] = votes[test_rows][::-1]
    changed = fer2013_distribution(replace(faces, votes=votes))
    assert np.array_equal(changed[~test_rows], fer2013_distribution(faces)[~test_rows])
    labels = faces.labels.copy()
    labels[~test_rows] = (labels[~test_rows] + 3) % 7
    other = fer2013_distribution(replace(faces, labels=labels))
    assert not np.allclose(other, fer2013_distribution(faces), atol=0.1)


def test_a_label_that_training_lacks_gets_nothing(faces):
    labels = np.where(faces.labels == 2, 3, faces.labels)
    found = fer2013_distribution(replace(faces, labels=labels))
    assert (found[:, 2] == 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_the_distribution_needs_votes(faces):
    with pytest.raises(DataError, match=r"^tiny: has no FER\+ votes; import them with --ferplus"):
        fer2013_distribution(_bare(faces))
