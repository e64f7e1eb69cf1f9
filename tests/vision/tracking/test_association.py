from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.vision.tracking.association import assign, associate, box_overlap, grown_overlap

linear_sum_assignment = pytest.importorskip("scipy.optimize").linear_sum_assignment

COSTS = st.tuples(st.integers(1, 7), st.integers(1, 7)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(0, 1, width=16))
)


@given(COSTS)
def test_the_assignment_is_as_cheap_as_scipys(cost):
    pairs = assign(cost, limit=1.0)
    rows, columns = linear_sum_assignment(cost)
    assert len(pairs) == min(cost.shape)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert sum(cost[pair] for pair in pairs) == pytest.approx(cost[rows, columns].sum())


@given(COSTS, st.floats(0, 1))
def test_a_limit_leaves_as_few_as_can_be_unpaired(cost, limit):
    pairs = assign(cost, limit)
    assert all(cost[pair] <= limit for pair in pairs)
    allowed = np.where(cost <= limit, 0.0, 1.0)
    rows, columns = linear_sum_assignment(allowed)
    assert len(pairs) == (allowed[rows, columns] == 0).sum()


def test_nearest_first_is_not_the_best_assignment():
    assert assign(np.array([[0.1, 0.2], [0.15, 0.9]]), 1.0) == [(0, 1), (1, 0)]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nobody_and_nothing(shape):
    assert assign(np.empty(shape), 1.0) == []


def test_overlaps_by_hand():
    ones = np.array([[0.0, 0, 10, 10]])
    others = np.array([[0.0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [3, 3, 3, 3]])
    assert box_overlap(ones, others) == pytest.approx(np.array([[1, 1 / 3, 0, 0]]))
    # Each side grows by half of 10 on both ends: 20 × 20, 15 apart of 20 wide.
    grown = grown_overlap(ones, np.array([[15.0, 0, 25, 10]]), np.array([0.5]))
    assert grown == pytest.approx(np.array([[5 * 20 / (2 * 400 - 5 * 20)]]))


A, B = (0.0, 0.0, 100.0, 100.0), (300.0, 0.0, 400.0, 100.0)


def test_sure_detections_go_first_and_doubtful_ones_only_go_on():
    found = associate(
        [(A,), (B,)],
        [True, True],
        [(10.0, 0.0, 110.0, 100.0), (305.0, 0.0, 405.0, 100.0), (600.0, 0.0, 700.0, 100.0)],
        [True, False, False],
    )
    assert found.pairs == ((0, 0), (1, 1))
    assert found.new == ()


def test_a_doubtful_detection_does_not_bring_a_lost_track_back():
    found = associate([(A,)], [False], [A], [False])
    assert (found.pairs, found.new) == ((), ())


def test_a_doubtful_detection_has_to_lie_where_a_face_is_expected():
    beside = (60.0, 0.0, 160.0, 100.0)
    assert associate([(A,)], [True], [beside], [False]).pairs == ()
    assert associate([(A,)], [True], [beside], [True]).pairs == ((0, 0),)


def test_what_belongs_to_nobody_is_new():
    assert associate([], [], [A, B], [True, False]).new == (0,)
    assert associate([(A,)], [True], [B], [True]).new == (0,)


def test_the_better_of_two_guesses_counts():
    assert associate([(B, A)], [True], [A], [True]).pairs == ((0, 0),)


def test_a_margin_reaches_further():
    beside = (120.0, 0.0, 220.0, 100.0)
    assert associate([(A,)], [True], [beside], [True]).pairs == ()
    assert associate([(A,)], [True], [beside], [True], margins=[0.5]).pairs == ((0, 0),)
