"""Several data sets as one: rows, splits, labels, votes; and what cannot be joined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from mien.cli.lab.data import data_app
from mien.emotions import FERPLUS, POSITIVE_NEGATIVE
from mien.errors import DataError, UsageError
from mien.lab.data.faces import SPLITS, FaceData
from mien.lab.data.join import join_faces
from mien.lab.data.labels.relabel import relabel
from mien.lab.data.store import load_faces, save_faces, stored_path


@pytest.fixture
def mine(faces: FaceData) -> FaceData:
    """Larger images in colour, positive and negative, without votes."""
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (9, 96, 96, 3), np.uint8)
    splits = np.array([0, 0, 0, 0, 0, 1, 1, 2, 2], np.uint8)
    labels = np.arange(9, dtype=np.uint8) % 2
    return FaceData("mine", images, labels, splits, POSITIVE_NEGATIVE, notes=("looked through",))


def test_rows_stand_one_set_after_another(faces: FaceData, mine: FaceData):
    other = replace(faces, name="other", images=255 - faces.images)
    found = join_faces([faces, other], "both")
    assert len(found) == 2 * len(faces)
    np.testing.assert_array_equal(found.images[len(faces) :], other.images)
    np.testing.assert_array_equal(found.labels, np.tile(faces.labels, 2))
    np.testing.assert_array_equal(found.votes, np.tile(faces.votes, (2, 1)))
    assert found.label_set == faces.label_set


def test_sets_meet_in_one_label_set_and_size(faces: FaceData, mine: FaceData):
    found = join_faces([faces, mine], "both", label_set="positive-negative", measure_on="mine")
    alone = relabel(faces, "positive-negative")
    training = int((alone.splits == SPLITS.index("Training")).sum())
    assert len(found) == training + len(mine)
    assert found.image_shape == faces.image_shape
    for split in ("PublicTest", "PrivateTest"):
        assert (found.rows(split) >= training).all()
        assert len(found.rows(split)) == 2
    assert found.votes is None
    notes = " ".join(found.notes)
    assert "PublicTest and PrivateTest are those of mine" in notes
    assert "the FER+ votes of tiny were left out" in notes
    assert "mine: looked through" in notes
    assert "reduced from 96×96" in notes


def test_what_cannot_be_joined(faces: FaceData, mine: FaceData):
    with pytest.raises(DataError, match=r"mine: its label set is positive-negative, that of tiny"):
        join_faces([faces, mine], "both")
    with pytest.raises(UsageError, match="two or more"):
        join_faces([faces], "both")
    with pytest.raises(UsageError, match="each once"):
        join_faces([faces, mine, faces], "both")
    with pytest.raises(UsageError, match="'nobody' is none of the sets"):
        join_faces([faces, mine], "both", label_set="positive-negative", measure_on="nobody")
    with pytest.raises(DataError, match=r"FER\+ votes"):
        join_faces([faces, mine], "both", label_set=FERPLUS.name)


def test_the_verb_keeps_the_set_once(faces: FaceData, mine: FaceData):
    for part in (faces, mine):
        save_faces(part, stored_path(part.name))
    call = ("join", "tiny", "mine", "--name", "both", "--labels", "positive-negative")
    told = CliRunner().invoke(data_app, call)
    assert told.exit_code == 0
    assert "use it in a recipe: data.dataset=both" in told.stdout
    assert load_faces("both").label_set == POSITIVE_NEGATIVE
    again = CliRunner().invoke(data_app, call)
    assert isinstance(again.exception, UsageError)
    assert "there is a data set both already" in str(again.exception)
    nowhere = CliRunner().invoke(data_app, ("join", "tiny", "nowhere", "--name", "third"))
    assert isinstance(nowhere.exception, DataError)
    assert "nowhere" in str(nowhere.exception)
