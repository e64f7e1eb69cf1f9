"""What the report says in words is only said where it is true."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mien.lab.comparison.facts import Facts, read_facts
from mien.lab.data.faces import FaceData
from mien.lab.data.fer2013 import LABEL_COUNTS, is_fer2013
from mien.lab.evaluation.evaluate import evaluate_subject, predictions_path
from mien.lab.evaluation.groups.group_files import find_groups
from mien.lab.evaluation.groups.group_results import Groups
from mien.lab.evaluation.measures.measures import Measures
from mien.lab.evaluation.mistakes.mistakes import Mistakes, find_mistakes
from mien.lab.evaluation.predictions import Predictions, read_predictions
from mien.lab.evaluation.subject import RunSubject
from mien.lab.report.summary import Seen, summarise, what_it_saw
from mien.lab.training.run import Run


@pytest.fixture
def evaluated(
    finished_copy: Run, faces: FaceData
) -> tuple[Measures, Mistakes, Predictions, Facts, RunSubject]:
    subject = RunSubject(finished_copy)
    evaluation = evaluate_subject(subject, faces, ("PublicTest",), "single")
    part = read_predictions(predictions_path(subject, faces, "single")).split("PublicTest")
    mistakes = find_mistakes(part, evaluation.calibration, faces, fitted=True)
    return evaluation.measures["PublicTest"], mistakes, part, read_facts(subject), subject


def _table(path: Path, faces: FaceData, *names: str) -> Path:
    rows = [f"{row},{','.join('ab'[row % 2] for _ in names)}" for row in range(len(faces))]
    path.write_text("\n".join([",".join(["row", *names]), *rows]))
    return path


def _groups(evaluated, faces, table: Path | None) -> Groups:
    from mien.lab.evaluation.calibration import Calibration

    heads = dict.fromkeys(evaluated[2].labels_of, 1.0)
    return find_groups(evaluated[2], Calibration(heads, 0.5), faces, table=table)


def _answers(evaluated, groups: Groups, seen: Seen, *, fer2013: bool = False) -> dict[str, str]:
    found = summarise(evaluated[0], evaluated[1], groups, evaluated[3], seen, fer2013=fer2013)
    return {one.question: one.answer for one in found}


def test_what_people_reach_is_said_of_fer2013_only(evaluated, faces):
    groups = _groups(evaluated, faces, None)
    for fer2013 in (True, False):
        good = _answers(evaluated, groups, Seen(0, own=True), fer2013=fer2013)["How good is it?"]
        assert ("People reach" in good) == fer2013
    assert not is_fer2013(faces)
    labels = np.repeat(np.arange(7), LABEL_COUNTS).astype(np.uint8)
    blank = np.zeros((1, 48, 48), np.uint8)
    images = np.broadcast_to(blank, (len(labels), 48, 48))
    whole = replace(faces, images=images, labels=labels, splits=labels * 0, votes=None)
    assert is_fer2013(whole)
    assert not is_fer2013(whole.take(np.arange(len(labels) - 1)))


@pytest.mark.parametrize("names", [("contrast_group",), ("brightness",), ("bright", "contrast")])
def test_a_column_of_the_users_own_is_no_measure_of_the_pixels(tmp_path, evaluated, faces, names):
    without = _answers(evaluated, _groups(evaluated, faces, None), Seen(0, own=True))
    assert "was not measured" in without["On whom does it fail?"]
    groups = _groups(evaluated, faces, _table(tmp_path / "who.csv", faces, *names))
    # The measures are all still there, beside the user's.
    assert [column.of_pixels for column in groups.columns] == [True, True] + [False] * len(names)
    assert [column.name for column in groups.columns][2:] == list(names)
    answer = _answers(evaluated, groups, Seen(0, own=True))["On whom does it fail?"]
    assert "was not measured" not in answer
    assert "not shown" in answer and "beyond chance" not in answer


def _kept(facts: Facts, twins: str | None) -> Facts:
    data = {key: value for key, value in facts.recipe["data"].items() if key != "twins"}
    return replace(
        facts, recipe={**facts.recipe, "data": data | ({"twins": twins} if twins else {})}
    )


@pytest.mark.parametrize(
    ("twins", "recipe", "own", "known", "words"),
    [
        (5, "drop", True, True, ", which it was not fitted on"),
        (0, "keep", True, True, ", which it was not fitted on"),
        (5, "keep", True, True, ", 5 of whose images it was trained on as well"),
        (5, None, True, True, ", 5 of whose images it was trained on as well"),
        (0, "drop", False, True, ", not the data that it was trained on"),
        (5, "drop", False, True, ", not the data that it was trained on, but for 5 images of both"),
        (0, "drop", False, False, "whether both have images in common is not known"),
    ],
)
def test_unseen_is_said_of_what_was_not_seen(evaluated, faces, twins, recipe, own, known, words):
    seen = what_it_saw(twins, _kept(evaluated[3], recipe), own=own, known=known)
    assert words in seen.words
    clean = seen.images == 0
    good = _answers(evaluated, _groups(evaluated, faces, None), seen)["How good is it?"]
    assert ("that it was not fitted on" in good) == clean
