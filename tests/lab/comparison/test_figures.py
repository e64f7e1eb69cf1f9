"""Labels that do not overlap, the Pareto front, and which curves are drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Annotation

from mien.lab.comparison.comparison_figures import (
    MOST_CURVES,
    chosen_curves,
    cost_figure,
    curves_figure,
    line_of,
    pareto_front,
)
from mien.lab.comparison.placement import place_labels, spread_apart
from mien.lab.pages.figures import new_figure


def test_pareto_front_by_hand():
    # 1 is cheapest; 0 costs more and is better; 2 is dearer and worse; 3 costs what 0 costs.
    assert pareto_front([5, 1, 9, 5, 20], [0.6, 0.5, 0.55, 0.58, 0.6]) == [1, 0]


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=12))
def test_nothing_on_the_front_is_beaten_and_all_else_is(pairs):
    costs, accuracies = zip(*pairs, strict=True)
    front = pareto_front(costs, accuracies)

    def beaten(position):
        return any(
            cost <= costs[position]
            and accuracy >= accuracies[position]
            and (cost, accuracy) != pairs[position]
            for cost, accuracy in pairs
        )

    assert not any(beaten(position) for position in front)
    assert {pairs[p] for p in range(len(pairs)) if not beaten(p)} == {pairs[p] for p in front}


def test_spread_apart_by_hand():
    assert spread_apart([10, 10, 50], 4) == [8, 12, 50]
    # 12 is pushed onto the pair, so that the three are spread about their mean.
    assert spread_apart([10, 12, 10], 3) == pytest.approx([23 / 3, 41 / 3, 32 / 3])


@given(st.lists(st.floats(0, 100), min_size=1, max_size=15), st.floats(0.5, 10))
def test_places_spread_apart_are_apart_and_in_order(places, least):
    found = spread_apart(places, least)
    ordered = [found[position] for position in sorted(range(len(places)), key=places.__getitem__)]
    assert all(b - a > least - 1e-6 for a, b in pairwise(ordered))
    assert sum(found) == pytest.approx(sum(places), abs=1e-6)
    if all(b - a >= least for a, b in pairwise(sorted(places))):
        assert found == pytest.approx(places)


def labels_of(axes) -> list[Annotation]:
    return [text for text in axes.texts if isinstance(text, Annotation) and text.get_text()]


def _plane(count: int, text: str):
    figure = new_figure(5, 4)
    axes = figure.subplots()
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 10)
    points = [(3 + 0.15 * number, 5 - 0.1 * number) for number in range(count)]
    bars = [((x, y - 1), (x, y + 1)) for x, y in points]
    return axes, place_labels(axes, points, [f"{text} {n}" for n in range(count)], bars)


def test_labels_overlap_neither_each_other_nor_the_edge():
    axes, placed = _plane(6, "a label")
    boxes = [label.get_window_extent() for label in labels_of(axes)]
    assert placed and len(boxes) == 6
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    inside = axes.get_window_extent()
    assert all(inside.contains(*box.p0) and inside.contains(*box.p1) for box in boxes)


def test_where_there_is_no_room_nothing_is_left():
    axes, placed = _plane(3, "a label much longer than the figure is wide, which cannot be placed")
    assert not placed
    assert not axes.texts


def many(comparison, count: int):
    """The comparison with its second model repeated, each with another name and cost."""
    first, second = comparison.models
    more = [
        replace(second, number=number, name=f"a rather long name of run number {number}")
        for number in range(2, count + 1)
    ]
    together = replace(comparison.agreement, both_wrong=((0.5,) * count,) * count)
    return replace(comparison, models=(first, *more), agreement=together)


def test_models_are_called_by_name_or_where_there_is_no_room_by_number(comparison):
    def shown(found, cost):
        axes = cost_figure(found, cost, "cost").axes[0]
        return [label.get_text() for label in labels_of(axes)], axes.texts

    names, _ = shown(comparison, lambda model: 10**model.number)
    assert names == ["tiny-s3", "tiny-s4"]
    numbers, texts = shown(many(comparison, 14), lambda model: 1000 + model.number)
    assert numbers == [str(number) for number in range(1, 15)]
    # No line is left that led to a name.
    assert len(texts) <= 2 * 14


def test_at_most_twelve_curves_the_reference_among_them(comparison):
    crowd = many(comparison, 20)
    drawn = chosen_curves(crowd)
    assert [model.number for model in drawn] == list(range(1, MOST_CURVES + 1))
    drawn = chosen_curves(replace(crowd, reference=crowd.models[-1].name))
    assert [model.number for model in drawn] == [*range(1, MOST_CURVES), 20]
    assert len({line_of(position) for position in range(MOST_CURVES)}) == MOST_CURVES


def test_curves_are_the_log_and_old_logs_are_left_out_of_the_gap(comparison):
    first, second = comparison.models
    old = replace(second, facts=replace(second.facts, curve=replace(second.facts.curve, gap=None)))
    lines = curves_figure([first, old], "minutes", "accuracy").axes[0].lines
    assert tuple(lines[0].get_xdata()) == first.facts.curve.minutes
    assert tuple(lines[0].get_ydata()) == first.facts.curve.accuracy
    gap = curves_figure([first, old], "epochs", "gap").axes[0].lines
    assert len(gap) == len(lines) - 2 + 1  # Without the old one and its dot, with the zero line.
