"""The folder that collected faces are written to: whole, or not there."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from mien.errors import OutputError, UsageError
from mien.media.collecting.agreement import OPINIONS, Agreement, Opinion
from mien.media.collecting.folder_of_faces import COLUMNS, folder_of_faces
from mien.media.image import read_image

BOX = (1.0, 2.0, 61.0, 82.0)
CROP = np.arange(48 * 48, dtype=np.uint16).reshape(48, 48).astype(np.uint8)


def judged(label: str | None) -> Agreement:
    return Agreement(label, "so", dict.fromkeys(OPINIONS, Opinion(label, "a, b")))


def test_a_row_a_face_and_a_picture_where_it_has_a_label(tmp_path):
    folder = tmp_path / "new" / "faces"
    with folder_of_faces(folder) as faces:
        faces.add("x/Ein Fest (1).mp4", 2.0, BOX, judged("positive"), CROP)
        faces.add("y/.png", None, BOX, judged("negative"), np.stack([CROP] * 3, axis=2))
        faces.add("z.jpg", None, BOX, judged(None), None)
        assert not folder.exists()
    with (folder / "reasons.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert [row["crop"] for row in rows] == [
        "positive/Ein-Fest-1-00001.png", "negative/png-00002.png", "",
    ]  # fmt: skip
    assert [row["time"] for row in rows] == ["2.000", "", ""]
    assert [row["label"] for row in rows] == ["positive", "negative", ""]
    assert rows[0]["source"] == rows[0]["file"] == "x/Ein Fest (1).mp4"
    assert (rows[0]["left"], rows[0]["bottom"], rows[0]["signs_because"]) == ("1.0", "82.0", "a, b")
    assert np.array_equal(read_image(folder / rows[0]["crop"])[:, :, 0], CROP)
    assert len(list(folder.rglob("*.png"))) == 2


def test_nothing_is_left_when_something_fails(tmp_path):
    with (
        pytest.raises(KeyboardInterrupt),
        folder_of_faces(tmp_path / "deep" / "faces") as faces,
    ):
        faces.add("a.png", None, BOX, judged("positive"), CROP)
        raise KeyboardInterrupt
    assert list((tmp_path / "deep").iterdir()) == []


def test_an_empty_folder_is_taken(tmp_path):
    with folder_of_faces(tmp_path) as faces:
        faces.add("a.png", None, BOX, judged("positive"), CROP)
    assert {path.name for path in tmp_path.iterdir()} == {"positive", "negative", "reasons.csv"}


@pytest.mark.parametrize(("kind", "what"), [("folder", "is not empty"), ("file", "is there alrea")])
def test_what_is_there_already_stays(tmp_path, kind, what):
    place = tmp_path / "faces"
    inside = place / "mine.txt" if kind == "folder" else place
    inside.parent.mkdir(exist_ok=True)
    inside.write_text("mine")
    with pytest.raises(UsageError, match=what), folder_of_faces(place):
        pass
    assert inside.read_text() == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [inside]


def test_where_nothing_can_be_written_it_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError), folder_of_faces(Path(tmp_path / "file" / "below" / "faces")):
        pass
