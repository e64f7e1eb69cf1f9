"""McNemar's test by hand, and resampling that is the same for all models."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.lab.evaluation.measures import metrics
from mien.lab.evaluation.measures.statistics import (
    EXACT_BELOW,
    McNemar,
    known_estimate,
    mcnemar,
    resampled_confusions,
)


def answers(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    counts = (both, first, second, neither)
    return np.repeat([True, True, False, False], counts), np.repeat(
        [True, False, True, False], counts
    )


def test_few_discordant_images_are_counted_exactly():
    # Of ten fair coins at most one is heads in 11 of 1024 cases, and as many at the other end.
    assert mcnemar(*answers(50, 1, 9, 5)) == McNemar(1, 9, "exact", pytest.approx(22 / 1024))


def test_many_discordant_images_are_corrected_for_continuity():
    # (|10 - 30| - 1)² / 40 = 9.025; the tail of chi-squared with one degree of freedom.
    found = mcnemar(*answers(100, 10, 30, 7))
    assert (found.method, found.reference_only, found.model_only) == ("chi-squared", 10, 30)
    assert found.p_value == pytest.approx(math.erfc(math.sqrt(9.025 / 2)))


def test_the_method_changes_at_the_documented_number():
    below = mcnemar(*answers(0, EXACT_BELOW - 1, 0, 0))
    assert (below.method, mcnemar(*answers(0, EXACT_BELOW, 0, 0)).method) == (
        "exact",
        "chi-squared",
    )


@pytest.mark.parametrize("discordant", [0, 5, 40])
def test_as_many_on_both_sides_is_no_difference(discordant):
    assert mcnemar(*answers(3, discordant, discordant, 2)).p_value == 1


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80))
def test_the_test_does_not_care_who_is_first(pairs):
    first, second = np.array(pairs).T
    one, other = mcnemar(first, second), mcnemar(second, first)
    assert one.p_value == pytest.approx(other.p_value)
    assert 0 <= one.p_value <= 1
    assert (one.reference_only, one.model_only) == (other.model_only, other.reference_only)


@settings(max_examples=20)
@given(st.integers(1, 60), st.integers(2, 7), st.integers(0, 100))
def test_all_models_see_the_same_resampled_images(n, classes, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, n)
    predicted = [rng.integers(0, classes, n), labels, labels]
    found = resampled_confusions(labels, predicted, classes, samples=30)
    assert found.shape == (3, 30, classes, classes)
    assert (found.sum(axis=(2, 3)) == n).all()
    # The true classes of the drawn images are the same for all.
    assert (found.sum(axis=3) == found[0].sum(axis=2)).all()
    assert (found[1] == found[2]).all()
    assert (metrics.accuracy(found[1]) == 1).all()


def test_intervals_are_those_of_the_unpaired_bootstrap_and_differences_are_narrower():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 1000)
    first = np.where(rng.random(1000) < 0.7, labels, (labels + 1) % 3)
    # The second errs where the first does, and on 3 % of the other images.
    second = np.where(rng.random(1000) < 0.97, first, (labels + 2) % 3)
    drawn = [metrics.accuracy(each) for each in resampled_confusions(labels, [first, second], 3)]
    counts = metrics.confusion(labels, first, 3)
    value = float(metrics.accuracy(counts))
    found = known_estimate(value, drawn[0])
    assert (found.low, found.high) == pytest.approx(
        metrics.bootstrap_interval(metrics.accuracy, counts), abs=0.005
    )
    assert found.half_width == pytest.approx(1.96 * math.sqrt(value * (1 - value) / 1000), rel=0.1)
    assert known_estimate(0.0, drawn[1] - drawn[0]).half_width < found.half_width / 2
