"""Coefficients against the examples of their authors, and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.media.agreement.coefficients import (
    alpha_interval,
    alpha_nominal,
    coincidences,
    confusion,
    icc,
    interval_sums,
    kappa,
    observed,
    one_against_rest,
    variance_sums,
)

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
).T
"""Table 2 of Shrout and Fleiss (1979): six targets, four judges."""

N = np.nan
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
)
"""Krippendorff (2011), *Computing Krippendorff's Alpha-Reliability*, section C."""


def test_icc_is_that_of_shrout_and_fleiss():
    sums = variance_sums(SHROUT_FLEISS)
    assert icc(sums) == pytest.approx(0.29, abs=0.005)
    assert icc(sums, mean=True) == pytest.approx(0.62, abs=0.005)


def test_a_unit_that_one_judge_left_out_does_not_count_for_icc():
    holed = np.column_stack([SHROUT_FLEISS, [1, 9, N, 5]])
    assert icc(variance_sums(holed)) == pytest.approx(icc(variance_sums(SHROUT_FLEISS)))


def test_alpha_is_that_of_krippendorff():
    said = np.where(np.isfinite(KRIPPENDORFF), KRIPPENDORFF - 1, -1).astype(np.int64)
    assert alpha_nominal(coincidences(said, 5)) == pytest.approx(0.743, abs=0.0005)
    assert alpha_interval(interval_sums(KRIPPENDORFF)) == pytest.approx(0.849, abs=0.0005)


def test_kappa_by_hand():
    # Cohen's kappa of 20 and 15 agreements, 5 and 10 others: (0.7 - 0.5) / (1 - 0.5).
    assert kappa(np.array([[20.0, 5], [10, 15]])) == pytest.approx(0.4)
    assert observed(np.array([[20.0, 5], [10, 15]])) == pytest.approx(0.7)
    assert np.isnan(kappa(np.array([[9.0, 0], [0, 0]])))
    assert np.isnan(kappa(np.zeros((2, 2))))


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_scikit_learn(weights, seed):
    metrics = pytest.importorskip("sklearn.metrics")
    chance = np.random.default_rng(seed)
    first = chance.integers(0, 4, 200)
    second = np.where(chance.random(200) < 0.5, first, chance.integers(0, 4, 200))
    apart = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))
    ours = kappa(
        confusion(first, second, 4),
        {None: None, "linear": apart, "quadratic": apart**2}[weights],
    )
    assert ours == pytest.approx(metrics.cohen_kappa_score(first, second, weights=weights))


def test_a_label_against_the_rest():
    counts = np.array([[5.0, 1, 0], [2, 7, 3], [0, 0, 4]])
    assert one_against_rest(counts, 1).tolist() == [[7, 5], [1, 9]]


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), min_size=1, max_size=60))
def test_sums_of_parts_are_those_of_the_whole(pairs):
    said = np.array(pairs, dtype=np.int64).T
    half = said.shape[1] // 2
    parts = said[:, :half], said[:, half:]
    assert np.allclose(sum(coincidences(part, 4) for part in parts), coincidences(said, 4))
    values = np.where(said < 0, np.nan, said)
    for sums in (interval_sums, variance_sums):
        assert np.allclose(sums(values[:, :half]) + sums(values[:, half:]), sums(values))
