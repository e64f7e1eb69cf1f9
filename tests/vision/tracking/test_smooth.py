from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.vision.reading import Reader, Readings
from mien.vision.tracking.smooth import MARGIN, smooth

TAU = 0.6


def reader(unsure_below=0.4):
    """A reading of one head."""
    return Reader("plain", (), {}, {}, False, None, unsure_below, None, None)


def reading_of(shares):
    return Readings(np.array([shares], float), np.zeros((1, 3)))


def run(readings, fps, *, seconds=TAU, unsure_below=0.4):
    state, states = None, []
    for number, reading in enumerate(readings):
        state = smooth(
            state,
            reading_of(reading),
            number / fps,
            seconds=seconds,
            reader=reader(unsure_below),
        )
        states.append(state)
    return states


def test_the_first_reading_is_taken_as_it_is():
    (state,) = run([(0.3, 0.7)], 30)
    assert state.readings.probabilities[0].tolist() == [0.3, 0.7]
    assert (state.leading, state.unsure) == (1, False)
    assert run([(0.35, 0.3, 0.35)], 30)[0].unsure


@pytest.mark.parametrize("fps", [1, 5, 10, 25, 60])
def test_a_step_falls_to_one_in_e_in_the_time_constant(fps):
    """The reading changes from a to b at once: the old share is exp(-t / tau), at any rate."""
    long = 20 * fps
    states = run([(1.0, 0.0)] * long + [(0.0, 1.0)] * (3 * fps), fps)
    for number, state in enumerate(states[long - 1 :]):
        assert state.readings.probabilities[0][0] == pytest.approx(
            math.exp(-number / fps / TAU), abs=1e-9
        )


@pytest.mark.parametrize("fps", [10, 25, 60])
def test_the_first_reading_soon_counts_no_more_than_others(fps):
    """It is of a tenth of a second, and the others of as long as they are seen."""
    states = run([(1.0, 0.0)] + [(0.0, 1.0)] * fps, fps)
    first = 1 - math.exp(-0.1 / TAU)
    for number, state in enumerate(states):
        old, new = math.exp(-number / fps / TAU) * first, 1 - math.exp(-number / fps / TAU)
        assert state.readings.probabilities[0][0] == pytest.approx(old / (old + new), abs=1e-9)
    assert states[round(0.6 * fps)].readings.probabilities[0][0] < 0.1


def test_a_reading_after_a_pause_does_not_speak_for_the_pause():
    before = run([(1.0, 0.0)] * 200, 10)[-1]
    after = smooth(before, reading_of([0.0, 1.0]), before.time + 0.9, seconds=TAU, reader=reader())
    old, new = math.exp(-0.9 / TAU), 1 - math.exp(-0.1 / TAU)
    assert after.readings.probabilities[0][1] == pytest.approx(new / (old + new), abs=1e-9)


@given(
    changes=st.lists(st.tuples(st.integers(1, 10), st.floats(0, 1)), min_size=1, max_size=8),
    seconds=st.floats(0.2, 2),
)
def test_ten_and_sixty_frames_a_second_give_the_same_curve(changes, seconds):
    """Readings that last whole tenths of a second, seen at both rates."""
    tenths = [(level, 1 - level) for length, level in changes for _ in range(length)]
    slow = run(tenths, 10, seconds=seconds)
    # The reading at a moment is the one that has lasted since the frame before.
    fast_readings = [tenths[0]] + [reading for reading in tenths[1:] for _ in range(6)]
    fast = run(fast_readings, 60, seconds=seconds)
    for number, state in enumerate(slow):
        assert fast[6 * number].readings.probabilities[0] == pytest.approx(
            state.readings.probabilities[0], abs=1e-9
        )


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.floats(0, 3))
def test_probabilities_stay_probabilities(leaders, seconds):
    readings = [np.eye(7)[leader] * 0.93 + 0.01 for leader in leaders]
    for state in run(readings, 25, seconds=seconds):
        assert state.readings.probabilities[0].sum() == pytest.approx(1)
        assert (state.readings.probabilities[0] >= 0).all()
        assert (
            state.readings.probabilities[0].max() - state.readings.probabilities[0][state.leading]
            <= MARGIN + 1e-12
        )


def test_no_smoothing_follows_every_reading():
    states = run([(0.9, 0.1), (0.1, 0.9), (0.9, 0.1)], 25, seconds=0)
    assert [state.leading for state in states] == [0, 1, 0]


def test_a_label_does_not_flicker_between_two_that_are_even():
    readings = [(0.52, 0.48), (0.48, 0.52)] * 20
    raw = [int(np.argmax(reading)) for reading in readings]
    assert len(set(raw)) == 2
    assert {state.leading for state in run(readings, 25, seconds=0)} == {0}


def test_unsure_is_left_only_by_a_margin():
    readings = [(0.38, 0.32, 0.3), (0.43, 0.3, 0.27), (0.49, 0.26, 0.25), (0.43, 0.3, 0.27)]
    states = run(readings, 25, seconds=0)
    assert [state.unsure for state in states] == [True, True, False, False]


def test_a_threshold_near_one_can_be_left_too():
    states = run([(0.9, 0.1), (1.0, 0.0)], 25, seconds=0, unsure_below=0.97)
    assert [state.unsure for state in states] == [True, False]


def test_time_that_stands_still_changes_nothing():
    before = smooth(None, reading_of([0.8, 0.2]), 1.0, seconds=TAU, reader=reader())
    after = smooth(before, reading_of([0.1, 0.9]), 1.0, seconds=TAU, reader=reader())
    assert after.readings.probabilities[0].tolist() == [0.8, 0.2]
