"""Check-ins and questionnaires: what they take, and that JSON keeps all of it."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import DataError, UsageError
from mien.journal.kept.check_in import CameraMeasures, CheckIn, poor_because
from mien.journal.kept.questionnaires import QUESTIONNAIRES, answered


def test_json_keeps_everything(year, entry):
    with_scale = dataclasses.replace(entry, questionnaire=answered("phq-8", [1] * 8))
    for one in (*year[:5], entry, with_scale):
        again = CheckIn.from_dict(json.loads(json.dumps(one.to_dict())))
        if one.measures is None:
            assert again == one
        else:
            for field in dataclasses.fields(CameraMeasures):
                mine, kept = (getattr(each.measures, field.name) for each in (one, again))
                assert kept == pytest.approx(mine, abs=1e-5)
            assert dataclasses.replace(again, measures=one.measures) == one


@pytest.mark.parametrize(
    "change",
    [{"mood": 0}, {"mood": 6}, {"mood": True}, {"sleep": 25}, {"words": "x" * 20_001},
     {"task": "read"}, {"at": datetime(2026, 1, 1)}],
)  # fmt: skip
def test_what_a_check_in_cannot_be(entry, change):
    with pytest.raises(UsageError):
        dataclasses.replace(entry, **change)


def test_a_questionnaire_adds_up_and_says_when_it_is_high():
    assert [answered("phq-2", pair).is_high for pair in ([1, 1], [1, 2], [3, 3])] == [0, 1, 1]
    assert answered("phq-8", [3] * 8).sum == QUESTIONNAIRES["phq-8"].most == 24
    assert not answered("phq-8", [1, 1, 1, 1, 1, 1, 1, 2]).is_high
    for wrong in ([1], [1, 4], [1, -1], [1, True], "11", None):
        with pytest.raises(UsageError):
            answered("phq-2", wrong)
    with pytest.raises(UsageError, match="phq-8"):
        answered("phq-9", [0] * 9)


def test_no_question_asks_what_only_a_person_should():
    words = " ".join(item.lower() for each in QUESTIONNAIRES.values() for item in each.items)
    assert "dead" not in words
    assert "hurting yourself" not in words


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text()))
def test_foreign_json_is_refused_in_one_line(raw):
    with pytest.raises(DataError) as caught:
        CheckIn.from_dict(raw)
    assert "\n" not in str(caught.value)


def test_poor_measures_say_why(year):
    good = year[0].measures
    assert poor_because(good) is None
    assert "seconds" in poor_because(dataclasses.replace(good, seconds=5.0))
    assert "seen" in poor_because(dataclasses.replace(good, face_seen=0.3))
    assert "dark" in poor_because(dataclasses.replace(good, light=10.0))
