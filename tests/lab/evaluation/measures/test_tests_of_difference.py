"""Tests of equality against published and hand-worked figures, and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency, fisher_exact

from mien.lab.evaluation.measures.statistics import holm, same_share, same_share_in_each_class


def expanded(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``right`` and ``groups`` of a table with a row of (right, wrong) a group."""
    right = np.concatenate([np.repeat([True, False], row) for row in table])
    return right, np.repeat(np.arange(len(table)), table.sum(axis=1))


def test_three_groups_by_chi_squared():
    table = np.array([[30, 20], [45, 5], [25, 25]])
    assert same_share(*expanded(table)) == pytest.approx(chi2_contingency(table).pvalue)


def test_two_groups_exactly():
    table = np.array([[8, 2], [1, 5]])
    # Fisher's exact test of this table, the standard textbook example: p = 0.035.
    assert same_share(*expanded(table)) == pytest.approx(0.035, abs=0.0005)
    assert same_share(*expanded(table)) == pytest.approx(fisher_exact(table).pvalue)


@pytest.mark.parametrize("value", [True, False])
def test_all_right_or_all_wrong_is_no_difference(value):
    groups = np.array(["a", "b", "c"] * 20)
    assert same_share(np.full(60, value), groups) == 1.0
    assert same_share_in_each_class(np.full(60, value), groups, np.zeros(60, dtype=int)) == 1.0


def test_admissions_to_berkeley():
    """Bickel, Hammel, O'Connell 1975: by department men and women were admitted alike.

    Six departments; the statistic without continuity correction is 1.5246 (p = 0.217), where
    all departments together seem to prefer men (p < 0.001).
    """
    admitted_men = [512, 353, 120, 138, 53, 22]
    rejected_men = [313, 207, 205, 279, 138, 351]
    admitted_women = [89, 17, 202, 131, 94, 24]
    rejected_women = [19, 8, 391, 244, 299, 317]
    right, groups, labels = [], [], []
    for department, (a, b, c, d) in enumerate(
        zip(admitted_men, rejected_men, admitted_women, rejected_women, strict=True)
    ):
        more, which = expanded(np.array([[a, b], [c, d]]))
        right.append(more)
        groups.append(which)
        labels.append(np.full(len(more), department))
    columns = [np.concatenate(part) for part in (right, groups, labels)]
    found = same_share_in_each_class(*columns)
    assert found == pytest.approx(chi2.sf(1.5246, 1), abs=2e-4)
    assert same_share(columns[0], columns[1]) < 0.001


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=2, max_size=5).map(
        np.array
    )
)
def test_with_one_class_it_is_pearsons_test(table):
    """(n - 1) / n of Pearson's statistic, without continuity correction."""
    right, groups = expanded(table)
    pearson = chi2_contingency(table, correction=False)
    expected = chi2.sf(pearson.statistic * (len(right) - 1) / len(right), pearson.dof)
    found = same_share_in_each_class(right, groups, np.zeros(len(right), dtype=np.int64))
    assert found == pytest.approx(expected, abs=1e-9)


def test_a_difficult_class_is_no_difference_between_groups():
    """Recall is 0.9 and 0.3 in both groups; one holds four times as many of the difficult."""
    labels = np.repeat([0, 1, 0, 1], [400, 100, 100, 400])
    groups = np.repeat(["easy", "hard"], 500)
    right = np.concatenate(
        [np.arange(n) < share * n for n, share in ((400, 0.9), (100, 0.3), (100, 0.9), (400, 0.3))]
    )
    assert same_share(right, groups) < 1e-10
    assert same_share_in_each_class(right, groups, labels) == pytest.approx(1)


def test_holm_by_hand():
    # 0.01 × 4, 0.02 × 3, then 0.03 × 2 = 0.06, then 0.04 × 1, which may not fall below it.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_keeps_the_order_and_never_lowers(values):
    found = holm(values)
    assert all(before <= after <= 1 for before, after in zip(values, found, strict=True))
    assert found[int(np.argmin(values))] == pytest.approx(min(1, len(values) * min(values)))
    order = np.argsort(values, kind="stable")
    assert np.all(np.diff(np.array(found)[order]) >= 0)
