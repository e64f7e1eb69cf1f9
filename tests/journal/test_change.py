"""What is usual, and what differs: no future in it, no order, no clock; and what it says."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.journal.change.baseline import LEAST, fit_baseline
from mien.journal.change.change import OWN, SIGNS, analyse, newest_sign_differences
from mien.journal.change.findings import DIFFERENT, LEARNING, TOO_FEW, USUAL, find
from mien.journal.change.simulated import Change, Person, simulate
from mien.journal.kept.check_in import CheckIn
from mien.journal.kept.questionnaires import answered
from mien.journal.pages.weeks import weeks_of


@settings(max_examples=12, deadline=None)
@given(end=st.integers(20, 110))
def test_no_future_leaks_into_what_was_said(low_end, end):
    whole, until = analyse(low_end), analyse(low_end[:end])
    for chart, differences in until.differences.items():
        assert differences == whole.differences[chart][: len(differences)]
        np.testing.assert_array_equal(until.flagged[chart], whole.flagged[chart][:end])


@settings(max_examples=6, deadline=None)
@given(random=st.randoms(use_true_random=False))
def test_the_order_of_check_ins_does_not_matter(low_end, random):
    mixed = list(low_end)
    random.shuffle(mixed)
    assert analyse(mixed).differences == analyse(low_end).differences


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Tokyo"]))
def test_a_day_of_a_clock_change_is_one_day_of_the_calendar(place):
    """Twice half past two, or never: each check-in stands on the date that its clock showed."""
    zone = ZoneInfo(place)
    start = datetime(2026, 3, 20, 12, tzinfo=UTC)
    check_ins = [
        CheckIn(at=(start + timedelta(hours=7 * at)).astimezone(zone), mood=1 + at % 5)
        for at in range(900)
    ]
    days = [day for week in weeks_of(check_ins) for day in week.days if day is not None]
    assert [day.day for day in days] == sorted({day.day for day in days})
    assert sum(day.check_ins for day in days) == len(check_ins)
    dates = {one.at.astimezone(zone).date() for one in check_ins}
    assert {day.day for day in days if day.check_ins} == dates


def test_clocks_and_journeys_do_not_stretch_days(low_end):
    """The same moments, told by the clock of a place with summer time, are the same days apart."""

    def by_the_clock_of(place: ZoneInfo) -> list[CheckIn]:
        return [dataclasses.replace(one, at=one.at.astimezone(place)) for one in low_end]

    berlin, utc = (by_the_clock_of(ZoneInfo(name)) for name in ("Europe/Berlin", "UTC"))
    assert {one.at.utcoffset() for one in berlin} == {timedelta(hours=1), timedelta(hours=2)}
    np.testing.assert_allclose(analyse(berlin).series.days, analyse(utc).series.days, atol=1e-6)


def test_the_day_is_that_where_the_person_was(entry):
    tokyo = entry.at.replace(hour=23, minute=30).astimezone(ZoneInfo("Asia/Tokyo"))
    assert dataclasses.replace(entry, at=tokyo).day == entry.day + timedelta(days=1)


def test_a_great_change_is_told_and_what_it_says(low_end):
    analysis = analyse(low_end)
    found = find(analysis)
    assert found.state == DIFFERENT
    assert "differs from your usual" in found.sentence
    said = " ".join(one.sentence + one.certainty for one in found.statements)
    assert "mood" in said
    assert "95 % interval" in said
    assert "days against" in said
    for never in ("depress", "risk", "diagnos", "disorder", "patient"):
        assert never not in said.lower()
    first = next(flag for flag in analysis.flags() if flag.chart == OWN)
    assert 10 <= first.for_days <= 45
    assert first.difference.high < 0


def test_before_the_change_nothing_is_told(low_end):
    before = [one for one in low_end if (one.at - low_end[0].at).days < 88]
    assert find(analyse(before)).state == USUAL


def test_still_learning_then_usual(year):
    assert find(analyse([])).state == LEARNING
    assert find(analyse(year[:LEAST])).state == LEARNING
    assert "14 check-ins of 14" in find(analyse(year[:LEAST])).sentence
    assert find(analyse(year[: LEAST + 1])).state in (USUAL, TOO_FEW)


def test_too_few_days_say_nothing(year):
    late = dataclasses.replace(year[60], at=year[60].at + timedelta(days=60), id="late")
    found = find(analyse([*year[:60], late]))
    assert found.state == TOO_FEW


def test_a_journal_without_a_camera_works_as_well():
    check_ins = simulate(Person(camera=False), 120, np.random.default_rng(1), Change(-4, 90))
    analysis = analyse(check_ins)
    assert find(analysis).state == DIFFERENT
    assert set(analysis.differences[SIGNS]) == {None}


def test_poor_pictures_are_left_out_and_said(year):
    dark = [
        dataclasses.replace(one, measures=dataclasses.replace(one.measures, light=5.0))
        for one in year[:80]
    ]
    found = find(analyse(dark))
    assert any("too dark" in remark for remark in found.remarks)
    assert newest_sign_differences(analyse(dark)) == {}


def test_a_high_questionnaire_is_known_also_while_learning(year):
    asked = dataclasses.replace(year[3], questionnaire=answered("phq-2", [3, 3]))
    found = find(analyse([*year[:3], asked]))
    assert found.state == LEARNING
    assert found.questionnaire_is_high


def test_conditions_are_adjusted_for():
    """Light that makes smiles invisible is no change of a person."""
    rng = np.random.default_rng(0)
    light = rng.normal(0, 1, (60, 1))
    values = 0.5 + 0.2 * light[:, 0] + rng.normal(0, 0.05, 60)
    fitted = fit_baseline(np.arange(60.0), values, light, 0.01)
    dark = np.array([[-2.0]])
    assert fitted.expected(dark)[0] == pytest.approx(0.1, abs=0.06)
    assert abs(fitted.standardise(np.array([0.1]), dark)[0]) < 1.5
    assert fitted.standardise(np.array([0.1]), np.array([[0.0]]))[0] == -3


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-5, 5), min_size=LEAST, max_size=40),
    st.integers(0, 39),
    st.sampled_from([-1e6, 1e6, np.nan]),
)
def test_one_wild_value_moves_the_usual_little(values, at, wild):
    days = np.arange(float(len(values)))
    nothing = np.zeros((len(values), 0))
    plain = fit_baseline(days, np.array(values), nothing, 0.5)
    changed = np.array(values)
    changed[at % len(values)] = wild
    other = fit_baseline(days, changed, nothing, 0.5)
    if other is None:
        assert np.isnan(wild)
        assert len(values) == LEAST
        return
    assert np.isfinite(other.usual)
    if np.isnan(wild):
        assert other.count == len(values) - 1
        assert min(values) - 1e-6 <= other.usual <= max(values) + 1e-6
    assert plain.scale >= 0.5
    assert 0 <= plain.persistence <= 0.9
