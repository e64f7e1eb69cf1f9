"""Figures by group: planted differences, permuted groups, withheld cells, the page, the table."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from scipy.stats import binomtest
from sklearn.metrics import balanced_accuracy_score

from mien.cli.lab.tables.groups import group_tables
from mien.errors import DataError, UsageError
from mien.lab.evaluation.calibration import Calibration
from mien.lab.evaluation.groups import groups as groups_module
from mien.lab.evaluation.groups.group_results import (
    ACCURACY,
    BALANCED,
    GUESSES,
    LEAST_CELL,
    NOT_GIVEN,
    STANDARDISED,
    UNSURE,
    Group,
    Groups,
)
from mien.lab.evaluation.groups.groups import group_table
from mien.lab.evaluation.predictions import Predictions

from ..macro_page import render_macro, text_of

NAMES = ("angry", "happy", "neutral")
CALIBRATION = Calibration({"three": 1.0}, 0.5)


@pytest.fixture
def tests_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of few samples, for tests of p-values, which do not depend on them."""
    monkeypatch.setattr(groups_module, "BOOTSTRAP_SAMPLES", 20)


def predictions(labels: np.ndarray, predicted: np.ndarray, top: float = 0.8) -> Predictions:
    """Each answer has the probability ``top``."""
    count = len(labels)
    logits = np.full((count, 3), np.log((1 - top) / 2))
    logits[np.arange(count), predicted] = np.log(top)
    return Predictions(
        "0" * 64,
        np.arange(count),
        np.ones(count, dtype=np.uint8),
        np.zeros(count, dtype=bool),
        {"three": labels.astype(np.int64)},
        {"three": logits.astype(np.float32)},
        {"three": NAMES},
    )


def sample(shares: dict[str, float], images: int, seed: int = 0) -> tuple[Predictions, np.ndarray]:
    """``images`` of each group, of which a share is right."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(list(shares), images)
    labels = rng.integers(0, 3, len(groups))
    right = rng.random(len(groups)) < np.repeat(list(shares.values()), images)
    predicted = np.where(right, labels, (labels + 1) % 3)
    return predictions(labels, predicted), groups


def by_name(found: Groups, column: int = 0) -> dict[str, Group]:
    return {group.name: group for group in found.columns[column].groups}


def test_figures_by_hand():
    """100 of group a, 60 right; 50 of group b, 20 right; each of one class."""
    labels = np.repeat([0, 1], [100, 50])
    right = np.concatenate([np.arange(100) < 60, np.arange(50) < 20])
    part = predictions(labels, np.where(right, labels, 2), top=0.7)
    found = group_table(part, CALIBRATION, {"site": np.repeat(["a", "b"], [100, 50])})
    a, b = by_name(found).values()
    assert (a.images, b.images) == (100, 50)
    assert a.accuracy is not None and b.accuracy is not None
    assert (a.accuracy.value, b.accuracy.value) == (0.6, 0.4)
    wilson = binomtest(60, 100).proportion_ci(method="wilson")
    assert (a.accuracy.low, a.accuracy.high) == pytest.approx((wilson.low, wilson.high))
    assert a.overconfidence == pytest.approx(0.1) and b.overconfidence == pytest.approx(0.3)
    assert a.unsure is not None and a.unsure.value == 0
    assert a.shift == pytest.approx(1 / 3) and b.shift == pytest.approx(2 / 3)
    assert a.class_images == {"angry": 100, "happy": 0, "neutral": 0}
    assert a.recall is not None and a.recall["angry"] == a.accuracy and a.recall["happy"] is None
    gap = found.columns[0].gap(ACCURACY)
    assert gap is not None
    assert (gap.lowest, gap.highest) == ("b", "a")
    assert gap.difference == pytest.approx(0.2) and gap.ratio == pytest.approx(2 / 3)
    # No class is in both groups: nothing can be said at an equal class mix.
    assert found.columns[0].compared == () and a.standardised is None
    assert found.columns[0].gap(STANDARDISED) is None
    assert found.accuracy.value == pytest.approx(80 / 150)


def test_gaps_as_fairlearn_told_them():
    """Figures of fairlearn 0.15's ``MetricFrame``; of equal groups it names the first."""
    part, groups = sample({"c": 0.6, "b": 0.72, "a": 0.72}, 200, seed=9)
    found = group_table(part, CALIBRATION, {"site": groups}).columns[0].gaps
    assert {gap.score: (gap.lowest, gap.highest, gap.difference, gap.ratio) for gap in found} == {
        "accuracy": ("c", "b", 0.16000000000000003, 0.7894736842105263),
        "accuracy at equal class mix": ("c", "b", 0.1569951829277204, 0.7927545164856707),
        "balanced accuracy": ("c", "b", 0.15511750686829495, 0.7949199387928322),
        "share of unsure answers": ("a", "a", 0.0, None),
        "recall of angry": ("c", "b", 0.07318295739348368, 0.8957142857142858),
        "recall of happy": ("c", "b", 0.16649668536460993, 0.7838464084740152),
        "recall of neutral": ("c", "b", 0.2256728778467909, 0.7168831168831169),
    }


def test_balanced_accuracy_against_sklearn():
    part, groups = sample({"a": 0.7, "b": 0.5}, 300)
    found = by_name(group_table(part, CALIBRATION, {"site": groups}))
    predicted = part.logits["three"].argmax(axis=1)
    for name, group in found.items():
        inside = groups == name
        expected = balanced_accuracy_score(part.labels["three"][inside], predicted[inside])
        assert group.balanced is not None and group.balanced.value == pytest.approx(expected)
        assert group.balanced.low is not None and group.balanced.high is not None
        assert group.balanced.low < expected < group.balanced.high


def test_a_planted_difference_is_found():
    part, groups = sample({"a": 0.8, "b": 0.6, "c": 0.8}, 300)
    found = group_table(part, CALIBRATION, {"site": groups})
    for score in (ACCURACY, STANDARDISED):
        gap = found.columns[0].gap(score)
        assert gap is not None and gap.significant and gap.lowest == "b"
        assert gap.difference == pytest.approx(0.2, abs=0.08)
    corrected = {name: group.p_corrected for name, group in by_name(found).items()}
    assert corrected["b"] is not None and corrected["b"] < 0.001
    assert "b is" in found.columns[0].verdict and "differs" in found.columns[0].verdict


def test_permuted_groups_differ_no_more_often_than_allowed(tests_only):
    """At 5 % over all tests of a table, one or two of 30 are expected to hold a false one."""
    part, groups = sample({"a": 0.7, "b": 0.7, "c": 0.7}, 120, seed=5)
    rng = np.random.default_rng(6)
    false = 0
    for _ in range(30):
        column = group_table(part, CALIBRATION, {"site": rng.permutation(groups)}).columns[0]
        false += any(gap.significant for gap in column.gaps) or any(
            group.p_corrected is not None and group.p_corrected < 0.05 for group in column.groups
        )
    assert false <= 5  # 99 % quantile of binomial(30, 0.05)


def test_a_group_with_more_of_a_difficult_class_is_not_called_worse():
    labels = np.repeat([0, 1, 0, 1], [400, 100, 100, 400])
    groups = np.repeat(["easy", "hard"], 500)
    right = np.concatenate(
        [
            np.arange(n) < round(n * share)
            for n, share in ((400, 0.9), (100, 0.3), (100, 0.9), (400, 0.3))
        ]
    )
    found = group_table(
        predictions(labels, np.where(right, labels, 2)), CALIBRATION, {"set": groups}
    )
    column = found.columns[0]
    accuracy, standardised = column.gap(ACCURACY), column.gap(STANDARDISED)
    assert accuracy is not None and accuracy.significant
    assert accuracy.difference == pytest.approx(0.36)
    assert standardised is not None and not standardised.significant
    assert standardised.difference == pytest.approx(0)
    assert column.compared == ("angry", "happy")
    assert all(group.shift == pytest.approx(0.3) for group in column.groups)


def numbers(document: Any) -> list[float]:
    if isinstance(document, dict):
        return [one for part in document.values() for one in numbers(part)]
    if isinstance(document, list | tuple):
        return [one for part in document for one in numbers(part)]
    return [document] if isinstance(document, float) else []


def test_withheld_cells_have_no_value_anywhere():
    part, groups = sample({"a": 0.7, "b": 0.7, "small": 0.1}, 60)
    groups[-15:] = "a"  # 45 are left of the small group
    found = group_table(part, CALIBRATION, {"site": groups})
    document = json.loads(json.dumps(found.to_dict()))
    (small,) = [one for one in document["columns"][0]["groups"] if one["name"] == "small"]
    assert small["images"] == 45 and small["withheld"]
    assert set(small) - {"name", "images", "withheld"} == {
        key for key, value in small.items() if value is None
    }
    assert numbers(small) == []
    assert not any(
        "small" in (gap["lowest"], gap["highest"]) for gap in document["columns"][0]["gaps"]
    )
    # Each class has some 20 images a group.
    for group in document["columns"][0]["groups"]:
        if not group["withheld"]:
            assert all(images < LEAST_CELL for images in group["class_images"].values())
            assert group["recall"] == dict.fromkeys(NAMES)
    assert not any(gap["score"].startswith("recall") for gap in document["columns"][0]["gaps"])


def test_the_smallest_group_that_is_shown_has_fifty():
    part, groups = sample({"a": 0.7, "b": 0.7}, LEAST_CELL)
    assert not any(
        g.withheld for g in group_table(part, CALIBRATION, {"s": groups}).columns[0].groups
    )
    groups[-1] = "a"
    found = group_table(part, CALIBRATION, {"s": groups})
    assert by_name(found)["b"].withheld
    assert found.columns[0].gaps == () and found.tests == 0
    assert found.columns[0].verdict == "Only one group has 50 images: there is nothing to compare."


def test_not_given_is_shown_but_not_compared():
    part, groups = sample({"a": 0.7, "b": 0.7, NOT_GIVEN: 0.1}, 100)
    found = group_table(part, CALIBRATION, {"site": groups})
    last = found.columns[0].groups[-1]
    assert last.name == NOT_GIVEN and last.accuracy is not None and last.p_value is None
    assert not any(NOT_GIVEN in (gap.lowest, gap.highest) for gap in found.columns[0].gaps)
    assert not any(gap.significant for gap in found.columns[0].gaps)


def test_classes_that_most_groups_lack_are_left_out():
    part, groups = sample({"a": 0.7, "b": 0.7, "c": 0.7}, 100)
    labels = part.labels["three"].copy()
    labels[(labels == 2) & (groups != "a")] = 0
    found = group_table(replace(part, labels={"three": labels}), CALIBRATION, {"site": groups})
    assert found.columns[0].compared == ("angry", "happy")
    labels[(labels == 1) & (groups == "c")] = 0
    found = group_table(replace(part, labels={"three": labels}), CALIBRATION, {"site": groups})
    assert found.columns[0].compared == ("angry", "happy")
    standardised = {name: group.standardised for name, group in by_name(found).items()}
    assert standardised["c"] is None and standardised["a"] is not None
    gap = found.columns[0].gap(BALANCED)
    assert gap is not None and "c" not in (gap.lowest, gap.highest)


def test_p_values_are_corrected_over_all_columns():
    part, groups = sample({"a": 0.8, "b": 0.65}, 200)
    alone = group_table(part, CALIBRATION, {"site": groups})
    other = np.random.default_rng(1).permutation(groups)
    both = group_table(part, CALIBRATION, {"site": groups, "other": other})
    assert both.tests == 2 * alone.tests == 12  # accuracy, equal mix, unsure, three recalls
    first, second = alone.columns[0].gap(ACCURACY), both.columns[0].gap(ACCURACY)
    assert first is not None and second is not None
    assert first.p_value == second.p_value
    assert first.p_corrected is not None and second.p_corrected is not None
    assert first.p_value is not None and first.p_value < first.p_corrected < second.p_corrected


def test_measures_of_the_pixels_cost_the_others_no_power():
    part, groups = sample({"a": 0.8, "b": 0.7}, 200)
    alone = group_table(part, CALIBRATION, {"site": groups}).columns[0]
    rng = np.random.default_rng(1)
    light = {name: rng.permutation(groups) for name in ("brightness", "contrast")}
    found = group_table(
        part, CALIBRATION, light | {"site": groups}, of_pixels=frozenset(light), cross=True
    )
    names = [column.name for column in found.columns]
    assert names[:3] == ["brightness", "contrast", "site"]
    assert found.tests == 6
    # Two columns, their cross with each other (four groups), and with the site.
    assert found.pixel_tests > 12
    assert found.columns[2] == alone
    of_pixels = {column.name for column in found.columns if column.of_pixels}
    assert of_pixels == set(names) - {"site"}


def test_unsure_answers_are_compared_too():
    part, groups = sample({"a": 0.7, "b": 0.7}, 300)
    logits = part.logits["three"].copy()
    doubtful = (groups == "b") & (np.random.default_rng(0).random(len(groups)) < 0.3)
    logits[doubtful] *= 0.2
    column = group_table(replace(part, logits={"three": logits}), CALIBRATION, {"s": groups})
    gap = column.columns[0].gap(UNSURE)
    assert gap is not None and gap.significant
    assert (gap.lowest, gap.highest) == ("a", "b")
    assert gap.difference == pytest.approx(doubtful.sum() / 300)
    assert "Share of unsure answers differs: a is" in column.columns[0].verdict
    even = group_table(part, CALIBRATION, {"s": groups}).columns[0]
    assert "Share of unsure answers: a difference is not shown" in even.verdict


def test_a_difference_that_is_called_visible_mostly_is(tests_only):
    part, groups = sample({"a": 0.7, "b": 0.7}, 200)
    column = group_table(part, CALIBRATION, {"site": groups}).columns[0]
    gap = column.gap(ACCURACY)
    assert gap is not None and gap.visible is not None and not gap.significant
    assert f"of {100 * gap.visible:.0f} points it mostly would have been" in column.verdict
    assert "beyond chance" not in column.verdict
    shares = {"a": 0.7 + gap.visible / 2, "b": 0.7 - gap.visible / 2}
    shown = 0
    for seed in range(40):
        planted, names = sample(shares, 200, seed=seed)
        found = group_table(planted, CALIBRATION, {"site": names}).columns[0].gap(ACCURACY)
        shown += found is not None and found.significant
    assert 25 <= shown <= 38  # 0.5 % and 99 % quantiles of binomial(40, 0.8); Holm adds a little
    smaller = sample({"a": 0.7, "b": 0.7}, 60)
    few = group_table(smaller[0], CALIBRATION, {"site": smaller[1]}).columns[0].gap(ACCURACY)
    assert few is not None and few.visible is not None and few.visible > 1.5 * gap.visible


def test_crossed_columns():
    part, groups = sample({"a": 0.7, "b": 0.7}, 200)
    light = np.where(np.arange(400) < 30, NOT_GIVEN, np.tile(["dark", "light"], 200))
    found = group_table(part, CALIBRATION, {"site": groups, "light": light}, cross=True)
    assert [column.name for column in found.columns] == ["site", "light", "site × light"]
    sizes = {group.name: group.images for group in found.columns[2].groups}
    assert sizes == {
        "a × dark": 85,
        "a × light": 85,
        "b × dark": 100,
        "b × light": 100,
        NOT_GIVEN: 30,
    }


def test_groups_of_numbers_stand_in_their_order():
    part, _ = sample({"a": 0.7}, 400)
    names = np.tile(["9 to 19", "20 or more", "under 9", NOT_GIVEN], 100)
    found = group_table(part, CALIBRATION, {"age": names})
    order = [group.name for group in found.columns[0].groups]
    assert order == ["under 9", "9 to 19", "20 or more", NOT_GIVEN]


def test_guesses_are_called_so_everywhere(monkeypatch):
    part, groups = sample({"a": 0.7, "b": 0.7}, 200)
    columns = {"estimated gender": groups, "site": np.tile(["x", "y"], 200)}
    found = group_table(
        part, CALIBRATION, columns, estimated=frozenset({"estimated gender"}), cross=True
    )
    assert found.estimated == {"estimated gender", "estimated gender × site"}
    assert [column.estimated for column in found.columns] == [True, False, True]
    assert found.to_dict()["warning"] == GUESSES
    text = page(monkeypatch, found)
    assert text.startswith("Guesses: estimated gender, estimated gender × site. These groups are")
    assert text.count("Guessed groups: they cannot show unfair treatment") == 2
    assert text.count("Guessed groups. ") == 4  # in each caption
    assert printed(found).count("guesses of a model") == 2


def test_measured_groups_are_not_called_guesses(monkeypatch):
    part, groups = sample({"a": 0.7, "b": 0.7}, 100)
    found = group_table(part, CALIBRATION, {"site": groups})
    assert not found.estimated and found.to_dict()["warning"] is None
    assert "uess" not in page(monkeypatch, found) and "uess" not in printed(found)


def test_a_column_named_as_estimated_is_one():
    part, groups = sample({"a": 0.7, "b": 0.7}, 100)
    assert group_table(part, CALIBRATION, {"estimated age": groups}).estimated == {"estimated age"}


def test_the_page_and_the_table_withhold_too(monkeypatch):
    part, groups = sample({"a": 0.7, "b": 0.7, "small": 0.1}, 80)
    groups[-40:] = "a"
    found = group_table(part, CALIBRATION, {"site": groups})
    assert "small 40 too few" in page(monkeypatch, found)
    (line,) = [line for line in printed(found).splitlines() if "small" in line]
    assert line.split() == ["small", "40", "too", "few"]


def test_the_page_with_nothing_to_compare(monkeypatch):
    part, groups = sample({"a": 0.7}, 30)
    found = group_table(part, CALIBRATION, {"site": groups})
    text = page(monkeypatch, found)
    assert "No group has 50 images: there is nothing to compare." in text
    assert "Recall of each class" not in text


def test_all_right_and_all_wrong():
    labels = np.tile([0, 1, 2], 60)
    groups = np.repeat(["a", "b"], 90)
    right = group_table(predictions(labels, labels), CALIBRATION, {"s": groups}).columns[0]
    wrong = group_table(predictions(labels, (labels + 1) % 3), CALIBRATION, {"s": groups}).columns[
        0
    ]
    for column, ratio in ((right, 1.0), (wrong, None)):
        for gap in column.gaps:
            # None is unsure in either.
            assert gap.difference == 0 and gap.ratio == (None if gap.score == UNSURE else ratio)
            assert gap.p_corrected in (None, 1.0)


@pytest.mark.parametrize(
    ("columns", "estimated", "error", "line"),
    [
        ({}, set(), DataError, "there is no column to group by"),
        ({"s": np.array(["a"])}, set(), DataError, "column 's': 1 values for 60 predictions"),
        ({"sex": np.full(60, "f")}, {"sex"}, UsageError, "sex: a column of guesses must be called"),
    ],
)
def test_bad_columns(columns, estimated, error, line):
    part, _ = sample({"a": 0.5}, 60)
    with pytest.raises(error, match=line):
        group_table(part, CALIBRATION, columns, estimated=frozenset(estimated))


def page(monkeypatch: pytest.MonkeyPatch, found: Groups) -> str:
    return text_of(
        render_macro(
            monkeypatch, "evaluation/groups/groups.html.jinja", "groups(found)", found=found
        )
    )


def printed(found: Groups) -> str:
    console = Console(width=140, soft_wrap=True, highlight=False)
    with console.capture() as capture:
        console.print(group_tables(found))
    return capture.get()
