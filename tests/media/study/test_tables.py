"""Rows of persons by hand, courses at a fixed rate, and who the participant is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.media.study.fixed_rate import fixed_rate
from mien.media.study.followed_people import FollowedPerson
from mien.media.study.participant import Who, participant_of
from mien.media.study.person_row import Stretch, against, person_row

LABELS = ("happy", "sad", "unsure")

TENTH = 0.1


def at(first: int, last: int) -> list[float]:
    """Frames of ten a second."""
    return [number * TENTH for number in range(first, last)]


def test_a_row_by_hand(person):
    # A second sad, half a second happy, a second of nothing, half a second happy.
    times = at(0, 15) + at(25, 30)
    one = person(times, [1] * 10 + [0] * 10)
    row = person_row(one, LABELS, Stretch(0, 3, TENTH))
    assert row["seconds"] == 3
    assert row["seen_seconds"] == pytest.approx(2.0)
    assert row["coverage"] == pytest.approx(2 / 3, abs=1e-4)
    assert row["share_happy"] == row["share_sad"] == pytest.approx(0.5)
    assert row["share_unsure"] == 0
    assert row["mean_happy"] == pytest.approx(0.55)
    assert row["spread_happy"] == pytest.approx(0.35)
    assert row["valence_mean"] == pytest.approx(0.1)
    # The pause is too long for one bout, and nothing is known of what changed in it.
    assert (row["bouts_happy"], row["bouts_sad"], row["transitions"]) == (2, 1, 1)
    assert row["mean_bout_happy"] == pytest.approx(0.5)
    assert (row["latency_sad"], row["latency_happy"]) == (0, pytest.approx(1.0))
    assert row["latency_unsure"] is None
    assert row["mean_bout_unsure"] is None


def test_a_stretch_counts_from_its_own_beginning(person):
    one = person(at(0, 30), [1] * 20 + [0] * 10)
    row = person_row(one, LABELS, Stretch(1.5, 2.5, TENTH))
    assert row["latency_happy"] == pytest.approx(0.5)
    assert row["coverage"] == pytest.approx(1)
    before = person_row(one, LABELS, Stretch(0, 1, TENTH))
    change = against(row, before)
    assert change["change_share_happy"] == pytest.approx(0.5)
    assert change["change_valence_mean"] == pytest.approx(0.7)
    assert not any("bout" in name or "latency" in name for name in change)


def test_somebody_who_was_not_there_then_has_no_numbers(person):
    row = person_row(person(at(0, 10), [0] * 10), LABELS, Stretch(2, 3, TENTH))
    assert row["coverage"] == 0
    assert row["share_happy"] is None
    assert row["valence_mean"] is None
    assert against(row, row)["change_mean_happy"] is None


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60), st.integers(0, 40))
def test_shares_are_shares(labels, gap):
    times = [number * TENTH + (gap * TENTH if number > 20 else 0) for number in range(len(labels))]
    shown = np.array(labels, dtype=np.int64)
    one = FollowedPerson(
        1, np.array(times), np.full((len(times), 2), 0.5), shown, np.zeros(len(times)),
        np.ones((len(times), 3)), None,
    )  # fmt: skip
    row = person_row(one, LABELS, Stretch(0, times[-1] + TENTH, TENTH))
    assert sum(row[f"share_{label}"] for label in LABELS) == pytest.approx(1, abs=1e-4)
    assert 0 < row["coverage"] <= 1.0001
    assert row["seen_seconds"] == pytest.approx(len(labels) * TENTH, rel=1e-3) or gap
    assert sum(row[f"bouts_{label}"] for label in LABELS) >= row["transitions"] + 1


def test_a_fixed_rate_states_its_gaps(person):
    one = person(at(0, 10) + at(20, 30), [0] * 20)
    rows = fixed_rate(one, LABELS, Stretch(0, 3, TENTH), 5)
    assert [row["time"] for row in rows] == pytest.approx([n / 5 for n in range(15)])
    assert [row["gap"] for row in rows] == [0] * 6 + [1] * 4 + [0] * 5
    lost = next(row for row in rows if row["gap"])
    assert lost["label"] is None
    assert lost["happy"] is None
    assert rows[0]["label"] == "happy"
    assert all(abs(row["frame_time"] - row["time"]) <= 0.1 for row in rows if not row["gap"])


def test_a_faster_rate_than_the_video_repeats_frames_and_says_which(person):
    rows = fixed_rate(person(at(0, 10), [0] * 10), LABELS, Stretch(0, 1, TENTH), 40)
    assert len(rows) == 40
    # The last frame is at 0.9 s, and stands for half a frame either way.
    assert [row["time"] for row in rows if row["gap"]] == [0.975]
    assert len({row["frame_time"] for row in rows if not row["gap"]}) == 10


def test_who_the_participant_is(person):
    left = person(at(0, 100), [0] * 100, number=1, across=50, size=40)
    right = person(at(0, 60), [0] * 60, number=2, across=300, size=90)
    passing = person(at(50, 54), [0] * 4, number=3, across=500, size=300)
    people = [left, right, passing]
    found = {who: participant_of(people, who, 10) for who in Who}
    assert found == {Who.PRESENT: 1, Who.LARGEST: 2, Who.LEFT: 1, Who.RIGHT: 2, Who.ASKED: None}
    assert participant_of([], Who.PRESENT, 10) is None
