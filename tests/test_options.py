"""Checks of options: what is let through, and that the rest is refused in one line."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mien import options
from mien.errors import UsageError

NAN, INF = float("nan"), float("inf")


def at_least_one(name, value):
    return options.whole_number(name, value, least=1)


def one_of_two(name, value):
    return options.choice(name, value, ("all", "largest"))


@pytest.mark.parametrize(
    ("check", "given", "taken"),
    [
        (at_least_one, 1, 1),
        (at_least_one, np.int64(3), 3),
        (options.positive, 0.5, 0.5),
        (options.positive, 20, 20.0),
        (options.positive, np.float32(2), 2.0),
        (options.positive, Fraction(1, 2), 0.5),
        (options.at_least_zero, 0, 0.0),
        (options.finite, -3, -3.0),
        (options.between_zero_and_one, 0.25, 0.25),
        (options.flag, True, True),
        (options.flag, np.False_, False),
        (one_of_two, "largest", "largest"),
        (options.file_path, "a.onnx", Path("a.onnx")),
        (options.file_path, Path("a.onnx"), Path("a.onnx")),
    ],
)
def test_what_is_meant_is_taken(check, given, taken):
    found = check("it", given)
    assert found == taken
    assert type(found) is type(taken) or isinstance(found, Path)


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (at_least_one, [0, -1, 1.0, 2.5, NAN, "2", None, True, np.True_, [1], 1j]),
        (options.positive, [0, -1, NAN, INF, "2", None, False, np.array([1, 2]), 1j]),
        (options.at_least_zero, [-0.1, NAN, INF, "", None, True]),
        (options.finite, [NAN, INF, -INF, "1", None, True, 10**400]),
        (options.between_zero_and_one, [0, 1, -0.5, 1.5, NAN, "0.5", True]),
        (options.flag, [0, 1, "no", None, 0.0, []]),
        (one_of_two, ["larges", "", None, 1, ["all"]]),
        (options.file_path, ["", None, 3, b"a.onnx", True]),
    ],
)
def test_anything_else_is_refused(check, wrong):
    for value in wrong:
        with pytest.raises(UsageError, match=r"^it is ") as caught:
            check("it", value)
        assert "\n" not in str(caught.value)


def test_a_misspelt_choice_is_guessed():
    with pytest.raises(UsageError, match="faces is 'larges'; did you mean 'largest'"):
        options.choice("faces", "larges", ("all", "largest"))
