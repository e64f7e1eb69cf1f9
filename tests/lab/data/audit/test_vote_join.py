"""Votes on the wrong rows are refused or said, wherever they lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mien.emotions import FERPLUS
from mien.errors import DataError
from mien.lab.data.audit.audit import audit_faces
from mien.lab.data.audit.vote_join import check_join
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.ferplus import VOTE_COLUMNS, read_votes
from mien.lab.data.labels.relabel import relabel
from mien.lab.data.sources.sources import read_faces

RIGHT_ONES = 0.7


@pytest.fixture
def voted(faces: FaceData) -> FaceData:
    """The tiny set, with ten votes for each image's own label, or (some) for another."""
    return replace(faces, votes=_votes(faces, faces.labels))


def _votes(faces: FaceData, labels: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(1)
    wrong = rng.random(len(labels)) > RIGHT_ONES
    told = np.where(wrong, rng.integers(0, len(faces.label_set), len(labels)), labels)
    votes = np.zeros((len(labels), len(VOTE_COLUMNS)), dtype=np.uint8)
    for row, label in enumerate(told):
        votes[row, FERPLUS.index(faces.label_set.labels[label])] = 10
    return votes


def _large(voted: FaceData) -> FaceData:
    """The same images thirty times over, shuffled."""
    order = np.random.default_rng(2).permutation(np.tile(np.arange(len(voted)), 30))
    return voted.take(order)


def _rolled(data: FaceData, rows: np.ndarray) -> FaceData:
    assert data.votes is not None
    votes = data.votes.copy()
    votes[rows] = np.roll(votes[rows], 1, axis=0)
    return replace(data, votes=votes)


def test_an_audit_says_again_what_the_import_said(voted):
    good = audit_faces(voted)
    assert "vote_join" not in {finding.key for finding in good.findings}
    for bad in (_rolled(voted, np.arange(len(voted))), _rolled(_large(voted), np.arange(900))):
        (found,) = (each for each in audit_faces(bad).findings if each.key == "vote_join")
        warning = check_join(bad).warning
        assert (found.level, found.what.lower()) == ("act", warning.lower())
    # Nearly half of the votes are someone else's, here and there.
    noisy = replace(voted, votes=_votes(voted, voted.labels))
    noisy.votes[::3] = np.roll(noisy.votes[::3], 3, axis=1)
    (found,) = (each for each in audit_faces(noisy).findings if each.key == "vote_join")
    assert check_join(noisy).warning is None
    assert found.what.startswith("The FER+ votes fit the labels badly: they agree with the labels")


def test_votes_on_their_own_rows_are_not_warned_about(voted):
    join = check_join(voted)
    labels = voted.votes.argmax(axis=1)
    own = [FERPLUS.index(voted.label_set.labels[label]) for label in voted.labels]
    assert join.share == (labels == own).mean()
    assert join.compared == len(voted)
    assert join.warning is None
    assert check_join(_large(voted)).warning is None
    assert check_join(replace(voted, votes=None)) is None


def test_sorted_together_they_still_fit(voted):
    large = _large(voted)
    # Rare classes agree less than others, so a stretch of one class is no stretch of wrong rows.
    assert check_join(large.take(np.argsort(large.labels, kind="stable"))).warning is None


@pytest.mark.parametrize("labels", ["fer2013", "four", "valence"])
def test_all_on_wrong_rows(voted, labels):
    shuffled = replace(voted, votes=voted.votes[np.random.default_rng(3).permutation(len(voted))])
    data = shuffled if labels == "fer2013" else relabel(shuffled, labels)
    warning = check_join(data).warning
    assert warning.startswith("the FER+ votes seem to be joined to the wrong images: they agree")


@pytest.mark.parametrize("code", [0, 1, 2])
def test_one_split_on_wrong_rows(voted, code):
    large = _large(voted)
    join = check_join(_rolled(large, np.flatnonzero(large.splits == code)))
    assert join.warning is not None
    if code:
        assert join.wrong_splits == (SPLITS[code],)
        assert f"wrong images in {SPLITS[code]}: there" in join.warning


def test_a_stretch_on_wrong_rows(voted):
    large = _large(voted)
    join = check_join(_rolled(large, np.arange(1000, 2000)))
    assert join.wrong_splits == ()
    assert join.wrong_rows == (1000, 1999)
    assert "between rows 1,000 and 1,999" in join.warning


def test_the_warning_stays_with_the_data(tmp_path, voted, write_csv, write_votes):
    write_csv(tmp_path / "fer2013.csv", voted)
    order = np.lexsort((np.random.default_rng(4).permutation(len(voted)), voted.splits))
    shuffled = voted.take(order)
    write_csv(tmp_path / "shuffled.csv", shuffled)
    ordered = voted.take(np.argsort(voted.splits, kind="stable"))
    votes = write_votes(tmp_path / "votes.csv", ordered)
    data = read_faces(tmp_path / "shuffled.csv", "x", ferplus=votes)
    assert any("wrong images" in note for note in data.notes)
    own = write_votes(tmp_path / "own.csv", voted)
    data = read_faces(tmp_path / "fer2013.csv", "x", ferplus=own)
    assert not any("wrong images" in note for note in data.notes)


@pytest.mark.parametrize("at", [0, 3])
def test_names_out_of_order_are_refused(tmp_path, voted, write_votes, at):
    rows = np.flatnonzero(voted.splits == 0)
    path = write_votes(tmp_path / "votes.csv", voted.take(rows))
    header, *lines = path.read_text().splitlines(keepends=True)
    moved = lines[:at] + lines[at + 1 :] + [lines[at]]
    path.write_text("".join([header, *moved]))
    with pytest.raises(DataError, match=r"line 57: Image name 'fer0000.*' is out of order") as told:
        read_votes(path, voted.splits[rows])
    assert "joined row by row" in str(told.value)


def test_images_without_a_name_are_passed_over(tmp_path, voted, write_votes):
    path = write_votes(tmp_path / "votes.csv", voted)
    path.write_text(path.read_text().replace("fer0000005.png", ""))
    assert np.array_equal(read_votes(path, voted.splits), voted.votes)
    twice = path.read_text().replace("fer0000007.png", "fer0000006.png")
    path.write_text(twice)
    with pytest.raises(DataError, match=r"line 9: Image name 'fer0000006\.png' is out of order"):
        read_votes(path, voted.splits)
