"""Which photos are nearly the same picture, by numbers alone."""

from __future__ import annotations

import math

import numpy as np

from mien.album.asking.alike import alike_numbers

HOUR, DAY = 3600.0, 86400.0


def numbers(
    hashes: list[int],
    taken: list[float] | None = None,
    faces: list[int] | None = None,
    scores: list[float] | None = None,
) -> list[int]:
    count = len(hashes)
    return alike_numbers(
        np.full(count, np.nan) if taken is None else np.array(taken),
        np.array(hashes, np.uint64),
        np.ones(count, np.int64) if faces is None else np.array(faces),
        np.linspace(0.9, 0.85, count) if scores is None else np.array(scores),
    ).tolist()


def test_two_bits_at_any_time_and_four_within_a_day() -> None:
    assert numbers([0, 0b11, 0b111]) == [0, 0, 2]
    assert numbers([0, 0b1111], [0.0, 20 * HOUR]) == [0, 0]
    assert numbers([0, 0b1111], [0.0, 30 * HOUR]) == [0, 1]
    assert numbers([0, 0b1111], [0.0, math.nan]) == [0, 1]
    assert numbers([0, 0b11111], [0.0, 1.0]) == [0, 1]


def test_other_faces_and_other_expressions_are_not_alike() -> None:
    assert numbers([7, 7, 7], faces=[1, 2, 1]) == [0, 1, 0]
    assert numbers([7, 7, 7], scores=[0.9, 0.85, 0.7]) == [0, 0, 2]


def test_no_row_of_small_differences_leads_from_one_to_another() -> None:
    """A photo without a time has bridged years."""
    steps = [0, 0b11, 0b1111, 0b111111, 0b11111111]
    assert numbers(steps) == [0, 0, 2, 2, 4]
    years = [0.0, math.nan, 3000 * DAY]
    assert numbers([0, 0b11, 0b1111], years) == [0, 0, 2]


def test_of_many_that_are_equal_one_stands_for_all() -> None:
    assert set(numbers([5] * 500, scores=[0.5] * 500)) == {0}


def test_alike_photos_are_found_wherever_their_bits_differ() -> None:
    rng = np.random.default_rng(0)
    one = rng.integers(0, 1 << 62, 300).astype(np.uint64)
    flips = [sum(1 << int(bit) for bit in rng.choice(64, 4, replace=False)) for _ in range(300)]
    other = one ^ np.array(flips, np.uint64)
    found = numbers([*one.tolist(), *other.tolist()], [0.0] * 600, scores=[0.5] * 600)
    assert found == [*range(300), *range(300)]


def test_each_stands_for_what_is_alike_to_itself() -> None:
    rng = np.random.default_rng(1)
    hashes = [int(bits) for bits in rng.integers(0, 1 << 8, 400)]
    taken = rng.choice([0.0, HOUR, 3 * DAY, math.nan], 400)
    found = numbers(hashes, taken.tolist(), scores=[0.5] * 400)
    for row, best in enumerate(found):
        bits = (hashes[row] ^ hashes[best]).bit_count()
        assert best <= row and bits <= (4 if abs(taken[row] - taken[best]) <= DAY else 2)
        assert found[best] == best


def test_no_photos() -> None:
    assert numbers([]) == []
