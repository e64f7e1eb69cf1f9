"""Whole pictures with labels: found, read, shown and counted, with intervals by person."""

from __future__ import annotations

import csv
import json

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.cli.lab.end_to_end import evaluate_end_to_end
from mien.cli.lab.evaluate import evaluate
from mien.errors import DataError, UsageError
from mien.lab.evaluation.end_to_end.answers_to_pictures import MISSED, PictureAnswers, ask_about
from mien.lab.evaluation.end_to_end.end_to_end import LEAST_PICTURES, measure_end_to_end
from mien.lab.evaluation.end_to_end.labelled_pictures import (
    LabelledPictures,
    read_labelled_pictures,
)
from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.pixel_analyzer import PixelAnalyzer


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder with a table: two smiles of one person, a picture without a face, a broken one."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "images").mkdir()
    with PillowImage.open(packaged_path(ASTRONAUT)) as image:
        smile = np.asarray(image.convert("RGB"))
    PillowImage.fromarray(smile).save(folder / "images" / "smile.png")
    darker = (smile * 0.8).astype(np.uint8)[:, ::-1]
    PillowImage.fromarray(darker).save(folder / "images" / "again.jpg", quality=92)
    blank = cv2.resize(np.full((8, 8, 3), 120, np.uint8), (200, 200))
    PillowImage.fromarray(blank).save(folder / "images" / "wall.png")
    (folder / "images" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    rows = ["file,label,person,light", "smile.png,happiness,1,day", "again.jpg,happy,1,dusk"]
    rows += ["wall.png,neutral,2,day", "broken.png,sad,3,"]
    (folder / "labels.csv").write_text("\n".join(rows), "utf-8")
    return folder


def made_answers(labels, top, *, shown=None, persons=None, groups=None, confidence=0.9):
    top = np.array(top)
    pictures = LabelledPictures(
        source=None,
        paths=tuple(range(len(labels))),
        labels=np.array(labels),
        persons=None if persons is None else np.array(persons),
        groups={name: np.array(values) for name, values in (groups or {}).items()},
    )
    return PictureAnswers(
        pictures=pictures,
        shown=top if shown is None else np.array(shown),
        top=top,
        confidence=np.where(top == MISSED, np.nan, confidence),
        overlapping=np.zeros(len(labels), bool),
        unreadable=(),
        model="m",
        detector="d",
        reading="r",
    )


def test_a_table_is_read_with_its_people_and_groups(photos):
    found = read_labelled_pictures(photos)
    assert found.labels.tolist() == ["happy", "happy", "neutral", "sad"]
    assert found.persons.tolist() == ["1", "1", "2", "3"]
    assert {name: values.tolist() for name, values in found.groups.items()} == {
        "light": ["day", "dusk", "day", ""]
    }


def test_a_folder_by_label_is_read(tmp_path, photos):
    for label, name in (("happy", "smile.png"), ("Neutral", "wall.png")):
        (tmp_path / label).mkdir()
        (tmp_path / label / name).write_bytes((photos / "images" / name).read_bytes())
    found = read_labelled_pictures(tmp_path)
    assert dict(zip([p.name for p in found.paths], found.labels.tolist(), strict=True)) == {
        "smile.png": "happy",
        "wall.png": "neutral",
    }
    assert found.persons is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("file\nsmile.png", "no column 'label'"),
        ("label\nhappy", "no column 'file'"),
        ("file,label\nsmile.png,jolly", "line 2: unknown label 'jolly'"),
        ("file,label\nsmile.png,happy\ngone.png,happy", "line 3: there is no picture 'gone.png'"),
        ("file,label\nsmile.png", "line 2: 1 columns, expected 2"),
        ("file,label\n", "no rows"),
        ("", "is empty"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(photos, text, says):
    table = photos / "images" / "table.csv"
    table.write_text(text, "utf-8")
    with pytest.raises(DataError, match=says):
        read_labelled_pictures(table)


def test_a_folder_without_labels_is_refused(tmp_path):
    with pytest.raises(DataError, match="has neither"):
        read_labelled_pictures(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        read_labelled_pictures(tmp_path / "gone")


def test_faces_are_found_and_read_and_the_rest_is_missed(photos):
    answers = ask_about(PixelAnalyzer("small"), read_labelled_pictures(photos))
    assert answers.top.tolist() == ["happy", "happy", MISSED, MISSED]
    assert len(answers.unreadable) == 1
    assert "broken.png" in answers.unreadable[0]
    assert answers.reading == "everyday"
    found = measure_end_to_end(answers)
    assert (found.pictures, found.persons, found.missed, found.unreadable) == (4, 3, 2, 1)
    assert found.right.value == 0.5


def test_missed_and_unsure_count_as_wrong():
    found = measure_end_to_end(
        made_answers(
            ["happy"] * 4,
            ["happy", "happy", "sad", MISSED],
            shown=["happy", "unsure", "sad", MISSED],
        )
    )
    assert found.right.value == 0.5
    assert found.shown.value == 0.25
    assert found.answered.value == pytest.approx(2 / 3)
    assert found.right_when_answered.value == 0.5


@pytest.mark.filterwarnings("error")
def test_samples_without_a_face_found_say_nothing():
    """Two of three people have no face that was found: many samples draw nobody else."""
    found = measure_end_to_end(
        made_answers(["happy"] * 3, ["happy", MISSED, MISSED], confidence=0.7)
    )
    assert found.calibration_error.value == pytest.approx(0.3)
    assert found.calibration_error.low == pytest.approx(0.3)
    assert (found.right_when_answered.low, found.right_when_answered.high) == (1, 1)


def test_small_classes_do_not_count_in_the_mean():
    labels = ["happy"] * LEAST_PICTURES + ["fear"]
    found = measure_end_to_end(made_answers(labels, ["happy"] * len(labels)))
    assert found.mean_of_classes.value == 1
    assert [each.top.value for each in found.classes] == [0, 1]


def test_pictures_of_one_person_are_not_independent():
    """All of a person's pictures right or wrong: the interval is as wide as for so few people."""
    rng = np.random.default_rng(0)
    right = rng.random(20) < 0.5
    labels, top = ["happy"] * 400, np.where(np.repeat(right, 20), "happy", "sad")
    alone = measure_end_to_end(made_answers(labels, top)).right
    clustered = measure_end_to_end(made_answers(labels, top, persons=np.arange(400) // 20)).right
    assert clustered.value == alone.value
    assert clustered.high - clustered.low > 3 * (alone.high - alone.low)


def test_groups_have_their_figures_and_a_gap():
    labels = ["neutral"] * 40
    top = ["sad"] * 10 + ["neutral"] * 30
    groups = {"sex": ["f"] * 20 + ["m"] * 20, "id": [str(at) for at in range(40)]}
    found = measure_end_to_end(made_answers(labels, top, groups=groups))
    by_name = {each.group: each for each in found.groups}
    assert set(by_name) == {"f", "m"}, "a column with a group for each picture says nothing"
    assert by_name["f"].neutral_shown_negative.value == 0.5
    (gap,) = found.gaps
    assert gap.groups == ("f", "m")
    assert gap.neutral_shown_negative.value == 0.5
    assert gap.neutral_shown_negative.low > 0.2
    assert by_name["f"].happy_shown.value is None


def test_the_calibration_error_by_hand():
    found = measure_end_to_end(made_answers(["happy"] * 4, ["happy"] * 3 + ["sad"], confidence=0.9))
    assert found.calibration_error.value == pytest.approx(0.15)


def test_the_command_writes_and_prints(photos, tmp_path, capsys):
    evaluate_end_to_end("small", str(photos), tmp_path / "found", None, None)
    printed = capsys.readouterr()
    assert "top word right" in printed.out
    assert "broken.png" in printed.err
    written = json.loads((tmp_path / "found" / "end-to-end.json").read_text("utf-8"))
    assert written["schema"] == "mien.end-to-end/1"
    assert written["missed"] == 2
    with (tmp_path / "found" / "answers.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["top_emotion"] for row in rows] == ["happy", "happy", "missed", "missed"]
    assert [row["light"] for row in rows] == ["day", "dusk", "day", ""]
    with pytest.raises(UsageError, match="needs a folder"):
        evaluate("small", end_to_end=True)
