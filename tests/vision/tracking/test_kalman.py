from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.vision.tracking.kalman import MEASURED, begin, predict, resize, update

BOX = (100.0, 200.0, 180.0, 300.0)


def moved(box, x, y=0.0):
    return (box[0] + x, box[1] + y, box[2] + x, box[3] + y)


def test_the_first_belief_is_the_box_at_rest():
    state = begin(BOX)
    assert state.xyxy == pytest.approx(BOX)
    assert state.mean[:, 0] == pytest.approx([140, 250, 0.8, 100])
    assert (state.mean[:, 1] == 0).all()
    assert predict(state, 3.0).xyxy == pytest.approx(BOX)


def test_one_update_by_hand():
    """Position variance after a second, p = p0 + v0 + q / 3; the gain is p / (p + r)."""
    state = begin(BOX)
    ahead = predict(state, 1.0)
    p = 16 + 200**2 + 0.1 * 100**2 / 3  # 4 px, 200 px/s, power 0.1 heights² / s³
    assert ahead.covariance[0, 0, 0] == pytest.approx(p)
    new = update(ahead, moved(BOX, 30.0))
    assert new.mean[0, 0] == pytest.approx(140 + 30 * p / (p + 16))
    assert new.covariance[0, 0, 0] == pytest.approx(p * 16 / (p + 16))


@pytest.mark.parametrize("fps", [5, 10, 30, 60])
def test_a_steady_speed_is_learned_at_any_frame_rate(fps):
    state, speed = begin(BOX), 90.0
    for step in range(1, 2 * fps + 1):
        state = update(predict(state, 1 / fps), moved(BOX, speed * step / fps))
    assert state.mean[0, 1] == pytest.approx(speed, rel=0.02)
    assert predict(state, 0.5).xyxy == pytest.approx(moved(BOX, speed * 2.5), abs=1.5)


@given(first=st.floats(0, 2), second=st.floats(0, 2))
def test_two_steps_are_as_one(first, second):
    state = update(predict(begin(BOX), 0.1), moved(BOX, 8, -3))
    # Heights change by less than the limit, so that noise has nearly one size.
    once, twice = predict(state, first + second), predict(predict(state, first), second)
    assert twice.mean == pytest.approx(once.mean, abs=1e-6)
    assert twice.covariance == pytest.approx(once.covariance, rel=0.2, abs=1.0)


def test_a_doubtful_box_moves_the_belief_less():
    ahead = predict(begin(BOX), 0.01)
    clear = update(ahead, moved(BOX, 40)).mean[0]
    doubtful = update(ahead, moved(BOX, 40), doubt=10).mean[0]
    assert clear[0] > doubtful[0] > 140
    assert clear[1] > doubtful[1] > 0


def test_a_face_that_shrinks_fast_never_turns_inside_out():
    state = begin(BOX)
    for step in range(1, 6):
        state = update(predict(state, 0.05), (100, 200, 180 - 12 * step, 300 - 15 * step))
    left, top, right, bottom = predict(state, 10.0).xyxy
    assert right > left
    assert bottom > top


def test_resizing_is_measuring_in_the_other_picture():
    state = update(predict(begin(BOX), 0.1), moved(BOX, 8, -3))
    half = resize(state, 0.5, 0.5)
    assert half.xyxy == pytest.approx([side / 2 for side in state.xyxy])
    assert half.mean[:2, 1] == pytest.approx(state.mean[:2, 1] / 2)
    wide = resize(state, 2.0, 1.0)
    left, top, right, bottom = state.xyxy
    assert wide.xyxy == pytest.approx((2 * left, top, 2 * right, bottom))


def test_the_belief_grows_less_certain_with_time():
    state = begin(BOX)
    spreads = [np.sqrt(predict(state, t).covariance[0, 0, 0]) for t in (0, 0.1, 1, 2)]
    assert spreads == sorted(spreads)
    assert spreads[0] == pytest.approx(MEASURED[0] * 100)
