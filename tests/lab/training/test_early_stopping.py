from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.lab.training.early_stopping import EarlyStopping, best_epoch, should_stop

LOSSES = st.lists(st.floats(0, 10), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("losses", "min_delta", "expected"),
    [
        ([1.0], 0, 0),
        ([3.0, 2.0, 1.0], 0, 2),
        ([1.0, 2.0, 1.0], 0, 0),
        ([3.0, 2.0, 2.5, 1.9], 0, 3),
        ([3.0, 2.0, 2.5, 1.95], 0.1, 1),
        # Two small falls are a large one.
        ([3.0, 2.95, 2.89], 0.1, 2),
    ],
)
def test_best_epoch(losses, min_delta, expected):
    assert best_epoch(losses, min_delta) == expected


@given(LOSSES)
def test_without_a_margin_the_best_epoch_is_the_first_of_the_lowest_loss(losses):
    assert best_epoch(losses) == losses.index(min(losses))


def test_no_epoch_yet():
    with pytest.raises(ValueError, match="no epoch yet"):
        best_epoch([])
    assert not should_stop([], EarlyStopping(patience=1))


@pytest.mark.parametrize(
    ("losses", "stops"),
    [([1.0], False), ([1.0, 2.0], False), ([1.0, 2.0, 3.0], True), ([1.0, 2.0, 0.9], False),
     ([1.0, 2.0, 0.9, 0.9, 0.9], True)],
)  # fmt: skip
def test_stops_after_patience_epochs_without_a_lower_loss(losses, stops):
    assert should_stop(losses, EarlyStopping(patience=2)) is stops


@given(LOSSES, st.floats(0, 1))
def test_never_stops_without_patience(losses, min_delta):
    assert not should_stop(losses, EarlyStopping(min_delta=min_delta))


def test_the_margin_counts():
    losses = [1.0, 0.99, 0.98]
    assert should_stop(losses, EarlyStopping(patience=2, min_delta=0.1))
    assert not should_stop(losses, EarlyStopping(patience=2))
