from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.lab.evaluation.measures import statistics
from mien.lab.evaluation.measures.statistics import (
    UNDEFINED,
    centred_estimate,
    estimate,
    resampled_means,
    resampled_weights,
    share,
)


def test_the_interval_is_made_of_quantiles():
    found = estimate(50.0, np.arange(101.0))
    assert (found.value, found.low, found.high) == (50, 2.5, 97.5)


def test_what_is_not_a_number_is_left_out():
    replicates = np.array([np.nan, 1.0, 3.0, np.nan])
    assert estimate(2.0, replicates).low == pytest.approx(1.05)
    assert estimate(np.nan, replicates) == UNDEFINED
    assert estimate(2.0, np.full(5, np.nan)) == UNDEFINED


def test_a_centred_interval_is_about_the_value_and_not_below_zero():
    found = centred_estimate(0.2, np.linspace(0.3, 0.7, 401))
    assert (found.low, found.high) == pytest.approx((0.01, 0.39))
    assert centred_estimate(0.01, np.linspace(0.0, 0.4, 401)).low == 0


def test_wilsons_interval_by_hand():
    # Of 10 images 2: (k + z²/2) / (n + z²) ± z / (n + z²) · √(k (n - k) / n + z²/4), z = 1.96.
    z, n, k = 1.959964, 10, 2
    middle, width = (k + z**2 / 2) / (n + z**2), z / (n + z**2)
    half = width * math.sqrt(k * (n - k) / n + z**2 / 4)
    found = share(k, n)
    assert (found.value, found.low, found.high) == pytest.approx(
        (0.2, middle - half, middle + half)
    )
    assert share(0, 0) == UNDEFINED


@given(st.integers(1, 300).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_interval(counts):
    found = share(*counts)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high


@settings(max_examples=20)
@given(st.integers(1, 40), st.integers(1, 30))
def test_every_sample_has_as_many_images(images, samples):
    parts = list(resampled_weights(images, samples=samples))
    weights = np.concatenate(parts)
    assert weights.shape == (samples, images)
    assert (weights.sum(axis=1) == images).all()
    assert (weights >= 0).all()


def test_chunks_do_not_lose_samples(monkeypatch):
    monkeypatch.setattr(statistics, "_CHUNK", 25)
    parts = [len(part) for part in resampled_weights(10, samples=7)]
    assert parts == [2, 2, 2, 1]


def test_resampled_means_spread_as_theory_says():
    values = np.random.default_rng(0).normal(3, 2, (500, 2))
    drawn = resampled_means(values)
    assert drawn.shape == (statistics.BOOTSTRAP_SAMPLES, 2)
    assert drawn.mean(axis=0) == pytest.approx(values.mean(axis=0), abs=0.02)
    assert drawn.std(axis=0) == pytest.approx(values.std(axis=0) / math.sqrt(500), rel=0.06)
    assert np.array_equal(drawn, resampled_means(values))
    assert not np.array_equal(drawn, resampled_means(values, seed=1))
